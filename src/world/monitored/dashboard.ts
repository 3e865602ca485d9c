/**
 * The dashboard of a System: made from it, so that no line on it is a constant that a resize makes
 * false. Pure. facts/page.md, 5.
 */
import { createHash } from 'node:crypto'
import type { System } from '../../capacity/system.ts'
import type { Chart, DashboardContent } from '../ports/monitoring.ts'
import { celeryMetrics, databaseMetrics, redisMetrics, serviceMetrics } from './metrics.ts'

/** The caller chooses the name: so the one dashboard of a System cannot be made twice. */
export function dashboardId({ name }: Pick<System, 'name'>): string {
  return `plimsoll-${name.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}`
}

/** `usable`: the connections that clients can open, by database; null where nobody can tell. */
export function dashboardOf(
  system: System,
  usable: (database: string) => number | null,
): DashboardContent {
  const services = Object.entries(system.services)
  const charts = [
    ...services.flatMap(([name, { kind, maxInstances }]) => [
      ...(kind === 'web' ? requestCharts(name, system) : []),
      ...instanceCharts(name, maxInstances),
    ]),
    ...Object.keys(system.databases).flatMap((name) => databaseCharts(system, name, usable(name))),
    ...(services.some(([, { kind }]) => kind === 'celery-worker') ? celeryCharts() : []),
    ...Object.entries(system.redis).flatMap(([name, { maxClients }]) =>
      redisCharts(system, name, maxClients),
    ),
  ]
  return { title: `${system.name} (Plimsoll)`, charts }
}

/** What a dashboard shows, in short: equal when section, title, queries and limits are. */
export function contentDigest({ title, charts }: DashboardContent): string {
  const plain = charts.map(({ section, lines, limits, ...chart }) => [
    ...[section, chart.title],
    lines.map((one) => [
      ...[one.filter, one.alignSeconds, one.aligner, one.reducer, one.groupBy ?? null],
    ]),
    limits.map(({ label, value }) => [label, value]),
  ])
  return createHash('sha256')
    .update(JSON.stringify([title, plain]))
    .digest('hex')
    .slice(0, 16)
}

/** Every limit that is drawn, by its place: `tuki-db-prod sessions: usable` -> 390. */
export function limitsOn({ charts }: DashboardContent): Readonly<Record<string, number>> {
  return Object.fromEntries(
    charts.flatMap(({ section, title, limits }) =>
      limits.map(({ label, value }) => [`${section} ${title}: ${label}`, value]),
    ),
  )
}

function requestCharts(section: string, { policy }: System): readonly Chart[] {
  const { requests, p50Ms, p95Ms, p99Ms } = serviceMetrics(section)
  return [
    {
      ...{ section, title: 'latency p50, p95, p99 (ms)', lines: [p50Ms, p95Ms, p99Ms] },
      limits: [{ label: 'p95 wished for', value: policy.p95Ms }],
    },
    { section, title: 'requests and errors per second', lines: [requests], limits: [] },
  ]
}

function instanceCharts(section: string, maxInstances: number): readonly Chart[] {
  const { instances, cpuUtilization, memoryUtilization } = serviceMetrics(section)
  return [
    {
      ...{ section, title: 'instances', lines: [instances] },
      limits: [{ label: 'maximum', value: maxInstances }],
    },
    { section, title: 'CPU and memory', lines: [cpuUtilization, memoryUtilization], limits: [] },
  ]
}

function databaseCharts(system: System, section: string, usable: number | null): readonly Chart[] {
  const { sessions, cpuUtilization } = databaseMetrics(system, section)
  const alerts = Object.entries(system.alerts).filter(([, { database }]) => database === section)
  return [
    {
      ...{ section, title: 'sessions', lines: [sessions] },
      limits: [
        ...(usable === null ? [] : [{ label: 'usable', value: usable }]),
        ...alerts.map(([name, { threshold }]) => ({ label: `alert ${name}`, value: threshold })),
      ],
    },
    { section, title: 'CPU', lines: [cpuUtilization], limits: [] },
  ]
}

function celeryCharts(): readonly Chart[] {
  const section = 'Celery'
  const metrics = celeryMetrics()
  const finished = [metrics.tasks_succeeded_per_second, metrics.tasks_failed_per_second]
  return [
    { section, title: 'tasks waiting', lines: [metrics.queue_length], limits: [] },
    { section, title: 'tasks succeeded and failed per second', lines: finished, limits: [] },
    { section, title: 'seconds per task', lines: [metrics.task_seconds], limits: [] },
    {
      ...{ section, title: 'workers busy', lines: [metrics.worker_saturation] },
      limits: [{ label: 'all', value: 1 }],
    },
  ]
}

function redisCharts(system: System, section: string, maxClients: number): readonly Chart[] {
  const { clients, memoryUtilization } = redisMetrics(system, section)
  return [
    {
      ...{ section, title: 'clients', lines: [clients] },
      limits: [{ label: 'maximum', value: maxClients }],
    },
    { section, title: 'memory', lines: [memoryUtilization], limits: [] },
  ]
}
