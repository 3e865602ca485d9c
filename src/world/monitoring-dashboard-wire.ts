/** A dashboard as it travels: sections of charts, two in a row, on a grid of twelve columns. */
import { z } from 'zod'
import { aggregationOf, judged, readAggregation } from './monitoring-wire.ts'
import type { Chart, Dashboard, DashboardContent, SeriesQuery } from './ports/monitoring.ts'

const columns = 12
const chartSize = { width: 6, height: 4 } as const

export function dashboardBody(dashboard: DashboardContent) {
  const tiles: object[] = []
  let top = 0
  for (const [section, charts] of Map.groupBy(dashboard.charts, (chart) => chart.section)) {
    const header = { title: section, sectionHeader: { dividerBelow: true } }
    tiles.push({ xPos: 0, yPos: top, width: columns, height: 1, widget: header })
    top += 1
    for (const [index, chart] of charts.entries()) {
      const xPos = (index % 2) * chartSize.width
      const yPos = top + Math.floor(index / 2) * chartSize.height
      tiles.push({ xPos, yPos, ...chartSize, widget: widgetOf(chart) })
    }
    top += Math.ceil(charts.length / 2) * chartSize.height
  }
  return { displayName: dashboard.title, mosaicLayout: { columns, tiles } }
}

function widgetOf({ title, lines, limits }: Chart) {
  const dataSets = lines.map((query) => ({
    plotType: 'LINE',
    targetAxis: 'Y1',
    timeSeriesQuery: {
      timeSeriesFilter: { filter: query.filter, aggregation: aggregationOf(query) },
    },
  }))
  const thresholds = limits.map(({ label, value }) => ({ label, value, targetAxis: 'Y1' }))
  return { title, xyChart: { dataSets, thresholds } }
}

const dataSet = z.object({
  timeSeriesQuery: z.object({
    timeSeriesFilter: z.object({ filter: z.string(), aggregation: z.unknown() }).nullish(),
  }),
})

const widget = z.object({
  title: z.string(),
  sectionHeader: z.object({}).nullish(),
  xyChart: z
    .object({
      dataSets: z.array(dataSet),
      thresholds: z.array(z.object({ label: z.string(), value: z.number() })).nullish(),
    })
    .nullish(),
})

const dashboard = z.object({
  name: z.string().min(1),
  displayName: z.string(),
  etag: z.string().min(1),
  labels: z.record(z.string(), z.string()).nullish(),
  mosaicLayout: z.object({ tiles: z.array(z.object({ widget })) }).nullish(),
})

/** What we would not write, somebody else's chart or query, shows as one without a query. */
export function readDashboard(reply: unknown, sent: 'no' | 'unknown' = 'no'): Dashboard {
  const read = judged(dashboard, reply, 'dashboard', sent)
  const charts: Chart[] = []
  let section = ''
  for (const { widget } of read.mosaicLayout?.tiles ?? []) {
    const { title, sectionHeader, xyChart } = widget
    if (sectionHeader !== null && sectionHeader !== undefined) section = title
    else {
      const lines = (xyChart?.dataSets ?? []).flatMap(queryOf)
      charts.push({ section, title, lines, limits: limitsOf(xyChart?.thresholds ?? []) })
    }
  }
  return { title: read.displayName, charts, etag: read.etag, labels: { ...read.labels } }
}

const labelled = z.array(z.object({ labels: z.record(z.string(), z.string()).nullish() }))

export function readDashboardLabels(reply: unknown): readonly Dashboard['labels'][] {
  return judged(labelled, reply, 'dashboards').map(({ labels }) => ({ ...labels }))
}

const limitsOf = (thresholds: readonly { label: string; value: number }[]): Chart['limits'] =>
  thresholds.map(({ label, value }) => ({ label, value }))

function queryOf({ timeSeriesQuery }: z.infer<typeof dataSet>): readonly SeriesQuery[] {
  const asked = timeSeriesQuery.timeSeriesFilter
  const aggregation = readAggregation(asked?.aggregation)
  return asked === null || asked === undefined || aggregation === null
    ? []
    : [{ filter: asked.filter, ...aggregation }]
}
