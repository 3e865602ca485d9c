/** What Celery is asked and told over its broker: queues and remote control. Types only; facts/workload.md, 4. */
import type { Clearance } from '../clearance.ts'
import type { Fault } from '../fault.ts'

export type CeleryQueue = {
  readonly name: string
  /** Over all its priorities. */
  readonly waiting: number
}

/** One reply to `stats`. Instances that were started under one name cannot be told apart by it. */
export type CeleryWorker = {
  readonly name: string
  /** The service of the System document that it is an instance of; null: none that is known. */
  readonly service: string | null
  /** What its pool really runs at a time: `max-concurrency` stays at the old number after a change. */
  readonly processes: number
  /** Whether `processes` was counted (prefork) or is what the pool was set to. */
  readonly isCounted: boolean
  readonly prefetchCount: number
  /** It sets its own size between bounds, and refuses to be told. */
  readonly isAutoscaled: boolean
  readonly activeTasks: number
  /** How long the task that it began first has run, by the worker's clock; null: it runs none. */
  readonly oldestTaskSeconds: number | null
}

export type CelerySnapshot = {
  readonly queues: readonly CeleryQueue[]
  /** Taken by a worker and not acknowledged, of all queues. */
  readonly unacked: number
  /** How long the first of those has been held; null: none is. */
  readonly oldestUnackedSeconds: number | null
  /** How many workers listen to remote control: those of them that did not answer are missing below. */
  readonly listening: number
  readonly workers: readonly CeleryWorker[]
}

export type CeleryReader = { snapshot: () => Promise<CelerySnapshot> }

/** How tasks ended while somebody listened, as far as workers told of it. */
export type TaskEnds = {
  /** How long it was listened. */
  readonly seconds: number
  /** Every worker that was heard, if only by its beat. */
  readonly workers: readonly TaskTeller[]
}

export type TaskTeller = {
  readonly name: string
  /** As in CeleryWorker. */
  readonly service: string | null
  readonly succeeded: number
  readonly failed: number
  /** Those of the succeeded that say how long they took, and the sum of it. */
  readonly timed: number
  readonly runSeconds: number
  /**
   * Of its ended tasks. `late`: of some not yet, which may come. `not-all`: of some nothing came, or
   * several speak under its name.
   */
  readonly told: 'all' | 'late' | 'not-all'
}

export type CeleryEars = {
  /** Since the last asking, or since the connection stands where that is less; null: nobody listens. */
  readonly heard: () => TaskEnds | null
  /** Why nobody listens now; null: somebody does, or is about to. */
  readonly problem: () => Fault | null
  readonly stop: () => void
}

export type PoolChange = {
  /** What the clearance is for: `services.celery-worker`. */
  readonly target: string
  readonly workers: readonly string[]
  readonly processes: number
}

export type CeleryWriter = {
  /**
   * Brings the pool of each worker to that size, one after the other, n = target - processes read
   * just before. Spends the clearance before the first is told. A worker that is busy may follow
   * late: kombu's workers look at no `expires`. Throws a Fault.
   */
  resizePool: (clearance: Clearance, change: PoolChange) => Promise<void>
}
