/** Each run by one loop at a time, and so many runs at once; whoever asks meanwhile gets another turn. */
export type Turns = {
  readonly ask: (run: string) => void
  /** Gives no more turns; resolves when those under way are over. */
  readonly stop: () => Promise<void>
}

/** `begin` must not reject. */
export function turnsOf(atOnce: number, begin: (run: string) => Promise<void>): Turns {
  const running = new Map<string, Promise<void>>()
  const asked = new Set<string>()
  let stopped = false

  function give(): void {
    for (const run of asked) {
      if (stopped || running.size >= atOnce) return
      if (running.has(run)) continue
      asked.delete(run)
      running.set(run, turn(run))
    }
  }

  async function turn(run: string): Promise<void> {
    await begin(run)
    running.delete(run)
    give()
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
