/**
 * V8 keeps the pages of a burst until it needs them, and Node has no idle time in which it would give them
 * back: https://v8.dev/blog/free-garbage-collection. Here the process rests, and then they go.
 */
import { Session } from 'node:inspector/promises'
import { performance } from 'node:perf_hooks'
import { whileRunning } from './clock.ts'

/** What is asked of the process and its collector. */
export type Machine = {
  /** Bytes. */
  readonly resident: () => number
  /** The share of the time since the last question in which there was something to do, 0 to 1. */
  readonly busy: () => number
  /** Stands still for it: 0.1 to 0.3 s. */
  readonly collect: () => Promise<void>
}

const lookEveryMs = 1_000
/** Words that wait for Slack's pace are drawn meanwhile. */
const restingBelow = 0.1
/** Against what was left by the last time: less than that is not worth standing still. */
const grownBy = 1.25

/** Each look decides for itself; the first at rest collects what the start has left. */
export function keeperOf({ resident, busy, collect }: Machine): () => Promise<void> {
  let left = 0
  return async () => {
    if (busy() >= restingBelow || resident() < left * grownBy) return
    await collect()
    left = resident()
  }
}

/** Looks each second, from now until the process ends. Whoever cannot give back keeps it, and goes on. */
export function giveMemoryBack(failed: (error: unknown) => void): void {
  let before = performance.eventLoopUtilization()
  const look = keeperOf({
    resident: process.memoryUsage.rss,
    busy: () => {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      return utilization
    },
    collect: async () => {
      const session = new Session()
      session.connect()
      try {
        // As Chrome's own tools ask for it: whole, and empty pages are let go.
        await session.post('HeapProfiler.collectGarbage')
      } finally {
        session.disconnect()
      }
    },
  })
  whileRunning(lookEveryMs, () => look().catch(failed))
}
