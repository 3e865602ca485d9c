/**
 * One process that is there already and answers one command line after the other: the product's own
 * `main`, with the environment, the streams and the exit code of each. To start one costs most of a
 * second of a processor. processes.test.ts shows that a process of its own says the same; what starts
 * the app, or loads a runbook that was another one before, is for such a process.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type Environment, inherited, projectRoot } from '../e2e/process.ts'

export type Answer = { readonly code: number; readonly out: string; readonly err: string }

const answersWithinMs = 120_000
const program = fileURLToPath(new URL('warm-process.ts', import.meta.url))
let warm: ChildProcessWithoutNullStreams | null = null
/** An environment is of the whole process, so each waits for the one before. */
let last: Promise<unknown> = Promise.resolve()

export function answer(args: readonly string[], env: Environment): Promise<Answer> {
  const answered = last.then(() => answerTo(args, { ...inherited, ...env }))
  last = answered.catch(() => undefined)
  return answered
}

async function answerTo(args: readonly string[], env: Environment): Promise<Answer> {
  const child = warm ?? started()
  warm = child
  const both = Promise.all([child.stdout, child.stderr].map(endOf))
  // One that hangs is ended: the others shall not wait for it.
  const late = setTimeout(() => child.kill('SIGKILL'), answersWithinMs)
  child.stdin.write(`${JSON.stringify({ args, env })}\n`)
  const [out, err] = await both.finally(() => clearTimeout(late))
  if (out === undefined || err === undefined) throw new Error('it has two streams')
  return { code: out.code, out: out.text, err: err.text }
}

/** It ends when its input does: with this process. */
function started(): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [program], { cwd: projectRoot, env: inherited })
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8')
  child.once('exit', () => {
    warm = null
  })
  return child
}

/** What it writes until it says that the command is over, and with which code. */
function endOf(stream: Readable): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    let written = ''
    const gone = () => reject(new Error(`it died of its command: ${written}`))
    const more = (some: string) => {
      written += some
      const [text = '', code] = written.split('\0')
      if (code?.endsWith('\n') !== true) return
      stream.off('data', more).off('close', gone)
      resolve({ code: Number(code), text })
    }
    stream.on('data', more).once('close', gone)
  })
}
