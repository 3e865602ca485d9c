/** A live change of pools: told once, seen by their sizes alone, and never more than until a restart. writes.md. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Intent } from '../../src/define/step.ts'
import { evidenceFor } from '../../src/gate/evidence.ts'
import { bumpCeleryConcurrency } from '../../src/steps/bump-celery-concurrency.ts'
import { connectCelery } from '../../src/world/celery.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { systemClock, systemTimers } from '../../src/world/clock.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { observe } from '../../src/world/observe.ts'
import { site } from '../runs/process.ts'
import { type LocalWorker, startBroker } from '../world/broker-wire.ts'
import { faultOf } from '../world/tuki-cloud.ts'

const target = 'services.celery-worker'
const intent: Intent = { id: 'i-1', target, version: null, intendedAt: 0, sendBefore: 0 }

async function acting(workers: readonly LocalWorker[]) {
  const broker = await startBroker({ workers })
  const timing = { clock: systemClock, timers: systemTimers, waitMs: 200 }
  const celery = connectCelery({ brokerUrl: broker.url, services: site.services, ...timing })
  onTestFinished(broker.stop)
  onTestFinished(celery.close)
  const world = {
    read: { ...nowhere.read, celery: celery.reader },
    write: { ...nowhere.write, celery: celery.writer },
  }
  const { act } = bumpCeleryConcurrency({ service: 'celery-worker', concurrency: 6, live: true })
  if (act.kind !== 'write') throw new Error('it writes')
  const sendBefore = systemClock.now() + 5_000
  const clearance = mintClearance({ intent: 'i-1', target, request: 'sha', sendBefore })
  return {
    act,
    broker,
    probe: () => act.probe(intent, world.read),
    perform: () => act.perform(clearance, intent, world, site),
    evidence: async () => {
      const facts = await observe(site, world.read, systemClock)
      return evidenceFor(act.expects(site), facts, 0, world.read)
    },
  }
}

describe('bump-celery-concurrency, live', () => {
  test('absent, told once to each worker, then as wished, and held until a restart', async () => {
    const live = await acting([
      { name: 'a@h', pool: 4 },
      { name: 'b@h', pool: 2 },
    ])
    expect(live.act.guard).toBe('none')
    expect(live.act.unable(site)).toBeNull()
    expect(await live.probe()).toEqual({ kind: 'absent' })
    expect(await live.perform()).toEqual({ kind: 'done' })
    expect(live.broker.told.map(({ n }) => n)).toEqual([2, 4])
    expect(await live.probe()).toEqual({ kind: 'done', by: 'as-wished' })
    expect(await live.evidence()).toMatchObject([{ outcome: 'confirmed', holds: 'until-restart' }])
  })

  test('half of it is unknown, neither done nor absent', async () => {
    const live = await acting([
      { name: 'a@h', pool: 6 },
      { name: 'b@h', pool: 4 },
    ])
    expect(await live.probe()).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('1 of 2'),
    })
    expect((await live.evidence())[0]?.outcome).toBe('contradicted')
  })

  test.each([
    [
      'is silent is left out',
      [
        { name: 'a@h', pool: 4 },
        { name: 'b@h', pool: 4, isSilent: true },
      ],
    ],
    ['listens', []],
  ])('nobody is told: no worker that %s', async (_what, workers) => {
    const live = await acting(workers)
    expect(await faultOf(live.perform())).toMatchObject({ sent: 'no' })
    expect(live.broker.told).toEqual([])
  })

  test('how far to fetch ahead cannot be told live, and the durable change keeps its guard', () => {
    const step = bumpCeleryConcurrency({
      service: 'celery-worker',
      concurrency: 6,
      prefetchMultiplier: 1,
      live: true,
    })
    expect(step.act.kind === 'write' && step.act.unable(site)?.code).toBe('not-live')
    const durable = bumpCeleryConcurrency({ service: 'celery-worker', concurrency: 6 })
    expect(durable.act.kind === 'write' && durable.act.guard).toBe('version')
  })
})
