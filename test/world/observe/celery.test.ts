/** Celery's facts: what they are named, and that silence is never taken for an empty world. */
import { describe, expect, test } from 'vitest'
import { Fault } from '../../../src/world/fault.ts'
import { celeryFacts } from '../../../src/world/observe/celery.ts'
import type { CelerySnapshot, CeleryWorker } from '../../../src/world/ports/celery.ts'
import { site } from '../../runs/process.ts'

const clock = { now: () => 5_000 }
const worker = (more: Partial<CeleryWorker> = {}): CeleryWorker => ({
  name: 'celery@h',
  service: 'celery-worker',
  processes: 4,
  isCounted: true,
  prefetchCount: 16,
  isAutoscaled: false,
  activeTasks: 1,
  oldestTaskSeconds: 30,
  ...more,
})
const seen: CelerySnapshot = {
  queues: [
    { name: 'celery', waiting: 8 },
    { name: 'mail', waiting: 3 },
  ],
  unacked: 20,
  oldestUnackedSeconds: 45,
  listening: 2,
  workers: [worker(), worker({ oldestTaskSeconds: null, activeTasks: 0 })],
}

async function valuesOf(snapshot: CelerySnapshot, document = site) {
  const facts = await celeryFacts(document, { snapshot: async () => snapshot }, clock)
  return Object.fromEntries(
    facts.map((fact) => [fact.name, fact.kind === 'observed' ? fact.value : fact.why]),
  )
}

describe('the facts of Celery', () => {
  test('are about the broker and about each worker service, at the time of the look', async () => {
    expect(await valuesOf(seen)).toEqual({
      'redis.main.queueLength': 11,
      'redis.main.unackedTasks': 20,
      'redis.main.oldestUnackedSeconds': 45,
      'redis.main.backlogTasks': 31,
      'services.celery-worker.liveWorkers': 2,
      'services.celery-worker.liveConcurrency': 4,
      'services.celery-worker.activeTasks': 1,
      'services.celery-worker.oldestTaskSeconds': 30,
    })
    const facts = await celeryFacts(site, { snapshot: async () => seen }, clock)
    for (const fact of facts) expect(fact).toMatchObject({ kind: 'observed', observedAt: 5_000 })
  })

  test('give every size where workers differ, and none where nobody works', async () => {
    const uneven = { ...seen, workers: [worker({ processes: 6 }), worker()] }
    expect(await valuesOf(uneven)).toMatchObject({
      'services.celery-worker.liveConcurrency': [4, 6],
    })
    expect(await valuesOf({ ...seen, listening: 0, workers: [] })).toMatchObject({
      'services.celery-worker.liveWorkers': 0,
      'services.celery-worker.liveConcurrency': null,
    })
  })

  test('of the workers are unavailable while one of them is silent; the queues are seen', async () => {
    const values = await valuesOf({ ...seen, listening: 3 })
    expect(values['redis.main.queueLength']).toBe(11)
    expect(values['services.celery-worker.liveConcurrency']).toMatch(/1 of 3 do not answer/)
  })

  test('of the queues are unavailable where the document has several brokers', async () => {
    const { main } = site.redis
    if (main === undefined) throw new Error('no broker')
    const values = await valuesOf(seen, { ...site, redis: { main, other: main } })
    expect(values['redis.other.queueLength']).toMatch(/one of several/)
  })

  test('ask the broker once, and cost nothing else where it does not answer', async () => {
    let asked = 0
    const snapshot = async (): Promise<CelerySnapshot> => {
      asked += 1
      throw new Fault('unreachable', 'no', 'not reachable')
    }
    const facts = await celeryFacts(site, { snapshot }, clock)
    expect(asked).toBe(1)
    expect(new Set(facts.map(({ kind }) => kind))).toEqual(new Set(['unavailable']))
  })
})
