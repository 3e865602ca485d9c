/**
 * What Google measures of each part of a System, and how it is asked for: the queries of
 * observation, alerts and dashboards. Pure. facts/cloudsql.md, 9; facts/page.md, 5.
 */
import type { System } from '../../capacity/system.ts'
import type { CeleryMetric, SeriesQuery } from '../ports/monitoring.ts'

type Place = Pick<System, 'project' | 'region'>

export const celeryMetricPrefix = 'custom.googleapis.com/plimsoll/celery/'
/** Of the label that says which worker or queue a point of Celery's is about. */
export const celeryLabel = 'of'

/** Cloud Run, Cloud SQL and Memorystore sample every minute. */
const alignSeconds = 60

const responseClass = 'metric.label.response_code_class'

/** A service of Cloud Run, web or worker. */
export function serviceMetrics(service: string) {
  const of = (metric: string) =>
    filterOf('cloud_run_revision', `run.googleapis.com/${metric}`, { service_name: service })
  const latencies = { filter: of('request_latencies'), alignSeconds, aligner: 'delta' } as const
  const share = { alignSeconds, aligner: 'delta', reducer: 'percentile-99' } as const
  return {
    /** By class of response: 2xx, 5xx, ... */
    requests: {
      filter: of('request_count'),
      ...{ alignSeconds, aligner: 'rate', reducer: 'sum', groupBy: responseClass },
    },
    p50Ms: { ...latencies, reducer: 'percentile-50' },
    p95Ms: { ...latencies, reducer: 'percentile-95' },
    p99Ms: { ...latencies, reducer: 'percentile-99' },
    instances: {
      filter: of('container/instance_count'),
      ...{ alignSeconds, aligner: 'max', reducer: 'sum' },
    },
    cpuUtilization: { filter: of('container/cpu/utilizations'), ...share },
    memoryUtilization: { filter: of('container/memory/utilizations'), ...share },
  } as const satisfies Record<string, SeriesQuery>
}

export const backendsMetric = 'cloudsql.googleapis.com/database/postgresql/num_backends'

export function databaseMetrics({ project }: Place, database: string) {
  const of = (metric: string) =>
    filterOf('cloudsql_database', metric, { database_id: `${project}:${database}` })
  return {
    /** Of all databases of the instance: cloudsqladmin, postgres and template1 report too. */
    sessions: { filter: of(backendsMetric), alignSeconds, aligner: 'max', reducer: 'sum' },
    cpuUtilization: {
      filter: of('cloudsql.googleapis.com/database/cpu/utilization'),
      ...{ alignSeconds, aligner: 'mean', reducer: 'max' },
    },
  } as const satisfies Record<string, SeriesQuery>
}

export function redisMetrics({ project, region }: Place, redis: string) {
  const instance = `projects/${project}/locations/${region}/instances/${redis}`
  const of = (metric: string) =>
    filterOf('redis_instance', `redis.googleapis.com/${metric}`, { instance_id: instance })
  return {
    clients: {
      filter: of('clients/connected'),
      ...{ alignSeconds, aligner: 'max', reducer: 'max' },
    },
    memoryUtilization: {
      filter: of('stats/memory/usage_ratio'),
      ...{ alignSeconds, aligner: 'max', reducer: 'max' },
    },
  } as const satisfies Record<string, SeriesQuery>
}

/** The bot's own: Celery has none. Queues add up, the rest is per worker service. */
export function celeryMetrics(): Readonly<Record<CeleryMetric, SeriesQuery>> {
  const by = `metric.label.${celeryLabel}`
  const of = (metric: CeleryMetric): SeriesQuery => ({
    filter: filterOf('global', `${celeryMetricPrefix}${metric}`, {}),
    ...{ alignSeconds, aligner: 'max', reducer: 'max', groupBy: by },
  })
  return {
    queue_length: of('queue_length'),
    tasks_succeeded_per_second: of('tasks_succeeded_per_second'),
    tasks_failed_per_second: of('tasks_failed_per_second'),
    task_seconds: of('task_seconds'),
    worker_saturation: of('worker_saturation'),
  }
}

function filterOf(
  resource: string,
  metric: string,
  labels: Readonly<Record<string, string>>,
): string {
  return [
    `resource.type="${resource}"`,
    `metric.type="${metric}"`,
    ...Object.entries(labels).map(([key, value]) => `resource.labels.${key}="${value}"`),
  ].join(' AND ')
}
