/** What a person should look at. capacity.md, 4. */
import { describe, expect, it } from 'vitest'
import { type JudgeContext, judge } from '../../src/capacity/compare.ts'
import type { System } from '../../src/capacity/system.ts'
import { golden, today } from './golden.ts'
import { predict } from './predictions.ts'

const site = golden('today')
const pooled = golden('pgbouncer')
const planned = golden('well-planned')
const database = 'tuki-db-prod'

describe('a step is review', () => {
  it.each([
    [
      'a disruption',
      pooled,
      'patch-cloud-sql-tier',
      { database, tier: 'db-custom-16-61440' },
      'disruption',
    ],
    [
      'a structural law that becomes tight',
      site,
      'set-database-flag',
      { database, name: 'max_connections', value: '500' },
      'law-tight',
    ],
    [
      'a load law that breaks at full load',
      planned,
      'set-pooler',
      { pooler: 'pgbouncer', defaultPoolSize: 25 },
      'law-broken',
    ],
    [
      'another worker class',
      planned,
      'set-gunicorn',
      { service: 'backend', workerClass: 'gevent' },
      'worker-class-changes',
    ],
    [
      'sync with threads, which gunicorn runs as gthread',
      site,
      'set-gunicorn',
      { service: 'backend', threads: 2 },
      'worker-class-changes',
    ],
    [
      'two beats for some seconds',
      site,
      'route-through-pooler',
      { service: 'celery-beat', pooler: 'pgbouncer' },
      'two-beats',
    ],
    [
      'no web instance kept warm',
      pooled,
      'scale-service',
      { service: 'backend', minInstances: 0 },
      'min-instances-zero',
    ],
    [
      'a replica smaller than its primary',
      pooled,
      'create-read-replica',
      { database, name: 'r1', tier: 'db-custom-1-3840' },
      'replica-smaller',
    ],
    [
      'a tier that leaves the binding law',
      site,
      'patch-cloud-sql-tier',
      { database, tier: 'db-custom-8-30720' },
      'tier-leaves-binding',
    ],
    [
      'an alert that does not fit any more',
      pooled,
      'retarget-alert',
      { alert: 'db-connections', threshold: 5_000 },
      'alert-misplaced',
    ],
    [
      'a load test near the limit',
      pooled,
      'start-load-test',
      { users: 2_341 },
      'load-near-supported',
    ],
  ] as const)('with %s', (_what, now, step, input, code) => {
    const judged = tried(now, step, input)
    expect(judged.reasons.map((reason) => reason.code)).toContain(code)
  })

  it.each([
    [
      'a new replica as large as its primary',
      pooled,
      'create-read-replica',
      { database, name: 'r1', tier: 'db-custom-2-7680' },
    ],
    [
      'more Celery instances',
      pooled,
      'scale-service',
      { service: 'celery-worker', maxInstances: 40 },
    ],
  ])('for its price alone with %s', (_what, system, step, input) => {
    const { verdict, reasons } = tried(system, step, input)
    expect([verdict, reasons.map(({ code }) => code)]).toEqual(['review', ['cost-rises']])
  })

  it.each([
    ['a load test below 80 %', pooled, 'start-load-test', { users: 2_340 }],
    [
      'a larger pool where servers fit',
      pooled,
      'set-pooler',
      { pooler: 'pgbouncer', defaultPoolSize: 40 },
    ],
    ['the alert where it belongs', pooled, 'retarget-alert', { alert: 'db-connections' }],
    [
      'a flag without a restart',
      pooled,
      'set-database-flag',
      { database, name: 'log_connections', value: 'on' },
    ],
  ] as const)('and clear with %s', (_what, now, step, input) => {
    const { verdict, reasons } = tried(now, step, input)
    expect([verdict, reasons]).toEqual(['clear', []])
  })

  it('a law broken already at this moment that gets worse meanwhile', () => {
    const drowning = { ...site, workload: { ...site.workload, nowUsers: 3_000 } }
    const judged = tried(drowning, 'set-django-connections', {
      service: 'backend',
      connMaxAgeSeconds: 600,
    })
    expect(judged.verdict).toBe('review')
    expect(judged.reasons[0]).toMatchObject({ code: 'law-worse', law: 'db-connections' })
  })
})

describe('what is not known', () => {
  const tier = `databases.${database}.tier`
  const bump = ['bump-celery-concurrency', { service: 'celery-worker', concurrency: 6 }] as const

  it('and a structural law needs, is review with its name, never clear', () => {
    expect(tried(pooled, ...bump).verdict).toBe('clear')
    const judged = tried(pooled, ...bump, { unknown: [tier] })
    expect([judged.verdict, judged.reasons]).toEqual([
      'review',
      [expect.objectContaining({ code: 'fact-unknown', subject: tier })],
    ])
  })

  it('and the step needs, is review once', () => {
    const fact = `databases.${database}.maxConnections`
    const judged = tried(pooled, ...bump, { unknown: [fact, tier], needs: [fact, tier] })
    expect(judged.reasons.map(({ code, subject }) => [code, subject])).toEqual([
      ['fact-unknown', fact],
      ['fact-unknown', tier],
    ])
  })

  it("nor how many users are there: judged with the document's number, and never clear", () => {
    const judged = tried(pooled, ...bump, { unknown: ['workload.nowUsers'] })
    expect(judged.reasons.map(({ code }) => code)).toContain('now-users-unknown')
    expect(judged.verdict).toBe('review')
    expect(judged.phases[1]?.assessment?.users).toBe(300)
  })

  it('a step that changes nothing is clear, unless nobody knows whether it is so already', () => {
    const same = ['patch-cloud-sql-tier', { database, tier: 'db-custom-2-7680' }] as const
    expect(tried(site, ...same).reasons.map(({ code }) => code)).toEqual(['no-change'])
    expect(tried(site, ...same, { needs: [tier], unknown: [tier] }).verdict).toBe('review')
  })

  it('a step that only reads is clear whatever is unknown', () => {
    const judged = tried(
      site,
      'check-connections',
      { database },
      {
        acts: 'reads',
        needs: [tier],
        unknown: [tier],
      },
    )
    expect([judged.verdict, judged.reasons]).toEqual(['clear', []])
  })

  it('a step that acts elsewhere is clear without being called no change', () => {
    const judged = tried(site, 'create-backup', { database }, { acts: 'elsewhere' })
    expect([judged.verdict, judged.reasons]).toEqual(['clear', []])
  })
})

function tried(now: System, step: string, input: object, context: Partial<JudgeContext> = {}) {
  const prediction = predict(step, now, input)
  if ('code' in prediction) throw new Error(prediction.code)
  return judge(now, prediction, { today, needs: [], ...context })
}
