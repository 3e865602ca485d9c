/** Custom metrics of the local cloud: what `timeSeries.create` wrote, and how it reads back. */
import { z } from 'zod'
import { type GoogleError, malformed } from './google-error.ts'
import type { RawSeries } from './monitoring-metrics.ts'
import { refusal } from './monitoring-refusal.ts'

export type CustomPoint = { readonly at: number; readonly value: number }

/** By metric and labels. */
export type CustomPoints = Map<
  string,
  { readonly metric: RawSeries['metric']; readonly points: CustomPoint[] }
>

const body = z.strictObject({
  timeSeries: z
    .array(
      z.strictObject({
        metric: z.strictObject({
          type: z.string().regex(/^custom\.googleapis\.com\/[\w/]+$/),
          labels: z.record(z.string().regex(/^[a-z]\w*$/), z.string()).default({}),
        }),
        resource: z.strictObject({
          type: z.literal('global'),
          labels: z.record(z.string(), z.string()).default({}),
        }),
        metricKind: z.union([z.literal(0), z.literal(1), z.literal('GAUGE')]).optional(),
        valueType: z.union([z.literal(0), z.literal(3), z.literal('DOUBLE')]).optional(),
        points: z
          .array(
            z.strictObject({
              interval: z.strictObject({ endTime: z.iso.datetime({ offset: true }) }),
              value: z.strictObject({ doubleValue: z.number() }),
            }),
          )
          .length(1),
        unit: z.string().optional(),
        description: z.string().optional(),
      }),
    )
    .min(1)
    .max(200),
})

/** At most so far from now, to either side. */
const futureMs = 300_000
const pastMs = 25 * 3_600_000

export function createSeries(
  custom: CustomPoints,
  json: unknown,
  now: number,
): object | GoogleError {
  const judgement = body.safeParse(json)
  if (!judgement.success)
    return malformed(
      judgement.error.issues.map((issue) => ({
        field: issue.path.join('.'),
        description: `Invalid JSON payload received. ${issue.path.join('.')}: ${issue.message}`,
      })),
    )
  const points = judgement.data.timeSeries.map(({ metric, points: [point] }) => {
    const labels = Object.entries(metric.labels).sort()
    const at = Date.parse(point?.interval.endTime ?? '')
    const value = point?.value.doubleValue ?? Number.NaN
    return { key: JSON.stringify([metric.type, labels]), metric, at, value }
  })
  for (const { key, metric, at } of points) {
    const newest = custom.get(key)?.points.at(-1)?.at ?? 0
    if (at <= newest || at > now + futureMs || at < now - pastMs)
      return refusal(
        400,
        `One or more TimeSeries could not be written: Points must be written in order. ` +
          `${metric.type}: ${new Date(at).toISOString()}`,
      )
  }
  for (const { key, metric, at, value } of points) {
    const series = custom.get(key) ?? { metric, points: [] }
    series.points.push({ at, value })
    custom.set(key, series)
  }
  return {}
}

/** Read back as it was written: the newest point since the sample before. */
export function customSeries(custom: CustomPoints): readonly RawSeries[] {
  return [...custom.values()].map(({ metric, points }) => ({
    metric,
    resource: { type: 'global', labels: {} },
    kind: 'GAUGE',
    valueType: 'DOUBLE',
    pointAt: (at, sampleMs) =>
      points.findLast((point) => point.at <= at && point.at > at - sampleMs)?.value ?? null,
  }))
}
