/**
 * `timeSeries.list` and `timeSeries.create` of Cloud Monitoring v3: filter, window, alignment and
 * reduction judged as Google does, over points that come to light late.
 */
import { z } from 'zod'
import type { GoogleError } from './google-error.ts'
import type { Distribution, RawPoint, RawSeries } from './monitoring-metrics.ts'
import { refusal } from './monitoring-refusal.ts'

export type Timing = {
  /** Google samples every minute. */
  readonly sampleMs: number
  /** And shows it so long after. facts/cloudsql.md, 9. */
  readonly lateMs: number
}

const aligners = { 2: 'RATE', 1: 'DELTA', 11: 'MAX', 12: 'MEAN' } as const
const reducers = {
  0: 'NONE',
  1: 'MEAN',
  3: 'MAX',
  4: 'SUM',
  9: 'PERCENTILE_99',
  10: 'PERCENTILE_95',
  11: 'PERCENTILE_50',
} as const

function enumText<const Names extends Readonly<Record<number, string>>>(
  names: Names,
  prefix: string,
) {
  return z.string().transform((text, context) => {
    const entry = Object.entries(names).find(
      ([number, name]) => text === number || text === `${prefix}${name}`,
    )
    if (entry !== undefined) return entry[1]
    context.addIssue({ code: 'custom', message: `"${text}" is not one of the enum's values` })
    return z.NEVER
  })
}

const question = z.strictObject({
  filter: z.string(),
  'interval.startTime': z.iso.datetime({ offset: true }),
  'interval.endTime': z.iso.datetime({ offset: true }),
  'aggregation.alignmentPeriod': z.string().regex(/^\d+s$/),
  'aggregation.perSeriesAligner': enumText(aligners, 'ALIGN_'),
  'aggregation.crossSeriesReducer': enumText(reducers, 'REDUCE_').default('NONE'),
  'aggregation.groupByFields': z.array(z.string()).default([]),
  view: z.enum(['0', 'FULL']),
  pageSize: z.string().regex(/^\d+$/).optional(),
})

export function listSeries(
  all: readonly RawSeries[],
  query: URLSearchParams,
  { now, timing }: { readonly now: number; readonly timing: Timing },
): object | GoogleError {
  const asked = readQuestion(query)
  if ('kind' in asked) return asked
  const filter = readFilter(asked.filter)
  if (filter.kind === 'error') return filter
  const { terms } = filter
  const metric = terms['metric.type'] ?? ''
  const known = all.filter((one) => one.metric.type === metric)
  const [sample] = known
  if (sample === undefined && metric.startsWith('custom.googleapis.com/'))
    return refusal(404, `Cannot find metric(s) that match type = "${metric}".`)
  const resource = terms['resource.type']
  if (sample === undefined || (resource !== undefined && resource !== sample.resource.type))
    return refusal(
      400,
      'The supplied filter does not specify a valid combination of metric and monitored resource ' +
        'descriptors. The query will not return any time series.',
    )
  const wrong = refusedAggregation(asked, sample)
  if (wrong !== null) return wrong
  const startMs = Date.parse(asked['interval.startTime'])
  const endMs = Date.parse(asked['interval.endTime'])
  if (startMs >= endMs)
    return refusal(400, 'Field interval.endTime had an invalid value: must be after the start.')
  const seriesList = known.filter((one) => matches(one, terms))
  const window = { startMs, endMs, now, timing }
  const aligned = seriesList.map((one) => ({ one, points: align(one, asked, window) }))
  const timeSeries = reduce(aligned, asked).filter(({ points }) => points.length > 0)
  return timeSeries.length === 0 ? {} : { timeSeries, unit: '1' }
}

type Question = z.infer<typeof question>

function readQuestion(query: URLSearchParams): Question | GoogleError {
  const given: Record<string, string | string[]> = {}
  for (const [key, value] of query) {
    if (key === '$alt' || key === '$prettyPrint') continue
    if (key === 'aggregation.groupByFields') given[key] = [...(given[key] ?? []), value]
    else given[key] = value
  }
  const judgement = question.safeParse(given)
  if (judgement.success) return judgement.data
  const [issue] = judgement.error.issues
  const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
  return refusal(400, `Field ${field} had an invalid value: ${issue?.message}`)
}

const termShape = /^((?:resource|metric)\.(?:type|labels?\.\w+))\s*=\s*"([^"]*)"$/

type Filter = { readonly kind: 'filter'; readonly terms: Readonly<Record<string, string>> }

/** Terms joined by AND: what this cloud has of Google's filter language. */
export function readFilter(text: string): Filter | GoogleError {
  const terms: Record<string, string> = {}
  for (const term of text.split(/\s+AND\s+/)) {
    const [, key, value] = termShape.exec(term.trim()) ?? []
    if (key === undefined || value === undefined)
      return refusal(400, `Field filter had an invalid value of "${text}": Could not parse filter.`)
    terms[key.replace('.label.', '.labels.')] = value
  }
  if (terms['metric.type'] !== undefined) return { kind: 'filter', terms }
  return refusal(
    400,
    `Field filter had an invalid value of "${text}": must specify a single metric type.`,
  )
}

function matches({ metric, resource }: RawSeries, terms: Filter['terms']): boolean {
  return Object.entries(terms).every(([key, value]) => {
    const [of, what, label = ''] = key.split('.')
    const part = of === 'metric' ? metric : resource
    return what === 'type' ? part.type === value : part.labels[label] === value
  })
}

function refusedAggregation(asked: Question, { kind, valueType }: RawSeries): GoogleError | null {
  const aligner = asked['aggregation.perSeriesAligner']
  const reducer = asked['aggregation.crossSeriesReducer']
  const isDelta = aligner === 'RATE' || aligner === 'DELTA'
  if (isDelta !== (kind === 'DELTA') || (aligner === 'RATE' && valueType === 'DISTRIBUTION'))
    return refusal(
      400,
      `Field aggregation.perSeriesAligner had an invalid value of "ALIGN_${aligner}": The aligner ` +
        `cannot be applied to metrics with kind ${kind} and value type ${valueType}.`,
    )
  const isPercentile = reducer.startsWith('PERCENTILE')
  if (reducer !== 'NONE' && isPercentile !== (valueType === 'DISTRIBUTION'))
    return refusal(
      400,
      `Field aggregation.crossSeriesReducer had an invalid value of "REDUCE_${reducer}": ` +
        `it cannot be applied to value type ${valueType}.`,
    )
  if (Number.parseInt(asked['aggregation.alignmentPeriod'], 10) < 60)
    return refusal(400, 'Field aggregation.alignmentPeriod had an invalid value: at least 60s.')
  return null
}

type Window = {
  readonly startMs: number
  readonly endMs: number
  readonly now: number
  readonly timing: Timing
}

/** One value for each period, counted back from the end; a period without a point has none. */
function align(series: RawSeries, asked: Question, window: Window): readonly RawPoint[] {
  const { startMs, endMs } = window
  const periodMs = Number.parseInt(asked['aggregation.alignmentPeriod'], 10) * 1000
  const points = visiblePoints(series, window)
  const aligned: RawPoint[] = []
  for (let end = endMs; end - periodMs >= startMs; end -= periodMs) {
    const inside = points.filter(({ at }) => at > end - periodMs && at <= end)
    const value = alignedValue(inside, { series, asked, window, end, periodMs })
    if (value !== null) aligned.push({ at: end, value })
  }
  return aligned
}

function visiblePoints(series: RawSeries, { startMs, endMs, now, timing }: Window): RawPoint[] {
  const { sampleMs, lateMs } = timing
  const points: RawPoint[] = []
  const newest = Math.floor(Math.min(endMs, now - lateMs) / sampleMs) * sampleMs
  for (let at = newest; at > startMs; at -= sampleMs) {
    const value = series.pointAt(at, sampleMs)
    if (value !== null) points.push({ at, value })
  }
  return points
}

type Bucket = {
  readonly series: RawSeries
  readonly asked: Question
  readonly window: Window
  readonly end: number
  readonly periodMs: number
}

function alignedValue(inside: readonly RawPoint[], bucket: Bucket): RawPoint['value'] | null {
  const [first] = inside
  if (first === undefined) return null
  if (typeof first.value !== 'number') return first.value
  const values = inside.flatMap(({ value }) => (typeof value === 'number' ? [value] : []))
  const sum = values.reduce((total, value) => total + value, 0)
  switch (bucket.asked['aggregation.perSeriesAligner']) {
    case 'RATE':
      return (sum * 1000) / Math.max(bucket.periodMs, inside.length * bucket.window.timing.sampleMs)
    case 'DELTA':
      return sum
    case 'MAX':
      return Math.max(...values)
    default:
      return sum / values.length
  }
}

type Aligned = { readonly one: RawSeries; readonly points: readonly RawPoint[] }

function reduce(aligned: readonly Aligned[], asked: Question) {
  const reducer = asked['aggregation.crossSeriesReducer']
  const fields = asked['aggregation.groupByFields']
  if (reducer === 'NONE')
    return aligned.map(({ one, points }) => seriesJson(one, points.map(pointJson)))
  const groups = Map.groupBy(aligned, ({ one }) =>
    fields.map((field) => labelOf(one, field)).join(),
  )
  return [...groups.values()].flatMap((members) => {
    const [first] = members
    if (first === undefined) return []
    const times = new Set(members.flatMap(({ points }) => points.map(({ at }) => at)))
    const points = [...times]
      .sort((one, other) => other - one)
      .map((at) => {
        const values = members.flatMap(({ points }) => points.filter((point) => point.at === at))
        return pointJson({ at, value: reducedValue(values, reducer) })
      })
    return [seriesJson(first.one, points, fields)]
  })
}

function reducedValue(points: readonly RawPoint[], reducer: string): number {
  const numbers = points.map(({ value }) =>
    typeof value === 'number' ? value : at(value, reducer),
  )
  const sum = numbers.reduce((total, value) => total + value, 0)
  if (reducer === 'SUM') return sum
  return reducer === 'MEAN' ? sum / numbers.length : Math.max(...numbers)
}

function at({ p50, p95, p99 }: Distribution, reducer: string): number {
  if (reducer === 'PERCENTILE_50') return p50
  return reducer === 'PERCENTILE_95' ? p95 : p99
}

function labelOf({ metric, resource }: RawSeries, field: string): string {
  const [of, , label = ''] = field.split('.')
  return (of === 'metric' ? metric : resource).labels[label] ?? ''
}

function pointJson({ at, value }: RawPoint): object {
  const endTime = new Date(at).toISOString()
  const doubleValue = typeof value === 'number' ? value : value.p50
  return { interval: { startTime: endTime, endTime }, value: { doubleValue } }
}

/** Of a reduced series only the labels that it was grouped by are left. */
function seriesJson(one: RawSeries, points: readonly object[], fields?: readonly string[]) {
  const kept = (of: 'metric' | 'resource') => {
    const labels = Object.entries(one[of].labels)
    const isKept = ([label]: [string, string]) =>
      fields === undefined ||
      fields.some((field) => field === `${of}.label.${label}` || field === `${of}.labels.${label}`)
    return { type: one[of].type, labels: Object.fromEntries(labels.filter(isKept)) }
  }
  const kinds = { metricKind: 'GAUGE', valueType: 'DOUBLE' }
  return { metric: kept('metric'), resource: kept('resource'), ...kinds, points }
}
