/**
 * What Celery does not tell Google by itself, told every minute: how much waits, and how busy the
 * workers are. How tasks end and how long they take only their own events say, which nobody hears
 * here. facts/workload.md, 4.
 */
import { Fault } from './fault.ts'
import type { CeleryReader, CelerySnapshot } from './ports/celery.ts'
import type { CeleryMetricSink, CelerySample } from './ports/monitoring.ts'
import type { Clock, Timers } from './world.ts'

/** Cloud Monitoring takes one point of a series every five seconds at most; its charts align by the minute. */
const everyMs = 60_000

export type Feed = {
  readonly celery: CeleryReader
  readonly sink: CeleryMetricSink
  readonly clock: Clock
  readonly timers: Timers
  /** A minute without a point: said, and tried again with the next. */
  readonly missed: (fault: Fault) => void
}

/** Gives what ends it. */
export function feedCelery(feed: Feed): () => void {
  let isOver = false
  let next = feed.timers.after(0, tell)

  function tell(): void {
    if (isOver) return
    next = feed.timers.after(everyMs, tell)
    tellOnce(feed).catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error
      feed.missed(error)
    })
  }

  return () => {
    isOver = true
    next.cancel()
  }
}

async function tellOnce({ celery, sink, clock }: Feed): Promise<void> {
  const at = clock.now()
  await sink.write(samplesOf(await celery.snapshot()), at)
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
