/** What the bot needs around it: a workspace and a cloud on this machine, and a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type LocalCloud, startLocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { type LocalSlack, startLocalSlack } from '../../src/rehearsal/slack/local-slack.ts'

export type Surroundings = {
  readonly slack: LocalSlack
  readonly cloud: LocalCloud
  /** Starts a program as the bot; resolves when `GET path` answers 200. */
  readonly start: (program: Program) => Promise<Started>
  readonly stop: () => Promise<void>
}

export type Program = {
  readonly args: readonly string[]
  readonly readyPath: string
  readonly env?: Readonly<Record<string, string>>
}

export type Started = {
  readonly pid: number
  /** Where its ledger is. */
  readonly folder: string
  /** From before it was spawned to its first answer. */
  readonly startMs: number
  readonly stop: () => Promise<void>
}

export const bot: Program = {
  args: [fileURLToPath(new URL('../../bin/plimsoll.mjs', import.meta.url)), 'start'],
  readyPath: '/healthz',
}

const botToken = 'xoxb-bench'
const signingSecret = 'bench-signing-secret'
const projectRoot = fileURLToPath(new URL('../../', import.meta.url))
const startMsMax = 60_000
const askEveryMs = 2
const stopMsMax = 5_000

export async function openSurroundings(): Promise<Surroundings> {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const slack = await startLocalSlack({
    botToken,
    signingSecret,
    deliverTo: () => `${address}/slack/events`,
  })
  const cloud = await startLocalCloud({
    project: 'tukiprod',
    document: await readFile(join(projectRoot, 'system.yml'), 'utf8'),
    instances: [{ name: 'tuki-db-prod', tier: 'db-custom-2-7680', availabilityType: 'REGIONAL' }],
  })
  return {
    slack,
    cloud,
    start: async ({ args, readyPath, env: own = {} }) => {
      const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'))
      const env = {
        SLACK_BOT_TOKEN: botToken,
        SLACK_SIGNING_SECRET: signingSecret,
        SLACK_API_URL: `${slack.url}/api/`,
        GOOGLE_API_ROOT: cloud.root,
        PORT: String(port),
        PLIMSOLL_DATA: folder,
        LOG_LEVEL: 'error',
        PATH: process.env.PATH ?? '',
        ...own,
      }
      const spawnedAt = performance.now()
      // A pipe: the bot ends when it closes, so it never outlives the bench.
      const child = spawn(process.execPath, args, {
        cwd: projectRoot,
        env,
        stdio: ['pipe', 'ignore', 'inherit'],
      })
      const stop = async (): Promise<void> => {
        await ended(child)
        await rm(folder, { recursive: true })
      }
      try {
        await answered(`${address}${readyPath}`, child)
        const startMs = performance.now() - spawnedAt
        return { pid: child.pid ?? 0, folder, startMs, stop }
      } catch (error) {
        await stop()
        throw error
      }
    },
    stop: async () => {
      await slack.stop()
      await cloud.stop()
    },
  }
}

async function answered(url: string, child: ChildProcess): Promise<void> {
  const deadline = AbortSignal.timeout(startMsMax)
  while (!(await isThere(url))) {
    if (hasEnded(child)) throw new Error(`the program ended before it answered at ${url}`)
    deadline.throwIfAborted()
    await pause(askEveryMs)
  }
}

/** No answer is an answer: it is not up yet. */
function isThere(url: string): Promise<boolean> {
  return fetch(url, { headers: { connection: 'close' } }).then(
    ({ ok }) => ok,
    () => false,
  )
}

async function ended(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  child.once('exit', () => resolve())
  // As the host of a rehearsal ends it. contract.md, 2
  child.stdin?.end()
  const late = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
  await promise
  clearTimeout(late)
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port was given to us')
  return address.port
}
