/**
 * What Cloud Monitoring measured, each fact with the time of its own point, and what is set there:
 * alerts and the dashboard.
 */
import type { SystemDocument } from '../../capacity/system.ts'
import { Fault } from '../fault.ts'
import { alertIn } from '../monitored/alert.ts'
import { contentDigest, dashboardId, limitsOn } from '../monitored/dashboard.ts'
import { databaseMetrics, serviceMetrics } from '../monitored/metrics.ts'
import type { MonitoringReader, Point, Series, SeriesQuery } from '../ports/monitoring.ts'
import type { Clock, Fact } from '../world.ts'
import { factsOr, observed } from './facts.ts'

const source = 'Cloud Monitoring'

/** Users now are the most of the last quarter of an hour. capacity.md, 4. */
const withinSeconds = 900

export function monitoringFacts(
  document: SystemDocument,
  reader: MonitoringReader,
  { clock, standIn }: { readonly clock: Clock; readonly standIn: 'sessions' | 'nothing' },
): readonly Promise<readonly Fact[]>[] {
  const services = Object.entries(document.services)
  return [
    userFacts(document, reader),
    ...services.map(([name]) => gaugeFact(`services.${name}.instances`, instances(name), reader)),
    ...services.flatMap(([name, { kind }]) => (kind === 'web' ? latencyFacts(name, reader) : [])),
    ...Object.keys(document.databases).flatMap((name) => {
      const { sessions, cpuUtilization } = databaseMetrics(document, name)
      const path = `databases.${name}`
      return [
        gaugeFact(`${path}.cpuUtilization`, cpuUtilization, reader),
        // Where PostgreSQL is not asked, Google's count of its backends stands in.
        ...(standIn === 'sessions' ? [gaugeFact(`${path}.sessions`, sessions, reader)] : []),
      ]
    }),
    alertFacts(document, reader, clock),
    dashboardFacts(document, reader, clock),
  ]
}

const instances = (service: string) => serviceMetrics(service).instances

function latencyFacts(service: string, reader: MonitoringReader) {
  const { p50Ms, p95Ms, p99Ms } = serviceMetrics(service)
  return Object.entries({ p50Ms, p95Ms, p99Ms }).map(([field, query]) =>
    gaugeFact(`services.${service}.${field}`, query, reader),
  )
}

/** The newest point of one series. */
function gaugeFact(
  name: string,
  query: SeriesQuery,
  reader: MonitoringReader,
): Promise<readonly Fact[]> {
  return factsOr([name], source, async () => {
    const newest = newestOf(await reader.series(query, withinSeconds))
    return [fact(name, rounded(newest.value), newest.at)]
  })
}

/**
 * The web services' requests give the users, by Little's law, and each one's share of errors. The
 * users are true as of the newest point, whichever was the highest.
 */
async function userFacts(
  { services, workload }: SystemDocument,
  reader: MonitoringReader,
): Promise<readonly Fact[]> {
  const web = Object.entries(services).flatMap(([name, { kind }]) => (kind === 'web' ? [name] : []))
  const errorRates = web.map((name) => `services.${name}.errorRate`)
  const names = ['workload.nowUsers', ...errorRates]
  return factsOr(web.length === 0 ? [] : names, source, async () => {
    const asked = web.map((name) => reader.series(serviceMetrics(name).requests, withinSeconds))
    const byService = await Promise.all(asked)
    const perSecond = summed(byService.flat())
    const mostPerSecond = Math.max(...perSecond.map(({ value }) => value))
    const users = mostPerSecond * (workload.thinkSeconds + workload.requestSeconds)
    const { at } = newestOf([{ group: null, points: perSecond }])
    return [
      fact('workload.nowUsers', Math.round(users), at),
      ...byService.flatMap((series, index) => {
        const name = errorRates[index]
        return name === undefined ? [] : [errorRateFact(name, series)]
      }),
    ]
  })
}

function errorRateFact(name: string, series: readonly Series[]): Fact {
  const { at } = newestOf(series)
  const now = series.flatMap(({ group, points }) =>
    points.filter((point) => point.at === at).map(({ value }) => ({ group, value })),
  )
  const all = now.reduce((sum, { value }) => sum + value, 0)
  const failed = now.find(({ group }) => group === '5xx')?.value ?? 0
  return fact(name, all === 0 ? 0 : rounded(failed / all), at)
}

/** Series of one query have their points at the same times. */
function summed(series: readonly Series[]): readonly Point[] {
  const byTime = Map.groupBy(
    series.flatMap(({ points }) => points),
    ({ at }) => at,
  )
  return [...byTime].map(([at, points]) => ({
    at,
    value: points.reduce((sum, { value }) => sum + value, 0),
  }))
}

function newestOf(series: readonly Series[]): Point {
  const [newest] = series
    .flatMap(({ points }) => points)
    .toSorted((one, other) => other.at - one.at)
  if (newest !== undefined) return newest
  throw new Fault('not-found', 'no', `${source} has no point of the last ${withinSeconds / 60} min`)
}

/** The number and the version of every alert; 'none' is the version of one that is not there. */
function alertFacts(
  { alerts, project }: SystemDocument,
  reader: MonitoringReader,
  clock: Clock,
): Promise<readonly Fact[]> {
  const paths = Object.keys(alerts).map((name) => `alerts.${name}`)
  const names = paths.flatMap((path) => [`${path}.threshold`, `${path}.mutatedAt`])
  return factsOr(names, source, async () => {
    if (names.length === 0) return []
    const observedAt = clock.now()
    const policies = await reader.alertPolicies()
    return Object.entries(alerts).flatMap(([alert, { database }]) => {
      const path = `alerts.${alert}`
      const found = alertIn(policies, { alert, project, database })
      if (found.kind === 'found') {
        const { threshold, policy } = found
        const values = { threshold: threshold.value, mutatedAt: policy.mutatedAt }
        return observed(path, values, source, observedAt)
      }
      if (found.kind === 'unclear')
        return ['threshold', 'mutatedAt'].map((field) => missing(`${path}.${field}`, found.why))
      const why = `no policy watches the sessions of ${database}; create-alert makes one`
      return [
        missing(`${path}.threshold`, why),
        ...observed(path, { mutatedAt: 'none' }, source, observedAt),
      ]
    })
  })
}

function dashboardFacts(
  document: SystemDocument,
  reader: MonitoringReader,
  clock: Clock,
): Promise<readonly Fact[]> {
  const names = ['dashboards.content', 'dashboards.limits', 'dashboards.etag']
  return factsOr(names, source, async () => {
    const observedAt = clock.now()
    const dashboard = await reader.dashboard(dashboardId(document))
    const values =
      dashboard === null
        ? { content: 'none', limits: {}, etag: 'none' }
        : {
            content: contentDigest(dashboard),
            limits: limitsOn(dashboard),
            etag: dashboard.etag,
          }
    return observed('dashboards', values, source, observedAt)
  })
}

function fact(name: string, value: number, observedAt: number): Fact {
  return { kind: 'observed', name, value, source, observedAt }
}

function missing(name: string, why: string): Fact {
  return { kind: 'unavailable', name, source, why }
}

const rounded = (value: number): number => Number(value.toPrecision(3))
