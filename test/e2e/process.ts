/** The product as a process of its own: started, listened to, ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url))

export type Environment = Readonly<Record<string, string>>

/** What every child needs of ours, and nothing else. What is compiled is kept: a start takes half the time. */
export const inherited: Environment = {
  PATH: process.env.PATH ?? '',
  NODE_COMPILE_CACHE: `${projectRoot}node_modules/.cache/plimsoll/`,
}

export type Running = {
  readonly pid: number
  /** Standard output and standard error, as far as they came. */
  stdout: () => string
  stderr: () => string
  hasEnded: () => boolean
  /** SIGKILL; resolves when it is gone. */
  kill: () => Promise<void>
  /** Closes its standard input, as the host of a rehearsal does; SIGKILL if that does not end it. */
  stop: () => Promise<void>
  /** Its exit code; null after a signal. */
  readonly ended: Promise<number | null>
}

const stopWithinMs = 10_000

export function run(args: readonly string[], env: Environment, cwd = projectRoot): Running {
  const child = spawn(process.execPath, [`${projectRoot}src/main.ts`, ...args], {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const out: string[] = []
  const err: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text))
  child.stdin.on('error', () => undefined)
  // `close`: not before everything that it said has come.
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    pid: child.pid ?? 0,
    stdout: () => out.join(''),
    stderr: () => err.join(''),
    hasEnded: () => hasEnded(child),
    ended,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    stop: async () => {
      child.stdin.end()
      const late = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
      await ended
      clearTimeout(late)
    },
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

export async function freePort(): Promise<number> {
  for (;;) {
    // Below those that the kernel gives out, so that nobody is given it before the child takes it.
    const port = randomInt(10_000, 30_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
