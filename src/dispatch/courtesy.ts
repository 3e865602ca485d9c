/** People first: a run waits for its next turn while somebody waits for an answer, but never for long. */
import type { Timers } from '../world/world.ts'

/** What is held, a pooler for one, must be let go soon, however many people ask. */
const patienceMs = 500

export type Courtesy = {
  /** Does it, and lets runs wait until it is over. */
  readonly toPeople: <T>(work: () => Promise<T>) => Promise<T>
  /** Resolves when nobody waits for an answer; after 500 ms in any case. */
  readonly turn: () => Promise<void>
}

export function courtesyOn(timers: Timers): Courtesy {
  const runs = new Set<() => void>()
  let people = 0
  return {
    toPeople: async (work) => {
      people += 1
      try {
        return await work()
      } finally {
        people -= 1
        if (people === 0) for (const go of runs) go()
      }
    },
    turn: () => {
      if (people === 0) return Promise.resolve()
      return new Promise((resolve) => {
        const go = () => {
          runs.delete(go)
          waiting.cancel()
          resolve()
        }
        const waiting = timers.after(patienceMs, go)
        runs.add(go)
      })
    },
  }
}
