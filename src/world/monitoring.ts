/** Cloud Monitoring through Google's own clients: what it measured, its alerts and its dashboards. */
import { Fault } from './fault.ts'
import { type GoogleMethodName, googleMethods } from './google-methods.ts'
import { celeryLabel, celeryMetricPrefix } from './monitored/metrics.ts'
import {
  type MonitoringCalls,
  type MonitoringOptions,
  monitoringCalls,
  noRetries,
} from './monitoring-call.ts'
import { readDashboard, readDashboardLabels } from './monitoring-dashboard-wire.ts'
import { failedMonitoringRead } from './monitoring-faults.ts'
import { aggregationOf, readChannels, readPolicies, readSeries } from './monitoring-wire.ts'
import { monitoringWriter } from './monitoring-writer.ts'
import type { CeleryMetricSink, MonitoringReader, MonitoringWriter } from './ports/monitoring.ts'

export function connectMonitoring(options: MonitoringOptions): {
  readonly reader: MonitoringReader
  readonly writer: MonitoringWriter
  readonly celerySink: CeleryMetricSink
  /** Loads Google's code, which takes a while: the first question need not wait for it. */
  readonly load: () => Promise<void>
} {
  const calls = monitoringCalls(options)
  return {
    reader: readerOf(calls),
    writer: monitoringWriter(calls),
    celerySink: celerySinkOf(calls),
    load: calls.load,
  }
}

/** More than that is not asked for: a page that goes on is refused, never cut short in silence. */
const mostOfAPage = 1_000

function readerOf(calls: MonitoringCalls): MonitoringReader {
  const { project, asked, clock } = calls
  const name = `projects/${project}`
  return {
    series: async (query, withinSeconds) => {
      const endMs = clock.now()
      const interval = {
        startTime: timeOf(endMs - withinSeconds * 1_000),
        endTime: timeOf(endMs),
      }
      const what = `time series ${query.filter}`
      const reply = await asked('monitoring.timeSeries.list', what, async ({ metrics }, call) => {
        const { filter } = query
        const aggregation = aggregationOf(query)
        const question = { name, filter, interval, aggregation, view: 'FULL' } as const
        return whole(what, await metrics.listTimeSeries({ ...question }, { ...call, ...paged }))
      })
      return readSeries(reply, query)
    },
    alertPolicies: async () => {
      const what = 'alert policies'
      const reply = await asked(
        'monitoring.alertPolicies.list',
        what,
        async ({ policies }, call) => {
          const question = { name, pageSize: mostOfAPage }
          return whole(what, await policies.listAlertPolicies(question, { ...call, ...paged }))
        },
      )
      return readPolicies(reply)
    },
    channels: async () => {
      const what = 'notification channels'
      const method = 'monitoring.notificationChannels.list'
      const reply = await asked(method, what, async ({ channels }, call) => {
        const question = { name, pageSize: mostOfAPage }
        return whole(what, await channels.listNotificationChannels(question, { ...call, ...paged }))
      })
      return readChannels(reply)
    },
    ...dashboardsOf(calls),
  }
}

/** Two questions to a client that is a generation older. */
function dashboardsOf({
  project,
  asked,
}: MonitoringCalls): Pick<MonitoringReader, 'dashboard' | 'dashboardLabels'> {
  const name = `projects/${project}`
  return {
    dashboardLabels: async () => {
      const what = 'dashboards'
      const reply = await asked(
        'monitoring.dashboards.list',
        what,
        async ({ dashboards }, call) => {
          const question = { parent: name, pageSize: mostOfAPage }
          const page = dashboards.listDashboards(question, { ...call, ...paged })
          return whole(what, await page.catch(refuse('monitoring.dashboards.list', what)))
        },
      )
      return readDashboardLabels(reply)
    },
    dashboard: async (id) => {
      const what = `dashboard ${id}`
      try {
        const reply = await asked('monitoring.dashboards.get', what, ({ dashboards }, call) =>
          dashboards
            .getDashboard({ name: `${name}/dashboards/${id}` }, call)
            .catch(refuse('monitoring.dashboards.get', what)),
        )
        return readDashboard(reply)
      } catch (error) {
        if (error instanceof Fault && error.code === 'not-found') return null
        throw error
      }
    },
  }
}

const refuse = (method: GoogleMethodName, what: string) => (error: unknown) =>
  Promise.reject(failedMonitoringRead(what, error, googleMethods[method].permission))

const paged = { autoPaginate: false } as const

/** The first page, when it is all there is. */
function whole(
  what: string,
  [items, next]: readonly [unknown, object | null, ...unknown[]],
): readonly unknown[] {
  if (next === null) return [items]
  throw new Fault('unreadable', 'no', `${what}: more than fits one page`)
}

const timeOf = (ms: number) => ({ seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1e6 })

function celerySinkOf({ project, sendOnce }: MonitoringCalls): CeleryMetricSink {
  return {
    write: async (samples, at) => {
      if (samples.length === 0) return
      const timeSeries = samples.map(({ metric, of, value }) => ({
        metric: { type: `${celeryMetricPrefix}${metric}`, labels: { [celeryLabel]: of } },
        resource: { type: 'global', labels: { project_id: project } },
        points: [{ interval: { endTime: timeOf(at) }, value: { doubleValue: value } }],
      }))
      await sendOnce({
        method: 'monitoring.timeSeries.create',
        what: "points of Celery's metrics",
        // A point is no action: nothing is spent. What can be written is these metrics alone.
        spend: () => undefined,
        send: ({ metrics }) =>
          metrics.createTimeSeries({ name: `projects/${project}`, timeSeries }, noRetries),
      })
    },
  }
}
