/**
 * Dashboards of the local cloud, v1: the caller may choose the name, and whoever replaces one must
 * bring its etag.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type GoogleError, malformed } from './google-error.ts'
import { refusedLabels } from './monitoring-policies.ts'
import { conflict, refusal } from './monitoring-refusal.ts'
import { readFilter } from './monitoring-series.ts'

const enumValue = z.union([z.int(), z.string()])

const dataSet = z.strictObject({
  plotType: enumValue.optional(),
  targetAxis: enumValue.optional(),
  legendTemplate: z.string().optional(),
  timeSeriesQuery: z.strictObject({
    unitOverride: z.string().optional(),
    timeSeriesFilter: z.strictObject({
      filter: z.string().min(1),
      aggregation: z
        .strictObject({
          alignmentPeriod: z.string().regex(/^\d+s$/),
          perSeriesAligner: enumValue,
          crossSeriesReducer: enumValue.optional(),
          groupByFields: z.array(z.string()).optional(),
        })
        .optional(),
    }),
  }),
})

const threshold = z.strictObject({
  label: z.string().optional(),
  value: z.number().default(0),
  color: enumValue.optional(),
  direction: enumValue.optional(),
  targetAxis: enumValue.optional(),
})

const tile = z.strictObject({
  xPos: z.int().min(0).default(0),
  yPos: z.int().min(0).default(0),
  width: z.int().min(1),
  height: z.int().min(1),
  widget: z.strictObject({
    title: z.string().optional(),
    id: z.string().optional(),
    sectionHeader: z
      .strictObject({ subtitle: z.string().optional(), dividerBelow: z.boolean().optional() })
      .optional(),
    xyChart: z
      .strictObject({
        dataSets: z.array(dataSet).min(1),
        thresholds: z.array(threshold).optional(),
      })
      .optional(),
  }),
})

const dashboardBody = z.strictObject({
  name: z.string().optional(),
  displayName: z.string().min(1),
  etag: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  mosaicLayout: z.strictObject({
    columns: z.int().min(1).max(48),
    tiles: z.array(tile).default([]),
  }),
})

export type LocalDashboard = z.infer<typeof dashboardBody> & {
  readonly name: string
  readonly etag: string
}

export type Dashboards = {
  readonly project: string
  readonly dashboards: ReadonlyMap<string, LocalDashboard>
  readonly newId: () => string
}

export function createDashboard(state: Dashboards, json: unknown): LocalDashboard | GoogleError {
  const body = readBody(json)
  if ('kind' in body) return body
  const parent = `projects/${state.project}/dashboards/`
  const name = body.name === undefined || body.name === '' ? `${parent}${state.newId()}` : body.name
  if (!name.startsWith(parent)) return refusal(400, `Invalid dashboard name ${name}.`)
  if (state.dashboards.has(name)) return conflict('ALREADY_EXISTS', `${name} already exists.`)
  return { ...body, name, etag: etagOf(name, body, null) }
}

/** What is stale is ABORTED, as everywhere at Google (AIP-154); not confirmed for this API. */
export function updateDashboard(
  current: LocalDashboard,
  json: unknown,
): LocalDashboard | GoogleError {
  const body = readBody(json)
  if ('kind' in body) return body
  if (body.etag === undefined || body.etag === '')
    return refusal(400, 'Update Dashboard should specify a non empty etag.')
  if (body.etag !== current.etag)
    return conflict('ABORTED', `${current.name} was changed: its etag is another one now.`)
  return { ...body, name: current.name, etag: etagOf(current.name, body, current.etag) }
}

function readBody(json: unknown): z.infer<typeof dashboardBody> | GoogleError {
  const judgement = dashboardBody.safeParse(json)
  if (!judgement.success)
    return malformed(
      judgement.error.issues.map((issue) => ({
        field: ['dashboard', ...issue.path].join('.'),
        description: `Invalid JSON payload received. ${issue.path.join('.')}: ${issue.message}`,
      })),
    )
  const { mosaicLayout, labels = {} } = judgement.data
  for (const { xPos, width, widget } of mosaicLayout.tiles) {
    if (xPos + width > mosaicLayout.columns)
      return refusal(400, 'Field dashboard.mosaicLayout.tiles: a tile must be within the columns.')
    for (const { timeSeriesQuery } of widget.xyChart?.dataSets ?? []) {
      const filter = readFilter(timeSeriesQuery.timeSeriesFilter.filter)
      if (filter.kind === 'error') return filter
    }
  }
  return refusedLabels(labels) ?? judgement.data
}

function etagOf(name: string, body: object, before: string | null): string {
  const text = JSON.stringify([name, body, before])
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
