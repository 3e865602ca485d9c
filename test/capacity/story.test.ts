/** What the model says of the example: capacity.md, 4, told in its order. */
import { describe, expect, it } from 'vitest'
import { assess } from '../../src/capacity/assess.ts'
import { withTier } from '../../src/capacity/changes.ts'
import { judge, type Verdict } from '../../src/capacity/compare.ts'
import type { Refusal } from '../../src/capacity/refusal.ts'
import {
  routedThrough,
  withCelery,
  withDjangoConnections,
  withGunicorn,
} from '../../src/capacity/service-changes.ts'
import type { System } from '../../src/capacity/system.ts'
import { golden, today } from './golden.ts'
import { predict } from './predictions.ts'

const site = golden('today')
const database = 'tuki-db-prod'
const backend = 'backend'
const worker = 'celery-worker'
const sessions = { law: 'db-connections', subject: `databases.${database}` }

describe('what the model says of the example', () => {
  it('carries 2,904 users, not 10,000: database connections bind', () => {
    const { supportedUsers, binding, users } = assess(site, { today })
    expect([users, supportedUsers, binding]).toEqual([10_000, 2_904, [sessions]])
  })

  it('carries 2,772 after every change that circulated for it: fewer, not more', () => {
    const circulated = [
      (system: System) => withTier(system, { database, tier: 'db-custom-8-30720' }),
      (system: System) =>
        withCelery(system, { service: worker, concurrency: 6, prefetchMultiplier: 1 }),
      (system: System) =>
        withGunicorn(system, { service: backend, workerClass: 'gthread', workers: 9, threads: 4 }),
      (system: System) =>
        withDjangoConnections(system, { service: backend, connMaxAgeSeconds: 600 }),
    ]
    const after = circulated.reduce((system, change) => granted(change(system)), site)
    expect(assess(after, { today }).supportedUsers).toBe(2_772)
  })

  it('carries 10,560 behind a pooler of 2 x 40, with the rest of the plan', () => {
    expect(assess(golden('well-planned'), { today }).supportedUsers).toBe(10_560)
  })
})

describe('on the same example, each alone', () => {
  it('bumping Celery concurrency 4 -> 6 is block: the database is short of sessions', () => {
    const bump = tried(site, 'bump-celery-concurrency', { service: worker, concurrency: 6 })
    expect(bump.verdict).toBe('block')
    expect(bump.reasons).toContainEqual(
      expect.objectContaining({ code: 'law-worse', ...sessions, before: -1_500, after: -1_540 }),
    )
    expect([bump.now.supportedUsers, bump.after.supportedUsers]).toEqual([2_904, 2_851])
  })

  it('the tier upgrade is review: better, still short, a restart', () => {
    const tier = 'db-custom-8-30720'
    const upgrade = tried(site, 'patch-cloud-sql-tier', { database, tier })
    expect(upgrade.verdict).toBe('review')
    expect(upgrade.reasons.map(({ code }) => code)).toEqual([
      'disruption',
      'tier-leaves-binding',
      'alert-misplaced',
      'cost-rises',
    ])
    expect(upgrade.costDeltaUsd).toBe(592)
    expect(upgrade.reasons.at(-1)?.values).toMatchObject({ moreUsers: 1_531, leavesBudget: false })
    expect(upgrade.after.supportedUsers).toBe(4_435)
    expect(upgrade.phases.map(({ name, disruption }) => [name, disruption?.secondsMax])).toEqual([
      ['now', undefined],
      ['restart', 60],
      ['after', undefined],
    ])
  })

  it('gunicorn 9 x 4 threads with CONN_MAX_AGE=600 is block: 1,890 sessions become 7,290', () => {
    const threads = granted(
      withGunicorn(site, { service: backend, workerClass: 'gthread', threads: 4 }),
    )
    const after = granted(
      withDjangoConnections(threads, { service: backend, connMaxAgeSeconds: 600 }),
    )
    const judged = judge(site, { phases: [], after }, { today, needs: [] })
    expect(judged.verdict).toBe('block')
    expect(demandOf(judged.now)).toBe(1_890)
    expect(demandOf(judged.after)).toBe(7_290)
  })

  it('routing the backend through PgBouncer is review: 3,300 users, now db-cpu binds', () => {
    const route = tried(site, 'route-through-pooler', { service: backend, pooler: 'pgbouncer' })
    expect(route.verdict).toBe('review')
    expect(route.after.supportedUsers).toBe(3_300)
    expect(route.after.binding).toEqual([{ law: 'db-cpu', subject: `databases.${database}` }])
    expect(route.reasons.map(({ code, law }) => [code, law])).toEqual([
      ['law-broken', 'pooler-busy'],
      ['cost-rises', 'monthly-cost'],
    ])
  })

  it('after web and worker go through it, the Celery bump is clear', () => {
    const pooler = 'pgbouncer'
    const web = granted(routedThrough(site, { service: backend, pooler }))
    const both = granted(routedThrough(web, { service: worker, pooler }))
    const input = { service: worker, concurrency: 6, prefetchMultiplier: 1 }
    const bump = tried(both, 'bump-celery-concurrency', input)
    expect([bump.verdict, bump.reasons]).toEqual(['clear' satisfies Verdict, []])
  })
})

function tried(now: System, step: string, input: object) {
  const prediction = predict(step, now, input)
  if ('code' in prediction) throw new Error(prediction.code)
  return judge(now, prediction, { today, needs: [] })
}

function granted(system: System | Refusal): System {
  if ('code' in system) throw new Error(system.code)
  return system
}

function demandOf({ findings }: ReturnType<typeof assess>) {
  return findings.find(({ law }) => law === sessions.law)?.demand
}
