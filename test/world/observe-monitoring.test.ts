/** What Monitoring tells the gate: each fact with its own point's time, and only its own facts lost. */
import { describe, expect, test } from 'vitest'
import { factNamed, viewOf } from '../../src/gate/facts.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { sourceTimeOutMs } from '../../src/world/observe/facts.ts'
import { observe } from '../../src/world/observe.ts'
import type { Fact } from '../../src/world/world.ts'
import { site } from '../runs/process.ts'
import { postgresSaying } from '../runs/talking-postgres.ts'
import { started } from './hand-clock.ts'
import { tukiMonitoring } from './tuki-monitoring.ts'

async function opened(options: Parameters<typeof tukiMonitoring>[0] = {}) {
  const { reader, clock, cloud } = await tukiMonitoring(options)
  const read = { ...nowhere.read, monitoring: reader }
  return { read, clock, cloud, facts: () => observe(site, read, clock) }
}

const seenOf = (facts: readonly Fact[], name: string) => {
  const fact = factNamed(facts, name)
  return fact?.kind === 'observed' ? fact.value : fact?.why
}

describe('a measured fact', () => {
  test('bears the time of its point, not of the question', async () => {
    const { clock, facts } = await opened()
    const measured = (await facts()).filter(({ name }) => /^(workload|services)/.test(name))
    expect(measured.map(({ name }) => name)).toEqual([
      'workload.nowUsers',
      'services.backend.errorRate',
      'services.backend.instances',
      'services.celery-worker.instances',
      'services.celery-beat.instances',
      'services.backend.p50Ms',
      'services.backend.p95Ms',
      'services.backend.p99Ms',
    ])
    for (const fact of measured) {
      const ageMs = clock.now() - (fact.kind === 'observed' ? fact.observedAt : 0)
      expect(ageMs).toBeGreaterThanOrEqual(120_000)
      expect(ageMs).toBeLessThanOrEqual(225_000)
    }
  })

  test('users now are the most of the last quarter of an hour', async () => {
    const peak = started + 300_000
    const users = (at: number) => (at > peak && at <= peak + 120_000 ? 900 : 240)
    const { clock, facts } = await opened({ users })
    expect(seenOf(await facts(), 'workload.nowUsers')).toBe(240)
    clock.forward(900_000)
    expect(seenOf(await facts(), 'workload.nowUsers')).toBe(900)
    clock.forward(600_000)
    expect(seenOf(await facts(), 'workload.nowUsers')).toBe(240)
  })

  test('users now stand in the System, and are no drift', async () => {
    const { clock, facts } = await opened({ users: () => 240 })
    const { system, drift, unknown } = viewOf(site, await facts(), clock.now())
    expect([system.workload.nowUsers, drift, unknown]).toEqual([240, [], []])
  })

  test("users that nobody can tell are the document's, and unknown", async () => {
    const { clock, cloud, facts } = await opened({ users: () => 240 })
    cloud.monitoring.stopMetric('run.googleapis.com/request_count')
    clock.forward(400_000)
    const view = viewOf(site, await facts(), clock.now())
    expect(view.unknown).toContain('workload.nowUsers')
    expect(view.system.workload.nowUsers).toBe(site.workload.nowUsers)
    clock.forward(1_200_000)
    const gone = seenOf(await facts(), 'workload.nowUsers')
    expect(gone).toBe('Cloud Monitoring has no point of the last 15 min')
  })

  test('the share of errors follows an outage of the database', async () => {
    const { clock, cloud, facts } = await opened({ operationSeconds: 300, restartSeconds: 120 })
    expect(seenOf(await facts(), 'services.backend.errorRate')).toBe(0)
    await fetch(`${cloud.root}/v1/projects/tukiprod/instances/tuki-db-prod`, {
      method: 'PATCH',
      body: JSON.stringify({ settings: { tier: 'db-custom-8-30720' } }),
    })
    const rates: unknown[] = []
    for (let minute = 0; minute < 8; minute += 1) {
      clock.forward(60_000)
      rates.push(seenOf(await facts(), 'services.backend.errorRate'))
    }
    expect(rates).toContain(1)
  })

  test('sessions are PostgreSQL’s own where it is asked, and Google’s count where not', async () => {
    const { read, clock, facts } = await opened()
    const sessions = 'databases.tuki-db-prod.sessions'
    expect(factNamed(await facts(), sessions)).toMatchObject({ source: 'Cloud Monitoring' })
    const postgres = postgresSaying(400)
    const both = await observe(site, { ...read, postgres }, clock)
    expect(both.filter(({ name }) => name === sessions)).toMatchObject([{ source: 'PostgreSQL' }])
  })
})

describe('what is set', () => {
  test('is seen now: the threshold, who else was there, and no dashboard yet', async () => {
    const { clock, facts } = await opened()
    const seen = await facts()
    const configured = seen.filter(({ name }) => /^(alerts|dashboards)/.test(name))
    expect(configured.map((fact) => fact.kind === 'observed' && fact.observedAt)).toEqual(
      Array(5).fill(clock.now()),
    )
    expect(seenOf(seen, 'alerts.db-connections.threshold')).toBe(648)
    expect(seenOf(seen, 'dashboards.etag')).toBe('none')
  })

  test('that is not there says which step makes it', async () => {
    const { facts } = await opened({ document: '' })
    const seen = await facts()
    expect(seenOf(seen, 'alerts.db-connections.threshold')).toMatch(/create-alert makes one/)
    expect(seenOf(seen, 'alerts.db-connections.mutatedAt')).toBe('none')
  })
})

describe('a source that fails', () => {
  test('costs its own facts only, each with the reason', async () => {
    const { cloud, facts } = await opened()
    await cloud.stop()
    for (const fact of await facts()) expect(fact.kind, fact.name).toBe('unavailable')
  })

  test('that hangs is waited for no longer than all are, and the rest is there', async () => {
    const { read, clock } = await opened()
    const never = (): Promise<never> => Promise.withResolvers<never>().promise
    const postgres = { ...postgresSaying(400), sessions: never }
    const hanging = { ...read.monitoring, series: never }
    const startedAt = performance.now()
    const facts = await observe(site, { ...read, postgres, monitoring: hanging }, clock)
    expect(performance.now() - startedAt).toBeLessThan(sourceTimeOutMs + 900)
    expect(seenOf(facts, 'databases.tuki-db-prod.sessions')).toBe(
      'PostgreSQL did not answer within 4 s',
    )
    expect(seenOf(facts, 'workload.nowUsers')).toBe('Cloud Monitoring did not answer within 4 s')
    expect(seenOf(facts, 'alerts.db-connections.threshold')).toBe(648)
  })
})
