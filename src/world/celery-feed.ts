/**
 * What Celery does not tell Google by itself, told every minute: how much waits, how busy the workers
 * are, and how their tasks end. What nobody could see is not written: no point is not a zero.
 * facts/workload.md, 4.
 */
import { Fault } from './fault.ts'
import type { CeleryEars, CeleryReader, CelerySnapshot, TaskEnds } from './ports/celery.ts'
import type { CeleryMetricSink, CelerySample } from './ports/monitoring.ts'
import type { Clock, Timers } from './world.ts'

/** Cloud Monitoring takes one point of a series every five seconds at most; its charts align by the minute. */
const everyMs = 60_000
/** What was listened for less is too little to call a rate. */
const listenedAtLeastSeconds = 30

export type Feed = {
  readonly celery: CeleryReader
  readonly ears: CeleryEars
  readonly sink: CeleryMetricSink
  readonly clock: Clock
  readonly timers: Timers
  /** A minute without a point: said, and tried again with the next. */
  readonly missed: (fault: Fault) => void
  /** Workers that do not tell of all tasks: said whenever they are not the same as before. */
  readonly untelling: (workers: readonly string[]) => void
}

/** Gives what ends it. */
export function feedCelery(feed: Feed): () => void {
  let isOver = false
  let next = feed.timers.after(0, tell)
  let untelling = ''

  function tell(): void {
    if (isOver) return
    next = feed.timers.after(everyMs, tell)
    const at = feed.clock.now()
    const ends = feed.ears.heard()
    sayUntelling(ends)
    const problem = feed.ears.problem()
    if (problem !== null) feed.missed(problem)
    tellOnce(feed, ends, at).catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error
      feed.missed(error)
    })
  }

  function sayUntelling(ends: TaskEnds | null): void {
    if (ends === null) return
    const names = untellingOf(ends)
    if (names.length > 0 && names.join() !== untelling) feed.untelling(names)
    untelling = names.join()
  }

  return () => {
    isOver = true
    next.cancel()
    feed.ears.stop()
  }
}

async function tellOnce({ celery, sink }: Feed, ends: TaskEnds | null, at: number): Promise<void> {
  const seen = await celery.snapshot()
  await sink.write([...samplesOf(seen), ...(ends === null ? [] : endSamplesOf(ends, seen))], at)
}

/** Each once, in the order of the alphabet. */
export function untellingOf({ workers }: TaskEnds): readonly string[] {
  return [
    ...new Set(workers.flatMap(({ name, told }) => (told === 'not-all' ? [name] : []))),
  ].sort()
}

/**
 * How the tasks of a service end, where every worker of it was heard and told of all: what is not told
 * may be anything.
 */
export function endSamplesOf(
  { seconds, workers }: TaskEnds,
  seen: CelerySnapshot,
): readonly CelerySample[] {
  if (seconds < listenedAtLeastSeconds) return []
  const heard = new Set(workers.map(({ name }) => name))
  const services = Map.groupBy(workers, ({ service }) => service ?? '')
  return [...services].flatMap(([of, theirs]): readonly CelerySample[] => {
    const isUnheard = seen.workers.some(({ service, name }) => service === of && !heard.has(name))
    if (of === '' || isUnheard || theirs.some(({ told }) => told !== 'all')) return []
    const sum = (field: 'succeeded' | 'failed' | 'timed' | 'runSeconds') =>
      theirs.reduce((total, one) => total + one[field], 0)
    return [
      { metric: 'tasks_succeeded_per_second', of, value: sum('succeeded') / seconds },
      { metric: 'tasks_failed_per_second', of, value: sum('failed') / seconds },
      // No task, no mean.
      ...(sum('timed') === 0
        ? []
        : [{ metric: 'task_seconds', of, value: sum('runSeconds') / sum('timed') } as const]),
    ]
  })
}

/** A queue's length by its name; how much of a service's processes is at work, where any answered. */
export function samplesOf({ queues, workers }: CelerySnapshot): readonly CelerySample[] {
  const services = Map.groupBy(workers, ({ service }) => service ?? '')
  return [
    ...queues.map(({ name, waiting }) => ({
      ...({ metric: 'queue_length', of: name, value: waiting } as const),
    })),
    ...[...services].flatMap(([of, theirs]): readonly CelerySample[] => {
      const processes = theirs.reduce((sum, one) => sum + one.processes, 0)
      const active = theirs.reduce((sum, one) => sum + one.activeTasks, 0)
      if (of === '' || processes === 0) return []
      return [{ metric: 'worker_saturation', of, value: active / processes }]
    }),
  ]
}
