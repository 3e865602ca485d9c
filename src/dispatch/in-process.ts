/** The embedded dispatcher: one process, timers, and a sweep that finds what was missed. */
import type { Timers } from '../world/world.ts'
import type { Dispatcher, Work } from './dispatcher.ts'
import { turnsOf } from './turns.ts'

/** Each instance looks so often for runs that are due. DESIGN.md, 3. */
export const sweepEveryMs = 5_000
/** Node's timers overflow beyond 2^31 - 1 ms; the sweep finds what is further away. */
const longestTimerMs = 86_400_000
const runsAtOnce = 64

export function dispatchInProcess(work: Work, timers: Timers, atOnce = runsAtOnce): Dispatcher {
  const turns = turnsOf(atOnce, timers, bring)
  const sleeping = new Map<string, { readonly cancel: () => void }>()
  let stopped = false
  let sweeping = timers.after(0, sweep)

  function sweep(): void {
    if (stopped) return
    sweeping = timers.after(sweepEveryMs, sweep)
    work.due().then(
      (runs) => runs.forEach(wake),
      (error) => work.failed(null, error),
    )
  }

  function wake(run: string): void {
    if (stopped) return
    sleeping.get(run)?.cancel()
    sleeping.delete(run)
    turns.ask(run)
  }

  async function bring(run: string): Promise<void> {
    try {
      const waitMs = await work.advance(run)
      // Woken meanwhile, the turn before has left its own time: one that nobody could cancel.
      sleeping.get(run)?.cancel()
      sleeping.delete(run)
      if (waitMs !== null && !stopped)
        sleeping.set(
          run,
          timers.after(Math.min(Math.max(waitMs, 0), longestTimerMs), () => wake(run)),
        )
    } catch (error) {
      work.failed(run, error)
    }
  }

  return {
    wake,
    stop: async () => {
      stopped = true
      sweeping.cancel()
      for (const timer of sleeping.values()) timer.cancel()
      await turns.stop()
    },
  }
}
