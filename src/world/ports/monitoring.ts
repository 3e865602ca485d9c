/**
 * What Cloud Monitoring is asked and told: time series, alert policies, dashboards, and the metrics
 * that Celery lacks. Types only; facts/cloudsql.md, 9.
 */
import type { Clearance } from '../clearance.ts'

/** One aligned value; `at` is the end of its interval. */
export type Point = { readonly value: number; readonly at: number }

export type Percentile = 'percentile-50' | 'percentile-95' | 'percentile-99'

/** One metric, aligned in time and reduced over its series. */
export type SeriesQuery = {
  /** Google's monitoring filter. */
  readonly filter: string
  readonly alignSeconds: number
  readonly aligner: 'delta' | 'rate' | 'mean' | 'max'
  readonly reducer: 'sum' | 'mean' | 'max' | Percentile
  /** A label, as in `metric.label.response_code_class`: one series for each of its values. */
  readonly groupBy?: string
}

export type Series = {
  /** The value of the label that it was grouped by; null without one. */
  readonly group: string | null
  /** Newest first. */
  readonly points: readonly Point[]
}

/** A condition "this metric above that number". */
export type Threshold = {
  /** Full, as the API names it. */
  readonly name: string
  readonly filter: string
  readonly value: number
}

export type AlertPolicy = {
  /** Full: `projects/p/alertPolicies/1`. */
  readonly name: string
  readonly displayName: string
  readonly userLabels: Readonly<Record<string, string>>
  /** Its threshold conditions; conditions of other kinds are left out. */
  readonly thresholds: readonly Threshold[]
  readonly channels: readonly string[]
  /**
   * When it was last changed, RFC 3339: the only thing of it that shows that somebody else was
   * there.
   */
  readonly mutatedAt: string
}

export type NotificationChannel = {
  readonly name: string
  readonly displayName: string
  readonly type: string
  readonly isEnabled: boolean
}

export type Chart = {
  readonly section: string
  readonly title: string
  readonly lines: readonly SeriesQuery[]
  /** Where the line must not go. */
  readonly limits: readonly { readonly label: string; readonly value: number }[]
}

export type DashboardContent = {
  readonly title: string
  readonly charts: readonly Chart[]
}

export type Dashboard = DashboardContent & {
  /** The optimistic lock: an update without it, or with another, is refused. */
  readonly etag: string
  readonly labels: Readonly<Record<string, string>>
}

export type MonitoringReader = {
  /** The aligned points of the last so many seconds. */
  series: (query: SeriesQuery, withinSeconds: number) => Promise<readonly Series[]>
  alertPolicies: () => Promise<readonly AlertPolicy[]>
  channels: () => Promise<readonly NotificationChannel[]>
  /** Null: there is none of that id. */
  dashboard: (id: string) => Promise<Dashboard | null>
  /** Of all dashboards of the project. */
  dashboardLabels: () => Promise<readonly Dashboard['labels'][]>
}

/** Each spends the clearance immediately before the request is written, and throws a Fault. */
export type MonitoringWriter = {
  createAlert: (
    clearance: Clearance,
    creation: {
      /** As the System document names it. */
      readonly alert: string
      readonly displayName: string
      readonly watched: SeriesQuery
      readonly threshold: number
      /** Full names. */
      readonly channels: readonly string[]
      readonly userLabels: Readonly<Record<string, string>>
    },
  ) => Promise<AlertPolicy>
  /** One number and the labels; refused when the policy was changed since `mutatedAt`. */
  retarget: (
    clearance: Clearance,
    change: {
      readonly alert: string
      readonly policy: string
      readonly mutatedAt: string
      readonly condition: string
      readonly threshold: number
      readonly userLabels: Readonly<Record<string, string>>
    },
  ) => Promise<AlertPolicy>
  /** Creates it where `etag` is null, replaces it at that version otherwise. */
  putDashboard: (
    clearance: Clearance,
    dashboard: DashboardContent & {
      readonly id: string
      readonly etag: string | null
      readonly labels: Readonly<Record<string, string>>
    },
  ) => Promise<Dashboard>
}

/** What Celery does not tell Google by itself. */
export type CeleryMetric =
  | 'queue_length'
  | 'tasks_succeeded_per_second'
  | 'tasks_failed_per_second'
  | 'task_seconds'
  | 'worker_saturation'

export type CelerySample = {
  readonly metric: CeleryMetric
  /** The worker service or the queue that it is about. */
  readonly of: string
  readonly value: number
}

/**
 * A sink of its own, none of the acting hands: it needs no clearance because a point of these five
 * metrics is all that it can write.
 */
export type CeleryMetricSink = {
  /** One point each, at that time. Throws a Fault. */
  write: (samples: readonly CelerySample[], at: number) => Promise<void>
}
