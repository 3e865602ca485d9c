/** What blocks, and what relieves. capacity.md, 4. */
import { describe, expect, it } from 'vitest'
import { judge } from '../../src/capacity/compare.ts'
import type { System } from '../../src/capacity/system.ts'
import { golden, today } from './golden.ts'
import { predict } from './predictions.ts'

const site = golden('today')
const pooled = golden('pgbouncer')

describe('a step is blocked', () => {
  it('when a structural law breaks that did not: session mode behind a pooler in use', () => {
    const judged = tried(pooled, 'set-pooler', { pooler: 'pgbouncer', mode: 'session' })
    expect(blocks(judged)).toEqual([['law-broken', 'pooler-mode']])
  })

  it('when more clients come than the pooler lets in', () => {
    const judged = tried(pooled, 'set-pooler', { pooler: 'pgbouncer', maxClientConn: 1_000 })
    expect(blocks(judged)).toContainEqual(['law-broken', 'pooler-clients'])
  })

  it('when Celery would have no worker that is sure to run', () => {
    const judged = tried(pooled, 'scale-service', { service: 'celery-worker', minInstances: 0 })
    expect(blocks(judged)).toEqual([['law-broken', 'celery-scaling']])
  })

  it('when supported users fall below what must be carried, and not above it', () => {
    const falls = tried(site, 'scale-service', { service: 'celery-worker', minInstances: 15 })
    expect(blocks(falls)).toEqual([['supported-users-fall', null]])
    const small = withUsers(site, 1_000)
    const enough = tried(small, 'scale-service', { service: 'celery-worker', minInstances: 15 })
    expect(enough.reasons.map(({ code }) => code)).toEqual(['cost-rises'])
  })

  it('when a law breaks during a roll-out at the users of the moment', () => {
    // 2,400 users hold 278 + 40 sessions of 390: beside themselves the web instances do not fit.
    const busy = withNowUsers(site, 2_400)
    const judged = tried(busy, 'set-django-connections', {
      service: 'backend',
      connMaxAgeSeconds: 600,
    })
    expect(judged.verdict).toBe('block')
    expect(judged.reasons).toContainEqual(
      expect.objectContaining({
        code: 'law-broken',
        law: 'db-connections',
        values: expect.objectContaining({
          moment: { at: 'now-users', users: 2_400, phase: 'roll-out' },
        }),
      }),
    )
  })

  it('when a load test and those who are there are more than is carried', () => {
    expect(tried(site, 'start-load-test', { users: 2_604 }).verdict).toBe('review')
    expect(blocks(tried(site, 'start-load-test', { users: 2_605 }))).toContainEqual([
      'load-above-supported',
      null,
    ])
  })
})

describe('relief', () => {
  const drowning = withNowUsers(site, 3_000)

  it('turns the fall of supported users into review when the database has slots again', () => {
    const judged = tried(site, 'scale-service', { service: 'backend', maxInstances: 20 })
    expect(judged.reasons[0]).toMatchObject({
      code: 'relief',
      weight: 'review',
      law: 'db-connections',
      values: { nowUsers: 300, turnedAway: 0 },
    })
  })

  it('says how many users are turned away at this moment', () => {
    const judged = tried(drowning, 'scale-service', { service: 'backend', maxInstances: 20 })
    expect(judged.verdict).toBe('review')
    // 20 x 9 slots of the 272.7 requests in flight: 34 % of 3,000.
    expect(judged.reasons[0]).toMatchObject({ code: 'relief', values: { turnedAway: 1_020 } })
  })

  it('excuses nothing beside another block', () => {
    const prediction = predict('scale-service', drowning, { service: 'backend', maxInstances: 20 })
    if ('code' in prediction) throw new Error(prediction.code)
    const [main] = Object.values(prediction.after.redis)
    if (main === undefined) throw new Error('no Redis')
    const after = {
      ...prediction.after,
      redis: { main: { ...main, evictionPolicy: 'allkeys-lru' } },
    }
    const judged = judge(drowning, { ...prediction, after }, { today, needs: [] })
    expect(blocks(judged)).toContainEqual(['law-broken', 'redis-eviction'])
    expect(blocks(judged)).toContainEqual(['supported-users-fall', null])
  })

  it('is not given where nothing drowned', () => {
    const judged = tried(pooled, 'scale-service', { service: 'backend', maxInstances: 20 })
    expect(blocks(judged)).toEqual([['supported-users-fall', null]])
  })
})

function tried(now: System, step: string, input: object) {
  const prediction = predict(step, now, input)
  if ('code' in prediction) throw new Error(prediction.code)
  return judge(now, prediction, { today, needs: [] })
}

function blocks({ reasons }: ReturnType<typeof judge>) {
  return reasons.filter(({ weight }) => weight === 'block').map(({ code, law }) => [code, law])
}

function withUsers(system: System, users: number): System {
  return { ...system, workload: { ...system.workload, users } }
}

function withNowUsers(system: System, nowUsers: number): System {
  return { ...system, workload: { ...system.workload, nowUsers } }
}
