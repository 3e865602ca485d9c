/** What Celery does not tell Google, told every minute, whatever fails meanwhile. */
import { describe, expect, test } from 'vitest'
import { feedCelery, samplesOf } from '../../src/world/celery-feed.ts'
import { Fault } from '../../src/world/fault.ts'
import type { CelerySnapshot, CeleryWorker } from '../../src/world/ports/celery.ts'
import type { CelerySample } from '../../src/world/ports/monitoring.ts'

const worker = (service: string | null, processes: number, activeTasks: number): CeleryWorker => ({
  ...{ name: `celery@${processes}`, service, processes, activeTasks },
  ...{ isCounted: true, prefetchCount: 4, isAutoscaled: false, oldestTaskSeconds: null },
})

const seen: CelerySnapshot = {
  queues: [{ name: 'celery', waiting: 1_200 }],
  ...{ unacked: 8, oldestUnackedSeconds: 3, listening: 3 },
  workers: [worker('celery-worker', 4, 4), worker('celery-worker', 4, 2), worker(null, 4, 1)],
}

describe('the samples', () => {
  test('are what waits by queue, and what is at work by service', () => {
    expect(samplesOf(seen)).toEqual([
      { metric: 'queue_length', of: 'celery', value: 1_200 },
      { metric: 'worker_saturation', of: 'celery-worker', value: 0.75 },
    ])
  })

  test('leave out a service of which nobody answered, rather than call it idle', () => {
    expect(samplesOf({ ...seen, workers: [] })).toHaveLength(1)
    expect(samplesOf({ ...seen, workers: [worker('celery-worker', 0, 0)] })).toHaveLength(1)
  })
})

describe('the feed', () => {
  test('writes each minute, says what it missed, and goes on until it is ended', async () => {
    const due: { work: () => void; isCancelled: boolean }[] = []
    const timers = {
      after: (_waitMs: number, work: () => void) => {
        const one = { work, isCancelled: false }
        due.push(one)
        const cancel = () => {
          one.isCancelled = true
        }
        return { cancel }
      },
    }
    const written: (readonly CelerySample[])[] = []
    const missed: string[] = []
    let isDown = false
    const end = feedCelery({
      celery: {
        snapshot: async () => {
          if (isDown) throw new Fault('unreachable', 'no', 'the broker does not answer')
          return seen
        },
      },
      sink: { write: async (samples) => void written.push(samples) },
      clock: { now: () => 0 },
      timers,
      missed: ({ message }) => void missed.push(message),
    })
    const minute = async () => {
      due.shift()?.work()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await minute()
    isDown = true
    await minute()
    isDown = false
    await minute()
    expect(written).toHaveLength(2)
    expect(missed).toEqual(['the broker does not answer'])
    end()
    expect(due.every(({ isCancelled }) => isCancelled)).toBe(true)
  })
})
