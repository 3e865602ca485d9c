/** Our Cloud Monitoring adapter reads a local Google Cloud, through Google's own clients. */
import { describe, expect, test } from 'vitest'
import { alertIn } from '../../src/world/monitored/alert.ts'
import {
  celeryMetrics,
  databaseMetrics,
  redisMetrics,
  serviceMetrics,
} from '../../src/world/monitored/metrics.ts'
import type { SeriesQuery } from '../../src/world/ports/monitoring.ts'
import { site } from '../runs/process.ts'
import { started } from './hand-clock.ts'
import { faultOf } from './tuki-cloud.ts'
import { tukiMonitoring } from './tuki-monitoring.ts'

const quarter = 900
const backend = serviceMetrics('backend')

describe('time series', () => {
  test.for([
    ['requests per second', backend.requests, 300 / 1.65],
    ['latency p50', backend.p50Ms, 135],
    ['latency p95', backend.p95Ms, 321],
    ['latency p99', backend.p99Ms, 473],
    ['instances', backend.instances, 4],
    ['CPU', backend.cpuUtilization, 0.295],
    ['memory', backend.memoryUtilization, 0.715],
    ['sessions of the database', databaseMetrics(site, 'tuki-db-prod').sessions, 52],
    ['CPU of the database', databaseMetrics(site, 'tuki-db-prod').cpuUtilization, 0.11],
    ['clients of Redis', redisMetrics(site, 'main').clients, 94],
    ['memory of Redis', redisMetrics(site, 'main').memoryUtilization, 0.31],
  ] as const)('%s', async ([, query, expected]: readonly [string, SeriesQuery, number]) => {
    const { reader } = await tukiMonitoring()
    const series = await reader.series(query, quarter)
    const newest = series.reduce((sum, { points }) => sum + (points[0]?.value ?? 0), 0)
    expect(Math.abs(newest - expected) / expected).toBeLessThan(0.03)
  })

  test('points come to light 165 to 225 s late, each with its own time', async () => {
    const { reader, clock } = await tukiMonitoring()
    for (const _second of Array(20)) {
      const [series] = await reader.series(backend.instances, quarter)
      const ageMs = clock.now() - (series?.points[0]?.at ?? 0)
      expect(ageMs).toBeGreaterThanOrEqual(120_000)
      expect(ageMs).toBeLessThanOrEqual(225_000)
      clock.forward(7_000)
    }
  })

  test('a cloud that is ten times quicker shows them ten times sooner', async () => {
    const { reader, clock } = await tukiMonitoring({ speed: 10 })
    const [series] = await reader.series(backend.instances, quarter)
    expect(clock.now() - (series?.points[0]?.at ?? 0)).toBeLessThan(60_000)
  })

  test('they follow the users, and the database: none while it is down', async () => {
    const rush = started + 600_000
    const { reader, clock, cloud } = await tukiMonitoring({
      users: (at) => (at < rush ? 300 : 3_000),
    })
    const sessions = databaseMetrics(site, 'tuki-db-prod').sessions
    const newest = async (query: SeriesQuery) => (await reader.series(query, quarter))[0]?.points[0]
    const quiet = await newest(sessions)
    clock.forward(1_200_000)
    expect((await newest(sessions))?.value).toBeGreaterThan((quiet?.value ?? 0) * 3)
    const busy = await newest(databaseMetrics(site, 'tuki-db-prod').cpuUtilization)
    await fetch(`${cloud.root}/v1/projects/tukiprod/instances/tuki-db-prod`, {
      method: 'PATCH',
      body: JSON.stringify({ settings: { tier: 'db-custom-8-30720' } }),
    })
    clock.forward(900_000)
    const relieved = await newest(databaseMetrics(site, 'tuki-db-prod').cpuUtilization)
    expect(relieved?.value).toBeLessThan((busy?.value ?? 0) / 3)
  })

  test('a metric that stops grows old, and then has no points', async () => {
    const { reader, clock, cloud } = await tukiMonitoring()
    cloud.monitoring.stopMetric('run.googleapis.com/request_count')
    clock.forward(600_000)
    const [old] = await reader.series(backend.requests, quarter)
    expect(clock.now() - (old?.points[0]?.at ?? 0)).toBeGreaterThan(500_000)
    clock.forward(600_000)
    expect(await reader.series(backend.requests, quarter)).toEqual([])
    expect(await reader.series(backend.instances, quarter)).toHaveLength(1)
  })
})

describe('metrics of our own', () => {
  test('what is written is read back, by worker and queue', async () => {
    const { reader, celerySink, clock, cloud } = await tukiMonitoring({ speed: 60 })
    const at = clock.now()
    await celerySink.write(
      [
        { metric: 'queue_length', of: 'celery', value: 35 },
        { metric: 'queue_length', of: 'mail', value: 2 },
        { metric: 'worker_saturation', of: 'celery-worker', value: 0.75 },
      ],
      at,
    )
    clock.forward(10_000)
    const series = await reader.series(celeryMetrics().queue_length, quarter)
    expect(series.map(({ group, points }) => [group, points[0]?.value])).toEqual([
      ['celery', 35],
      ['mail', 2],
    ])
    expect(cloud.monitoring.writes).toBe(0)
  })

  test('one that was never written is not there', async () => {
    const { reader } = await tukiMonitoring()
    const fault = await faultOf(reader.series(celeryMetrics().task_seconds, quarter))
    expect(fault).toMatchObject({ code: 'not-found', sent: 'no' })
  })

  test('nothing is sent twice, and what did not arrive is a fault', async () => {
    const { celerySink, clock, cloud, writesSent } = await tukiMonitoring()
    const sample = [{ metric: 'queue_length', of: 'celery', value: 1 }] as const
    cloud.monitoring.provoke({ on: 'write', how: 'unavailable' })
    const fault = await faultOf(celerySink.write(sample, clock.now()))
    expect(fault).toMatchObject({ code: 'server-error', sent: 'unknown' })
    expect(writesSent()).toBe(1)
    await celerySink.write(sample, clock.now())
    const late = await faultOf(celerySink.write(sample, clock.now() - 60_000))
    expect(late).toMatchObject({ code: 'invalid', sent: 'no' })
  })
})

describe('alert policies, channels and dashboards', () => {
  test('the policy of an alert is found by what it watches', async () => {
    const { reader } = await tukiMonitoring()
    const policies = await reader.alertPolicies()
    const found = alertIn(policies, {
      ...{ alert: 'db-connections', project: 'tukiprod', database: 'tuki-db-prod' },
    })
    expect(found).toMatchObject({
      kind: 'found',
      policy: { displayName: 'DB Connections >80%', mutatedAt: '2025-10-18T12:00:00.000000000Z' },
      threshold: { value: 648 },
    })
    const other = { alert: 'db-connections', project: 'tukiprod', database: 'tuki-db' }
    expect(alertIn(policies, other)).toEqual({ kind: 'none' })
    const twice = [...policies, ...policies]
    const sought = { ...other, database: 'tuki-db-prod' }
    expect(alertIn(twice, sought)).toMatchObject({ kind: 'unclear' })
  })

  test('channels have their names, and a dashboard that is not there is null', async () => {
    const { reader, cloud } = await tukiMonitoring()
    const channels = await reader.channels()
    expect(channels.map(({ displayName, isEnabled }) => [displayName, isEnabled])).toEqual([
      ['incidents', true],
      ['on-call', true],
    ])
    expect(await reader.dashboard('plimsoll-tuki')).toBeNull()
    expect(cloud.requests.some(({ authorized }) => authorized)).toBe(false)
  })
})

describe('a read that fails', () => {
  test.for([
    ['unavailable', 'server-error', 3],
    ['rate-limited', 'rate-limited', 1],
    ['forbidden', 'forbidden', 1],
  ] as const)('%s is %s, after %s requests', async ([how, code, requests]) => {
    const { reader, cloud } = await tukiMonitoring()
    for (const _time of Array(requests)) cloud.monitoring.provoke({ on: 'read', how })
    const fault = await faultOf(reader.alertPolicies())
    expect(fault).toMatchObject({ code, sent: 'no' })
    expect(cloud.requests).toHaveLength(requests)
    cloud.monitoring.provoke({ on: 'read', how })
    expect(await faultOf(reader.dashboard('plimsoll-tuki'))).toMatchObject({ code, sent: 'no' })
  })

  test('silence is a time-out, and a cloud that is gone is unreachable', async () => {
    const { reader, cloud } = await tukiMonitoring({}, 1_000)
    await reader.channels()
    cloud.monitoring.provoke({ on: 'read', how: 'silence' })
    expect(await faultOf(reader.channels())).toMatchObject({ code: 'time-out', sent: 'no' })
    await cloud.stop()
    expect(await faultOf(reader.series(backend.instances, quarter))).toMatchObject({ sent: 'no' })
  })
})
