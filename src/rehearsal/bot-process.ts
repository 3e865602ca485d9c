/** The bot as a child of the host: started, watched, killed when asked, started again when it died. */
import { type ChildProcess, spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { BotState } from './page/stage.ts'

export type BotProcessOptions = {
  readonly entry: string
  /** All of its environment: nothing of the host's comes along. */
  readonly env: Readonly<Record<string, string>>
  readonly readyUrl: string
  /** Its output; the host's own output is three lines. */
  readonly logFile: string
  readonly restartAfterMs: number
  readonly clock: { readonly now: () => number }
  readonly onChange: () => void
  /** It never came up, several times in a row: the host gives up. With its last exit code. */
  readonly onGivenUp: (exitCode: number | null) => void
}

export type BotProcess = {
  state: () => BotState
  lastAbsenceMs: () => number | null
  /** SIGKILL; resolves when the process is gone. */
  kill: () => Promise<void>
  stop: () => Promise<void>
}

/** A bot that never came up will not, and one that did is tried this often. */
const maxFailedStarts = 3
const readyEveryMs = 50
/** After SIGTERM; then SIGKILL. */
const stopWithinMs = 5000

export function startBot(options: BotProcessOptions): BotProcess {
  const { clock } = options
  let state: BotState = { kind: 'starting', since: clock.now() }
  let lastAbsenceMs: number | null = null
  let diedAt: number | null = null
  let child: ChildProcess | undefined
  const stopping = new AbortController()

  const become = (kind: BotState['kind']): void => {
    state = { kind, since: clock.now() }
    options.onChange()
  }
  const comeUp = (): void => {
    if (diedAt !== null) lastAbsenceMs = clock.now() - diedAt
    become('up')
  }
  const live = async (): Promise<void> => {
    let failedStarts = 0
    while (!stopping.signal.aborted) {
      child = await spawnBot(options)
      const gone = exitOf(child)
      const ready = await answersBefore(options.readyUrl, gone, stopping.signal)
      failedStarts = ready ? 0 : failedStarts + 1
      if (ready) comeUp()
      await gone
      if (stopping.signal.aborted) return
      if (diedAt === null && !ready) failedStarts = maxFailedStarts
      if (failedStarts === maxFailedStarts) {
        options.onGivenUp(child.exitCode)
        return
      }
      diedAt = clock.now()
      become('dead')
      await pause(options.restartAfterMs, undefined, { signal: stopping.signal })
      // It stays "dead" to those who watch until it answers again.
    }
  }
  live().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error
  })

  return {
    state: () => state,
    lastAbsenceMs: () => lastAbsenceMs,
    kill: async () => {
      if (child !== undefined) await endOf(child, 'SIGKILL')
    },
    stop: async () => {
      stopping.abort()
      if (child === undefined) return
      child.stdin?.end()
      const impatient = AbortSignal.timeout(stopWithinMs)
      impatient.addEventListener('abort', () => child?.kill('SIGKILL'))
      await endOf(child, 'SIGTERM')
    },
  }
}

function endOf(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const gone = exitOf(child)
  child.kill(signal)
  return gone
}

async function spawnBot(options: BotProcessOptions): Promise<ChildProcess> {
  const log = await open(options.logFile, 'a')
  const child = spawn(process.execPath, [options.entry, 'start'], {
    env: { ...options.env },
    // The bot ends when its stdin closes: so it never outlives the host, however that ended.
    stdio: ['pipe', log.fd, log.fd],
  })
  child.stdin?.on('error', () => undefined)
  await log.close()
  return child
}

function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
}

/** Whether it answered that it is ready before it ended. */
async function answersBefore(
  url: string,
  gone: Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  let isGone = false
  gone.then(() => {
    isGone = true
  })
  while (!isGone && !signal.aborted) {
    if (await isReady(url)) return !isGone
    await Promise.race([pause(readyEveryMs), gone])
  }
  return false
}

/** No answer is an answer: it is not up yet. */
function isReady(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(1000) }).then(
    (response) => response.ok,
    () => false,
  )
}
