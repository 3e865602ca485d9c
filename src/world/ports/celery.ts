/** What Celery is asked and told over its broker: queues and remote control. Types only; facts/workload.md. */
import type { Clearance } from '../clearance.ts'

export type CeleryQueue = {
  readonly name: string
  /** Over all its priorities. */
  readonly waiting: number
  /** Taken by a worker and not acknowledged. */
  readonly unacked: number
}

export type CeleryWorker = {
  readonly name: string
  /** Live pool processes. */
  readonly processes: number
  readonly prefetchCount: number
  readonly activeTasks: number
}

export type CeleryReader = {
  queues: () => Promise<readonly CeleryQueue[]>
  /** Whoever answered in time: no list of all that there are. */
  workers: () => Promise<readonly CeleryWorker[]>
}

export type CeleryWriter = {
  /** One worker at a time, n = target - processes read just before; a message that is late expires. */
  resizePool: (
    clearance: Clearance,
    change: { readonly worker: string; readonly processes: number },
  ) => Promise<void>
}
