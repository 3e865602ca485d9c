/** People first: a run waits for its next turn while somebody waits for an answer, but never for long. */
import type { Timers } from '../world/world.ts'

/** What is held, a pooler for one, must be let go soon, however many people ask: so long one run waits at most, */
const patienceMs = 500
/** and after it one goes so often: all at once, they would have the processor for longer than anybody waits. */
const nextAfterMs = 250
/**
 * Of many who ask at once, the first are answered before the last are let in: Node accepts one connection
 * each time around, and a run makes each time long. Nobody has come for so long: then nobody comes.
 */
const quietMs = 150

export type Courtesy = {
  /** Does it, and lets runs wait until it is over. */
  readonly toPeople: <T>(work: () => Promise<T>) => Promise<T>
  /** Resolves when nobody waits for an answer, or when its time has come. */
  readonly turn: () => Promise<void>
}

type Waiting = ReturnType<Timers['after']> | null

export function courtesyOn(timers: Timers): Courtesy {
  const runs: (() => void)[] = []
  let people = 0
  let quieting: Waiting = null
  let losingPatience: Waiting = null

  function next(): void {
    runs.shift()?.()
    losingPatience = runs.length === 0 ? null : timers.after(nextAfterMs, next)
  }

  function quiet(): void {
    quieting = null
    losingPatience?.cancel()
    losingPatience = null
    for (const go of runs.splice(0)) go()
  }

  return {
    toPeople: async (work) => {
      people += 1
      quieting?.cancel()
      quieting = null
      try {
        return await work()
      } finally {
        people -= 1
        if (people === 0) quieting = timers.after(quietMs, quiet)
      }
    },
    turn: () => {
      if (people === 0 && quieting === null) return Promise.resolve()
      return new Promise((resolve) => {
        runs.push(resolve)
        losingPatience ??= timers.after(patienceMs, next)
      })
    },
  }
}
