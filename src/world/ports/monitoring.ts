/** What Cloud Monitoring is asked and told: time series, alert policies, dashboards. Types only. */
import type { Clearance } from '../clearance.ts'

export type Point = { readonly value: number; readonly at: number }

export type AlertPolicy = {
  readonly name: string
  readonly displayName: string
  readonly userLabels: Readonly<Record<string, string>>
  readonly threshold: number | null
  readonly channels: readonly string[]
  /** When it was last changed, RFC 3339: the only thing of it that shows that somebody else was there. */
  readonly mutatedAt: string
}

export type MonitoringReader = {
  /** The newest points of one filter within so many seconds, newest first. */
  points: (query: {
    readonly filter: string
    readonly withinSeconds: number
  }) => Promise<readonly Point[]>
  alertPolicies: () => Promise<readonly AlertPolicy[]>
}

export type MonitoringWriter = {
  /** Spends the clearance immediately before the request is written. Throws a Fault. */
  retarget: (
    clearance: Clearance,
    change: {
      readonly policy: string
      readonly threshold: number
      readonly userLabels: Readonly<Record<string, string>>
    },
  ) => Promise<AlertPolicy>
}
