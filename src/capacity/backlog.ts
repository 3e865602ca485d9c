/** A backlog of Celery tasks: how long it takes to work off, and what it would need. facts/workload.md, 4. */
import { ceil } from './arithmetic.ts'

export type WorkerLoad = {
  readonly instances: number
  readonly concurrency: number
  readonly taskSeconds: number
  readonly arrivalsPerSecond: number
}

export function workerSupply(load: WorkerLoad) {
  const tasksPerSecond = (load.instances * load.concurrency) / load.taskSeconds
  const utilization = load.arrivalsPerSecond / tasksPerSecond
  return { tasksPerSecond, utilization, isStable: load.arrivalsPerSecond < tasksPerSecond }
}

/** Null: it never drains. */
export function drainSeconds(load: WorkerLoad, { backlogTasks }: { backlogTasks: number }) {
  const { tasksPerSecond, isStable } = workerSupply(load)
  return isStable ? backlogTasks / (tasksPerSecond - load.arrivalsPerSecond) : null
}

/** Processes, and instances of so many, that work it off within the time. */
export function workersToDrain(
  { concurrency, taskSeconds, arrivalsPerSecond }: Omit<WorkerLoad, 'instances'>,
  { backlogTasks, withinSeconds }: { backlogTasks: number; withinSeconds: number },
) {
  const processes = ceil((backlogTasks / withinSeconds + arrivalsPerSecond) * taskSeconds)
  return { processes, instances: ceil(processes / concurrency) }
}

/**
 * Tasks that the workers hold and the queue no longer shows. With acks_late the running ones are
 * among those that were fetched ahead.
 */
export function heldTasks({
  instances,
  concurrency,
  prefetchMultiplier,
  acksLate,
}: {
  instances: number
  concurrency: number
  prefetchMultiplier: number
  acksLate: boolean
}) {
  const prefetched = concurrency * prefetchMultiplier
  const perInstance = acksLate ? prefetched : prefetched + concurrency
  return { prefetched, perInstance, hidden: instances * perInstance }
}
