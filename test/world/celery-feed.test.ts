/** What Celery does not tell Google, told every minute, whatever fails meanwhile. */
import { describe, expect, test } from 'vitest'
import { endSamplesOf, feedCelery, samplesOf } from '../../src/world/celery-feed.ts'
import { Fault } from '../../src/world/fault.ts'
import type {
  CelerySnapshot,
  CeleryWorker,
  TaskEnds,
  TaskTeller,
} from '../../src/world/ports/celery.ts'
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

const teller = (name: string, ends: Partial<TaskTeller> = {}): TaskTeller => ({
  ...{ name, service: 'celery-worker', succeeded: 0, failed: 0, timed: 0, runSeconds: 0 },
  ...{ told: 'all', ...ends },
})
const both = [
  teller('celery@4', { succeeded: 90, failed: 6, timed: 80, runSeconds: 40 }),
  teller('celery@8', { succeeded: 30 }),
]

describe('how tasks end', () => {
  const samples = (workers: readonly TaskTeller[], seconds = 60) =>
    endSamplesOf({ seconds, workers }, { ...seen, workers: [worker('celery-worker', 4, 0)] })

  test('is so many a second and so long each, by service', () => {
    expect(samples(both)).toEqual([
      { metric: 'tasks_succeeded_per_second', of: 'celery-worker', value: 2 },
      { metric: 'tasks_failed_per_second', of: 'celery-worker', value: 0.1 },
      { metric: 'task_seconds', of: 'celery-worker', value: 0.5 },
    ])
  })

  test('is none a second where all were heard and none ended, and has no mean then', () => {
    const rates = samples([teller('celery@4')])
    expect(rates.map(({ metric, value }) => [metric, value])).toEqual([
      ['tasks_succeeded_per_second', 0],
      ['tasks_failed_per_second', 0],
    ])
  })

  test('is not said where one does not tell, is unheard, of no service, or it was listened too short', () => {
    expect(samples([...both, teller('celery@9', { told: 'not-all' })])).toEqual([])
    expect(samples([...both, teller('celery@9', { told: 'late' })])).toEqual([])
    expect(samples([teller('celery@8', { succeeded: 30 })])).toEqual([])
    expect(samples([])).toEqual([])
    expect(samples([teller('celery@4', { service: null })])).toEqual([])
    expect(samples(both, 20)).toEqual([])
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
    const untelling: (readonly string[])[] = []
    let isDown = false
    let ends: TaskEnds | null = null
    let isListening = true
    const end = feedCelery({
      celery: {
        snapshot: async () => {
          if (isDown) throw new Fault('unreachable', 'no', 'the broker does not answer')
          return seen
        },
      },
      ears: {
        heard: () => ends,
        problem: () => null,
        stop: () => {
          isListening = false
        },
      },
      untelling: (workers) => void untelling.push(workers),
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
    const all = [worker('celery-worker', 4, 0), worker('celery-worker', 8, 0)]
    ends = { seconds: 60, workers: all.map(({ name }) => teller(name, { told: 'not-all' })) }
    await minute()
    await minute()
    ends = { seconds: 60, workers: both }
    await minute()
    expect(written.map((samples) => samples.length)).toEqual([2, 2, 2, 5])
    expect(untelling).toEqual([['celery@4', 'celery@8']])
    expect(missed).toEqual(['the broker does not answer'])
    end()
    expect(due.every(({ isCancelled }) => isCancelled)).toBe(true)
    expect(isListening).toBe(false)
  })
})
