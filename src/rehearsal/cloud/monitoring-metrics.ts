/**
 * What the local cloud measures, at any moment: points made from the site's load and from the state
 * of its instances, looked up and never stored. facts/cloudsql.md, 9.
 */
import type { Site } from './site.ts'

/** Latencies and shares are distributions: what Google would compute of one is kept of it. */
export type Distribution = { readonly p50: number; readonly p95: number; readonly p99: number }

export type MetricKind = 'GAUGE' | 'DELTA'
export type ValueType = 'INT64' | 'DOUBLE' | 'DISTRIBUTION'

export type RawPoint = { readonly at: number; readonly value: number | Distribution }

export type RawSeries = {
  readonly metric: { readonly type: string; readonly labels: Readonly<Record<string, string>> }
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> }
  readonly kind: MetricKind
  readonly valueType: ValueType
  /** The point that ends then; null: none was measured. A DELTA counts since the sample before. */
  readonly pointAt: (at: number, sampleMs: number) => number | Distribution | null
}

/** How the database is at a moment. */
export type DatabaseState = { readonly vcpus: number; readonly isDown: boolean }

export type Measured = {
  readonly site: Site
  readonly users: (at: number) => number
  readonly database: (name: string, at: number) => DatabaseState | null
}

const systemSessions = 7

export function seriesOf(measured: Measured): readonly RawSeries[] {
  const { site } = measured
  return [
    ...Object.keys(site.services).flatMap((name) => serviceSeries(measured, name)),
    ...Object.keys(site.databases).flatMap((name) => databaseSeries(measured, name)),
    ...Object.keys(site.redis).flatMap((name) => redisSeries(measured, name)),
  ]
}

type Service = Site['services'][string]

function requestsPerSecond({ site, users }: Measured, at: number): number {
  const { thinkSeconds, requestSeconds } = site.workload
  return users(at) / (thinkSeconds + requestSeconds)
}

const slots = ({ gunicorn }: Service): number =>
  gunicorn === undefined ? 1 : gunicorn.workers * gunicorn.threads

function instancesAt(measured: Measured, service: Service, at: number): number {
  const { minInstances, maxInstances } = service
  if (service.kind !== 'web') return minInstances
  const busy = requestsPerSecond(measured, at) * measured.site.workload.requestSeconds
  return Math.min(maxInstances, Math.max(minInstances, Math.ceil(busy / (slots(service) * 0.8))))
}

function isDown({ database }: Measured, service: Service, at: number): boolean {
  return service.database !== undefined && database(service.database.name, at)?.isDown === true
}

function serviceSeries(measured: Measured, name: string): readonly RawSeries[] {
  const { site } = measured
  const service = site.services[name]
  if (service === undefined) return []
  const labels = { service_name: name, location: site.region, project_id: site.project }
  const resource = { type: 'cloud_run_revision', labels: { ...labels, revision_name: `${name}-1` } }
  const of = (type: string, metricLabels: Readonly<Record<string, string>> = {}) => ({
    metric: { type: `run.googleapis.com/${type}`, labels: metricLabels },
    resource,
  })
  const gauge = (state: string, count: (at: number) => number): RawSeries => ({
    ...of('container/instance_count', { state }),
    ...{ kind: 'GAUGE', valueType: 'INT64', pointAt: count },
  })
  const busy = (at: number) =>
    service.kind === 'web'
      ? (requestsPerSecond(measured, at) * site.workload.requestCpuSeconds) /
        (instancesAt(measured, service, at) * service.cpu)
      : 0.2
  return [
    gauge('active', (at) => instancesAt(measured, service, at)),
    gauge('idle', () => 0),
    share(of('container/cpu/utilizations'), busy),
    share(of('container/memory/utilizations'), () => 0.55),
    ...(service.kind === 'web' ? requestSeries(measured, service, of) : []),
  ]
}

type Of = (
  type: string,
  labels?: Readonly<Record<string, string>>,
) => Pick<RawSeries, 'metric' | 'resource'>

function requestSeries(measured: Measured, service: Service, of: Of): readonly RawSeries[] {
  const errorShare = (at: number) => (isDown(measured, service, at) ? 1 : 0)
  const counted = (responseClass: string, part: (at: number) => number): RawSeries => ({
    ...of('request_count', { response_code_class: responseClass }),
    ...{ kind: 'DELTA', valueType: 'INT64' },
    pointAt: (at, sampleMs) => {
      const perSecond = requestsPerSecond(measured, at) * part(at)
      // Whole requests, and none lost to rounding from one sample to the next.
      return Math.floor((perSecond * at) / 1000) - Math.floor((perSecond * (at - sampleMs)) / 1000)
    },
  })
  return [
    counted('2xx', (at) => 1 - errorShare(at)),
    counted('5xx', errorShare),
    {
      ...of('request_latencies', { response_code_class: '2xx' }),
      ...{ kind: 'DELTA', valueType: 'DISTRIBUTION' },
      pointAt: (at) => {
        if (isDown(measured, service, at)) return null
        const meanMs = measured.site.workload.requestSeconds * 1000
        const { name } = service.database ?? {}
        const load = name === undefined ? 0 : databaseLoad(measured, name, at)
        const slowed = meanMs / Math.max(0.1, 1 - Math.min(load, 0.9))
        return { p50: slowed * 0.8, p95: slowed * 1.9, p99: slowed * 2.8 }
      },
    },
  ]
}

function share(
  of: Pick<RawSeries, 'metric' | 'resource'>,
  mean: (at: number) => number,
): RawSeries {
  const pointAt = (at: number) => {
    const it = mean(at)
    return { p50: it, p95: Math.min(1, it * 1.2), p99: Math.min(1, it * 1.3) }
  }
  return { ...of, kind: 'DELTA', valueType: 'DISTRIBUTION', pointAt }
}

function databaseLoad(measured: Measured, name: string, at: number): number {
  const state = measured.database(name, at)
  if (state === null) return 0
  const { databaseCpuSeconds } = measured.site.workload
  const needed = requestsPerSecond(measured, at) * databaseCpuSeconds
  return Math.min(1, 0.02 + needed / state.vcpus)
}

/** What clients hold open: each instance as many as it has workers. */
function clientSessions(measured: Measured, name: string, at: number): number {
  const services = Object.values(measured.site.services)
  return services
    .filter(({ database }) => database?.name === name)
    .reduce((sum, service) => {
      const each = service.kind === 'web' ? slots(service) : (service.celery?.concurrency ?? 0)
      return sum + instancesAt(measured, service, at) * each
    }, 0)
}

function databaseSeries(measured: Measured, name: string): readonly RawSeries[] {
  const { project, region } = measured.site
  const labels = { database_id: `${project}:${name}`, project_id: project, region }
  const resource = { type: 'cloudsql_database', labels }
  const prefix = 'cloudsql.googleapis.com/database'
  const whileUp = (value: (at: number) => number) => (at: number) => {
    const state = measured.database(name, at)
    return state === null || state.isDown ? null : value(at)
  }
  const backends = (database: string, count: (at: number) => number): RawSeries => ({
    metric: { type: `${prefix}/postgresql/num_backends`, labels: { database } },
    ...{ resource, kind: 'GAUGE', valueType: 'INT64', pointAt: whileUp(count) },
  })
  return [
    backends('tuki', (at) => clientSessions(measured, name, at)),
    backends('cloudsqladmin', () => systemSessions),
    backends('postgres', () => 1),
    {
      metric: { type: `${prefix}/cpu/utilization`, labels: {} },
      ...{ resource, kind: 'GAUGE', valueType: 'DOUBLE' },
      pointAt: whileUp((at) => databaseLoad(measured, name, at)),
    },
  ]
}

function redisSeries(measured: Measured, name: string): readonly RawSeries[] {
  const { project, region, services } = measured.site
  const instance = `projects/${project}/locations/${region}/instances/${name}`
  const labels = { instance_id: instance, node_id: 'node-0', project_id: project, region }
  const of = (type: string) => ({
    metric: { type: `redis.googleapis.com/${type}`, labels: {} },
    resource: { type: 'redis_instance', labels },
  })
  const clients = (at: number) =>
    Object.values(services).reduce(
      (sum, one) => sum + instancesAt(measured, one, at) * one.redisConnections,
      0,
    )
  return [
    { ...of('clients/connected'), kind: 'GAUGE', valueType: 'INT64', pointAt: clients },
    { ...of('stats/memory/usage_ratio'), kind: 'GAUGE', valueType: 'DOUBLE', pointAt: () => 0.31 },
  ]
}
