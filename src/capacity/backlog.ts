/** A backlog of Celery tasks: how long it takes to work off, and what it would need. facts/workload.md, 4. */
import { ceil } from './arithmetic.ts'
import { atUsers } from './at-users.ts'
import { tasksPerSecond } from './derive.ts'
import type { System } from './system.ts'

/** A backlog that lasts longer is somebody's incident. */
const wishedSeconds = 900

/** What a queue of waiting tasks means for one worker service, while new ones come as they do now. */
export type Backlog = {
  readonly service: string
  readonly backlogTasks: number
  /** What is sure to run: all that there may be where the service scales on its queue, else its minimum. */
  readonly instances: number
  readonly nowUsers: number
  /** Null: it never drains. */
  readonly drainSeconds: number | null
  /** Instances that work it off within so many seconds, and what there may be of them. */
  readonly wished: { readonly seconds: number; readonly instances: number }
  readonly maxInstances: number
  /** Tasks that the workers may hold besides, and that the queue's length does not show. */
  readonly hidden: number
}

export function backlogsOf(
  system: System,
  { backlogTasks }: { backlogTasks: number },
): readonly Backlog[] {
  const { nowUsers } = system.workload
  // The day matters to no task.
  const at = atUsers(system, { users: nowUsers, scale: 'needed', today: '' })
  const arrivalsPerSecond = tasksPerSecond(at)
  return at.workers.map(({ name, it }) => {
    const instances = it.celery.scalesOnQueue === true ? it.maxInstances : it.minInstances
    const { concurrency, prefetchMultiplier } = it.celery
    const { taskSeconds } = system.workload
    const load = { concurrency, taskSeconds, arrivalsPerSecond }
    const wish = { backlogTasks, withinSeconds: wishedSeconds }
    // Celery's own default, and the larger number. facts/workload.md, 4.
    const held = heldTasks({ instances, concurrency, prefetchMultiplier, acksLate: false })
    return {
      ...{ service: name, backlogTasks, instances, nowUsers, maxInstances: it.maxInstances },
      drainSeconds: drainSeconds({ ...load, instances }, { backlogTasks }),
      wished: { seconds: wishedSeconds, instances: workersToDrain(load, wish).instances },
      hidden: held.hidden,
    }
  })
}

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
