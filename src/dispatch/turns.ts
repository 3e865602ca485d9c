/** Each run by one loop at a time, and so many runs at once; whoever asks meanwhile gets another turn. */
import type { Timers } from '../world/world.ts'

/**
 * A turn looks at the world and computes. More of them at the same moment would keep the processor from whoever
 * waits for an answer; one that lasts longer waits for somebody else, and is in nobody's way.
 */
const freshAtMost = 8
const freshMs = 1_000

export type Turns = {
  readonly ask: (run: string) => void
  /** Gives no more turns; resolves when those under way are over. */
  readonly stop: () => Promise<void>
}

/** `begin` must not reject. */
export function turnsOf(
  atOnce: number,
  timers: Timers,
  begin: (run: string) => Promise<void>,
): Turns {
  const running = new Map<string, Promise<void>>()
  const asked = new Set<string>()
  let stopped = false
  let fresh = 0

  function give(): void {
    for (const run of asked) {
      if (stopped || running.size >= atOnce || fresh >= freshAtMost) return
      if (running.has(run)) continue
      asked.delete(run)
      running.set(run, turn(run))
    }
  }

  async function turn(run: string): Promise<void> {
    const end = aging()
    await begin(run)
    running.delete(run)
    end()
    give()
  }

  /** Gives what ends it, where time has not. */
  function aging(): () => void {
    fresh += 1
    let isFresh = true
    const end = () => {
      timer.cancel()
      if (isFresh) fresh -= 1
      isFresh = false
    }
    const timer = timers.after(freshMs, () => {
      end()
      give()
    })
    return end
  }

  return {
    ask: (run) => {
      asked.add(run)
      give()
    },
    stop: async () => {
      stopped = true
      await Promise.all(running.values())
    },
  }
}
