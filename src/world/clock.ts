/** The machine's own time: the one home of `Date.now` and of waiting. Everything else is handed a clock. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock, Timers } from './world.ts'

export const systemClock: Clock = { now: () => Date.now() }

export const pause = (waitMs: number): Promise<void> => wait(waitMs)

export const systemTimers: Timers = {
  after: (waitMs, work) => {
    const timer = setTimeout(work, waitMs)
    return { cancel: () => clearTimeout(timer) }
  },
}

/** The process is not kept alive for it. */
export function ifStillRunning(afterMs: number, work: () => void): void {
  setTimeout(work, afterMs).unref()
}

/** Again and again, while the process runs for something else. */
export function whileRunning(everyMs: number, work: () => void): void {
  setInterval(work, everyMs).unref()
}
