/** What waits at Celery's broker, and what its workers do. Measured: true for the moment of the look. */
import type { SystemDocument } from '../../capacity/system.ts'
import { Fault } from '../fault.ts'
import type { CeleryReader, CelerySnapshot, CeleryWorker } from '../ports/celery.ts'
import type { Clock, Fact } from '../world.ts'
import { factsOr, observed } from './facts.ts'

const queueFields = [
  ...(['queueLength', 'unackedTasks', 'oldestUnackedSeconds', 'backlogTasks'] as const),
] as const
const workerFields = ['liveWorkers', 'liveConcurrency', 'activeTasks', 'oldestTaskSeconds'] as const

/** One look at the broker that CELERY_BROKER_URL leads to. */
export async function celeryFacts(
  { redis, services }: SystemDocument,
  celery: CeleryReader,
  clock: Clock,
): Promise<readonly Fact[]> {
  const brokers = Object.entries(redis).flatMap(([name, { broker }]) => (broker ? [name] : []))
  const workers = Object.entries(services).flatMap(([name, { kind }]) =>
    kind === 'celery-worker' ? [name] : [],
  )
  const observedAt = clock.now()
  let looked: Promise<CelerySnapshot> | null = null
  const look = () => {
    looked ??= celery.snapshot()
    return looked
  }
  const about = (path: string, fields: readonly string[], values: Values) =>
    factsOr(
      fields.map((field) => `${path}.${field}`),
      'Celery broker',
      async () => observed(path, values(await look()), 'Celery broker', observedAt),
    )
  const parts = await Promise.all([
    ...brokers.map((name) =>
      about(`redis.${name}`, queueFields, (seen) => queueValues(seen, brokers)),
    ),
    ...workers.map((name) =>
      about(`services.${name}`, workerFields, (seen) => workerValues(seen, name)),
    ),
  ])
  return parts.flat()
}

type Values = (seen: CelerySnapshot) => Readonly<Record<string, unknown>>

function queueValues(
  seen: CelerySnapshot,
  brokers: readonly string[],
): Record<(typeof queueFields)[number], unknown> {
  if (brokers.length > 1)
    throw new Fault('not-found', 'no', 'CELERY_BROKER_URL leads to one of several brokers')
  const queueLength = seen.queues.reduce((sum, { waiting }) => sum + waiting, 0)
  return {
    queueLength,
    // What is still to be worked off: the status says how long that takes.
    backlogTasks: queueLength + seen.unacked,
    unackedTasks: seen.unacked,
    oldestUnackedSeconds: seen.oldestUnackedSeconds,
  }
}

function workerValues(
  { listening, workers }: CelerySnapshot,
  service: string,
): Record<(typeof workerFields)[number], unknown> {
  // Silence is not "no workers": one that is busy or frozen may have any number of processes.
  if (workers.length < listening)
    throw new Fault('time-out', 'no', `${listening - workers.length} of ${listening} do not answer`)
  const own = workers.filter((worker) => worker.service === service)
  const ages = own.flatMap(({ oldestTaskSeconds: age }) => (age === null ? [] : [age]))
  return {
    liveWorkers: own.length,
    liveConcurrency: sizeOf(own),
    activeTasks: own.reduce((sum, { activeTasks }) => sum + activeTasks, 0),
    oldestTaskSeconds: ages.length === 0 ? null : Math.max(...ages),
  }
}

/** One number where all are alike; each one's own where they differ; null where there is none. */
function sizeOf(workers: readonly CeleryWorker[]): number | readonly number[] | null {
  const sizes = workers.map(({ processes }) => processes).toSorted((a, b) => a - b)
  const [first = null] = sizes
  return sizes.every((size) => size === first) ? first : sizes
}
