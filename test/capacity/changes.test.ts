/** What a step makes of a System, or why this System may not have it. */
import { describe, expect, it } from 'vitest'
import {
  withAlert,
  withFlag,
  withoutReplica,
  withPoolerSettings,
  withReplica,
  withTier,
} from '../../src/capacity/changes.ts'
import { refusalSide } from '../../src/capacity/refusal.ts'
import {
  routedThrough,
  withCelery,
  withDjangoConnections,
  withGunicorn,
  withScale,
} from '../../src/capacity/service-changes.ts'
import { golden } from './golden.ts'

const site = golden('today')
const database = 'tuki-db-prod'
const service = 'backend'
const pooler = 'pgbouncer'

describe('what is left out stays as it is', () => {
  it('in the pooler', () => {
    const after = withPoolerSettings(site, { pooler, defaultPoolSize: 40 })
    const expected = { ...site.poolers.pgbouncer, defaultPoolSize: 40 }
    expect(after).toEqual({ ...site, poolers: { pgbouncer: expected } })
  })

  it('in gunicorn, Django, Celery and the scaling', () => {
    expect(withGunicorn(site, { service })).toEqual(site)
    expect(withDjangoConnections(site, { service })).toEqual(site)
    expect(withScale(site, { service })).toEqual(site)
    const same = { service: 'celery-worker', concurrency: 4 }
    expect(withCelery(site, same)).toEqual(site)
  })

  it('null takes a pool or a flag away, and lets connections live for ever', () => {
    const pool = { minSize: 2, maxSize: 10 }
    const pooled = granted(withDjangoConnections(site, { service, pool }))
    expect(withDjangoConnections(pooled, { service, pool: null })).toEqual(site)
    expect(withDjangoConnections(site, { service, connMaxAgeSeconds: null })).toMatchObject({
      services: { backend: { django: { connMaxAgeSeconds: null } } },
    })
    const flag = { database, name: 'work_mem' }
    const flagged = granted(withFlag(site, { ...flag, value: '8192' }))
    expect(withFlag(flagged, { ...flag, value: null })).toEqual(site)
  })

  it('a new replica is zonal with its primary’s disk and no flags, and can go again', () => {
    const after = granted(withReplica(site, { database, name: 'r1', tier: 'db-custom-4-15360' }))
    expect(after.databases[database]?.replicas.r1).toEqual({
      tier: 'db-custom-4-15360',
      availability: 'zonal',
      diskGb: 50,
      flags: {},
      systemSessions: 7,
      adminSessions: 0,
    })
    expect(withoutReplica(after, { database, name: 'r1' })).toEqual(site)
  })

  it('an alert goes to 0.8 of what is usable, rounded down', () => {
    expect(withAlert(site, { alert: 'db-connections' })).toMatchObject({
      alerts: { 'db-connections': { threshold: 312 } },
    })
  })

  it('a service goes through its pooler and back', () => {
    const after = granted(routedThrough(site, { service, pooler }))
    expect(after.services.backend?.database?.through).toBe(pooler)
    expect(routedThrough(after, { service, pooler: 'direct' })).toEqual(site)
  })
})

describe('this System may not have', () => {
  const pools = Object.values(site.poolers).map((it) => ['other', { ...it, database: 'other' }])
  const foreign = { ...site, poolers: Object.fromEntries(pools) }
  it.each([
    [
      'a tier of the other edition',
      withTier(site, { database, tier: 'db-perf-optimized-N-2' }),
      'edition-differs',
    ],
    [
      'more instances at least than at most',
      withScale(site, { service, minInstances: 201 }),
      'min-above-max',
    ],
    [
      'a replica by the primary’s name',
      withReplica(site, { database, name: database, tier: 'db-custom-2-7680' }),
      'name-taken',
    ],
    [
      'more slots than PostgreSQL counts',
      withFlag(site, { database, name: 'max_connections', value: '262132' }),
      'flag-sum-too-large',
    ],
    [
      'a pooler of another database',
      routedThrough(foreign, { service, pooler: 'other' }),
      'pooler-of-another-database',
    ],
  ])('%s', (_what, refusal, code) => {
    if (!('code' in refusal)) throw new Error('it may')
    expect([refusal.code, refusalSide(refusal)]).toEqual([code, 'target'])
  })
})

describe('no System could accept, or this document lacks', () => {
  it.each([
    ['a malformed tier', withTier(site, { database, tier: 'db-custom-3-7680' }), 'malformed-tier'],
    ['a database', withTier(site, { database: 'toString', tier: 'db-custom-2-7680' }), 'no-such'],
    ['a service', withScale(site, { service: 'front', maxInstances: 1 }), 'no-such'],
    ['a pooler', routedThrough(site, { service, pooler: 'pgcat' }), 'no-such'],
    ['a replica', withoutReplica(site, { database, name: 'r1' }), 'no-such'],
    ['an alert', withAlert(site, { alert: 'cpu' }), 'no-such'],
    [
      'gunicorn in a worker',
      withGunicorn(site, { service: 'celery-worker', workers: 1 }),
      'wrong-kind',
    ],
    ['Celery in a web service', withCelery(site, { service, concurrency: 6 }), 'wrong-kind'],
    [
      'too few slots',
      withFlag(site, { database, name: 'max_connections', value: '13' }),
      'flag-malformed',
    ],
    [
      'a flag in words',
      withFlag(site, { database, name: 'work_mem', value: '4MB' }),
      'flag-malformed',
    ],
    [
      'a pool upside down',
      withDjangoConnections(site, { service, pool: { minSize: 3, maxSize: 2 } }),
      'pool-min-above-max',
    ],
  ])('%s', (_what, refusal, code) => {
    if (!('code' in refusal)) throw new Error('it may')
    expect([refusal.code, refusalSide(refusal)]).toEqual([code, 'usage'])
  })

  it('and the nearest valid tiers are named', () => {
    expect(withTier(site, { database, tier: 'db-custom-3-7680' })).toMatchObject({
      values: { problem: 'vcpu', nearest: ['db-custom-2-7680', 'db-custom-4-7680'] },
    })
  })
})

function granted(system: ReturnType<typeof withTier>) {
  if ('code' in system) throw new Error(system.code)
  return system
}
