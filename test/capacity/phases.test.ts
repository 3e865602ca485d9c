/**
 * Restarts, roll-outs and load tests: how long, what is counted, under which name. capacity.md, 4.
 */
import { describe, expect, it } from 'vitest'
import { assess, assessAt } from '../../src/capacity/assess.ts'
import { withAvailability, withFlag, withTier } from '../../src/capacity/changes.ts'
import { loadTest, restartsBetween, rollOut, rollOutsBetween } from '../../src/capacity/phases.ts'
import {
  routedThrough,
  withCelery,
  withGunicorn,
  withScale,
} from '../../src/capacity/service-changes.ts'
import type { System } from '../../src/capacity/system.ts'
import { golden, today } from './golden.ts'

const site = golden('today')
const pooled = golden('pgbouncer')
const database = 'tuki-db-prod'
const resized = (system: System, tier: string) => granted(withTier(system, { database, tier }))

describe('a restart', () => {
  it.each([
    ['a tier: 60 s', seconds(site, resized(site, 'db-custom-4-15360')), 60],
    ['the same tier: none', seconds(site, resized(site, 'db-custom-2-7680')), undefined],
    [
      'a tier behind a pooler: server_login_retry more',
      seconds(pooled, resized(pooled, 'db-custom-4-15360')),
      75,
    ],
    [
      'a tier behind a paused pooler: 60 s',
      seconds(pooled, resized(pooled, 'db-custom-4-15360'), true),
      60,
    ],
    [
      'another availability: 300 s',
      seconds(site, granted(withAvailability(site, { database, availability: 'zonal' }))),
      300,
    ],
    ['max_connections: 60 s', seconds(site, flagged('max_connections', '500')), 60],
    ['a flag that nobody knows: 60 s', seconds(site, flagged('cloudsql.something', 'on')), 60],
    ['work_mem: none', seconds(site, flagged('work_mem', '8192')), undefined],
    ['Enterprise Plus upwards: 1 s', plus('db-perf-optimized-N-2', 'db-perf-optimized-N-4'), 1],
    ['Enterprise Plus downwards: 60 s', plus('db-perf-optimized-N-4', 'db-perf-optimized-N-2'), 60],
  ])('for %s', (_what, found, expected) => {
    expect(found).toBe(expected)
  })
})

describe('a roll-out', () => {
  const threads = granted(
    withGunicorn(site, { service: 'backend', workerClass: 'gthread', threads: 4 }),
  )

  it('holds both revisions, and the worse finding stands under the old name', () => {
    const [phase] = rollOutsBetween(site, threads, { service: 'backend' })
    if (phase?.kind !== 'system') throw new Error('no roll-out')
    expect(Object.keys(phase.system.services)).toContain('backend+new')
    const { findings } = assessAt(phase.system, { users: 300 }, { today })
    // 4 old instances x 9, 2 new ones x 36 but 3 at least, 2 workers x 4, 10 people.
    expect(findings.find(({ law }) => law === 'db-connections')?.demand).toBe(
      4 * 9 + 3 * 36 + 8 + 10,
    )
    const concurrency = findings.filter(({ law }) => law === 'web-concurrency')
    expect(concurrency).toHaveLength(1)
    expect(concurrency[0]).toMatchObject({ subject: 'services.backend', limit: 9 })
  })

  it('brings no requests and no tasks of its own: each counts once per database', () => {
    const { findings: before } = assessAt(site, { users: 300 }, { today })
    const phase = rollOut(site, 'backend', threads.services.backend ?? fail())
    if ('code' in phase || phase.kind !== 'system') throw new Error('no roll-out')
    const { findings } = assessAt(phase.system, { users: 300 }, { today })
    for (const law of ['db-cpu', 'celery-throughput', 'web-slots'])
      expect(demandOf(findings, law), law).toBe(demandOf(before, law))
  })

  it('counts a request once per pooler that either revision uses', () => {
    const routed = granted(routedThrough(site, { service: 'backend', pooler: 'pgbouncer' }))
    const [phase] = rollOutsBetween(site, routed, { service: 'backend' })
    if (phase?.kind !== 'system') throw new Error('no roll-out')
    const { findings } = assessAt(phase.system, { users: 300 }, { today })
    expect(demandOf(findings, 'pooler-busy')).toBeCloseTo(300 / 1.65 / 100, 9)
    expect(demandOf(findings, 'db-cpu')).toBeCloseTo(300 / 1.65 / 1000, 9)
    // Old and new web instances, the pool's servers, workers, people.
    expect(demandOf(findings, 'db-connections')).toBe(4 * 9 + 50 + 8 + 10)
    expect(demandOf(findings, 'pooler-clients')).toBe(4 * 9)
  })

  it('is not needed for instances alone', () => {
    const scaled = granted(
      withScale(site, { service: 'backend', minInstances: 5, maxInstances: 50 }),
    )
    expect(rollOutsBetween(site, scaled, { service: 'backend' })).toEqual([])
    const bumped = granted(withCelery(site, { service: 'celery-worker', concurrency: 6 }))
    expect(rollOutsBetween(site, bumped, { service: 'celery-worker' })).toHaveLength(1)
  })
})

describe('a load test', () => {
  it('comes on top of those who are there', () => {
    const phase = loadTest(site, { users: 500 })
    if (phase.kind !== 'load') throw new Error('no load')
    expect([phase.users, phase.system.workload.nowUsers]).toEqual([500, 800])
    expect(assess(phase.system, { today }).users).toBe(10_000)
  })
})

function seconds(now: System, after: System, pausePooler = false): number | undefined {
  const [phase] = restartsBetween(now, after, { database, pausePooler })
  return phase?.kind === 'disruption' ? phase.disruption.secondsMax : undefined
}

function flagged(name: string, value: string): System {
  return granted(withFlag(site, { database, name, value }))
}

function plus(from: string, to: string): number | undefined {
  const found = site.databases[database]
  if (found === undefined) return fail()
  const now: System = {
    ...site,
    databases: { [database]: { ...found, edition: 'enterprise-plus', tier: from } },
  }
  return seconds(now, resized(now, to))
}

function demandOf(findings: ReturnType<typeof assess>['findings'], law: string) {
  return findings.find((one) => one.law === law)?.demand
}

function granted(system: ReturnType<typeof withTier>): System {
  if ('code' in system) throw new Error(system.code)
  return system
}

function fail(): never {
  throw new Error('not in the example')
}
