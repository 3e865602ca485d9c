/**
 * The dispatcher's port: who brings runs forward, and when. A wake is a hint: with it lost, every
 * story still ends, later.
 */
export type Dispatcher = {
  /** There is something to do for this run now. */
  readonly wake: (run: string) => void
  /** Takes no new work and waits for what is under way. */
  readonly stop: () => Promise<void>
}

export type Work = {
  /** Brings a run as far as it goes now; gives the ms until it should be looked at again, null: not before a wake. */
  readonly advance: (run: string) => Promise<number | null>
  /** The runs that somebody must look at by now. */
  readonly due: () => Promise<readonly string[]>
  /** A broken invariant: our bug. */
  readonly failed: (run: string | null, error: unknown) => void
}

export type SharedWork = Work & {
  /** Another instance has died: what it had recorded and not shown yet is shown by nobody else. */
  readonly otherDied: () => void
}
