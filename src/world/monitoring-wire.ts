/** Time series, alert policies and channels as they travel, judged by zod. */
import { z } from 'zod'
import { Fault } from './fault.ts'
import type { AlertPolicy, NotificationChannel, Series, SeriesQuery } from './ports/monitoring.ts'

// What Google's client gives after decoding: unset scalars are '', unset messages null.

const int64 = z.union([z.string().regex(/^-?\d{1,19}$/), z.int()]).transform(Number)
/** A Timestamp of protobuf ends with the year 9999. */
const lastSecond = 253_402_300_799
const timestamp = z.object({
  seconds: int64.refine((seconds) => Math.abs(seconds) <= lastSecond, 'no time of a calendar'),
  nanos: z.int().min(0).max(999_999_999),
})
const labels = z.record(z.string(), z.string()).nullish()

const point = z.object({
  interval: z.object({ endTime: timestamp }),
  value: z.object({
    doubleValue: z.number().nullish(),
    int64Value: int64.nullish(),
  }),
})

const timeSeries = z.array(
  z.object({
    metric: z.object({ labels }).nullish(),
    resource: z.object({ labels }).nullish(),
    points: z.array(point),
  }),
)

const condition = z.object({
  name: z.string(),
  conditionThreshold: z
    .object({ filter: z.string(), thresholdValue: z.number(), comparison: z.string() })
    .nullish(),
})

const alertPolicy = z.object({
  name: z.string().min(1),
  displayName: z.string(),
  userLabels: labels,
  conditions: z.array(condition),
  notificationChannels: z.array(z.string()).nullish(),
  mutationRecord: z.object({ mutateTime: timestamp }),
})

const notificationChannel = z.object({
  name: z.string().min(1),
  displayName: z.string(),
  type: z.string(),
  enabled: z.object({ value: z.boolean() }).nullish(),
})

const aligners = {
  delta: 'ALIGN_DELTA',
  rate: 'ALIGN_RATE',
  mean: 'ALIGN_MEAN',
  max: 'ALIGN_MAX',
} as const
const reducers = {
  sum: 'REDUCE_SUM',
  mean: 'REDUCE_MEAN',
  max: 'REDUCE_MAX',
  'percentile-50': 'REDUCE_PERCENTILE_50',
  'percentile-95': 'REDUCE_PERCENTILE_95',
  'percentile-99': 'REDUCE_PERCENTILE_99',
} as const

export function aggregationOf({ alignSeconds, aligner, reducer, groupBy }: SeriesQuery) {
  return {
    alignmentPeriod: { seconds: alignSeconds },
    perSeriesAligner: aligners[aligner],
    crossSeriesReducer: reducers[reducer],
    groupByFields: groupBy === undefined ? [] : [groupBy],
  }
}

const decodedAggregation = z.object({
  alignmentPeriod: z.object({ seconds: int64 }),
  perSeriesAligner: z.string(),
  crossSeriesReducer: z.string(),
  groupByFields: z.array(z.string()).nullish(),
})

/** Null for an aggregation that we would not write. */
export function readAggregation(value: unknown): Omit<SeriesQuery, 'filter'> | null {
  const judgement = decodedAggregation.safeParse(value)
  if (!judgement.success) return null
  const { alignmentPeriod, perSeriesAligner, crossSeriesReducer } = judgement.data
  const aligner = keyOf(aligners, perSeriesAligner)
  const reducer = keyOf(reducers, crossSeriesReducer)
  const [groupBy, second] = judgement.data.groupByFields ?? []
  if (aligner === undefined || reducer === undefined || second !== undefined) return null
  const alignSeconds = alignmentPeriod.seconds
  return { alignSeconds, aligner, reducer, ...(groupBy === undefined ? {} : { groupBy }) }
}

function keyOf<const Names extends Readonly<Record<string, string>>>(names: Names, value: string) {
  for (const name in names) if (names[name] === value) return name
  return undefined
}

export function readSeries(reply: unknown, { groupBy }: SeriesQuery): readonly Series[] {
  const label = groupBy?.slice(groupBy.lastIndexOf('.') + 1)
  return judged(timeSeries, reply, 'time series').map(({ metric, resource, points }) => ({
    group: label === undefined ? null : groupOf(label, { ...metric?.labels, ...resource?.labels }),
    points: points.map(({ interval, value }) => ({
      value: value.doubleValue ?? value.int64Value ?? noNumber(),
      at: millis(interval.endTime),
    })),
  }))
}

function groupOf(label: string, all: Readonly<Record<string, string>>): string {
  const value = all[label]
  if (value !== undefined) return value
  throw new Fault('unreadable', 'no', `Cloud Monitoring's time series: no label ${label}`)
}

function noNumber(): never {
  throw new Fault('unreadable', 'no', "Cloud Monitoring's time series: a value is no number")
}

const above = 'COMPARISON_GT'

/** `sent`: whether what it answers may have changed something. */
export function readPolicy(reply: unknown, sent: 'no' | 'unknown' = 'no'): AlertPolicy {
  const policy = judged(alertPolicy, reply, 'alert policy', sent)
  return {
    name: policy.name,
    displayName: policy.displayName,
    userLabels: { ...policy.userLabels },
    thresholds: policy.conditions.flatMap(({ name, conditionThreshold: one }) =>
      one?.comparison === above ? [{ name, filter: one.filter, value: one.thresholdValue }] : [],
    ),
    channels: policy.notificationChannels ?? [],
    mutatedAt: rfc3339(policy.mutationRecord.mutateTime),
  }
}

export function readPolicies(reply: unknown): readonly AlertPolicy[] {
  return judged(z.array(z.unknown()), reply, 'alert policies').map((one) => readPolicy(one))
}

export function readChannels(reply: unknown): readonly NotificationChannel[] {
  const channels = judged(z.array(notificationChannel), reply, 'notification channels')
  return channels.map(({ name, displayName, type, enabled }) => ({
    ...{ name, displayName, type },
    // Unset means enabled.
    isEnabled: enabled?.value !== false,
  }))
}

export function judged<T>(
  schema: z.ZodType<T>,
  reply: unknown,
  what: string,
  sent: 'no' | 'unknown' = 'no',
): T {
  const judgement = schema.safeParse(reply)
  if (judgement.success) return judgement.data
  const why = judgement.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    .join('; ')
  throw new Fault('unreadable', sent, `Cloud Monitoring's ${what}: ${why}`)
}

const millis = ({ seconds, nanos }: z.infer<typeof timestamp>): number =>
  seconds * 1_000 + Math.floor(nanos / 1_000_000)

/** To the nanosecond: two changes within a millisecond are two. */
function rfc3339({ seconds, nanos }: z.infer<typeof timestamp>): string {
  const whole = new Date(seconds * 1_000).toISOString().slice(0, 19)
  return `${whole}.${String(nanos).padStart(9, '0')}Z`
}
