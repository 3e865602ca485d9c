/**
 * Lays facts over the System document: the world wins, what is too old is unknown, and the
 * difference is drift. Pure.
 */
import type { System, SystemDocument } from '../capacity/system.ts'
import { systemSchema } from '../capacity/system.ts'
import type { Fact, WorldReader } from '../world/world.ts'
import { seeReplicas } from './replicas.ts'

export type Drift = {
  readonly fact: string
  readonly declared: unknown
  readonly observed: unknown
}

/** The System as it is seen at one moment. */
export type View = {
  readonly system: System
  /** Facts whose source is configured and did not answer, or answered too long ago. */
  readonly unknown: readonly string[]
  readonly drift: readonly Drift[]
  readonly facts: readonly Fact[]
  /**
   * When the oldest of the configured facts was true, or of the measured where there is nothing else:
   * those come minutes late by nature, each with its own time. Null where nothing was asked.
   */
  readonly observedAt: number | null
}

/** What a database says of itself. */
const saidByPostgres = [
  ...['maxConnections', 'sessions', 'sessionHolders', 'idleInTransaction', 'openTransactions'],
  ...['replicationLag', 'pendingRestart'],
]

/** Of Cloud Monitoring, with the time of its own point. */
const byMonitoring = [
  ...['nowUsers', 'instances', 'errorRate', 'p50Ms', 'p95Ms', 'p99Ms', 'cpuUtilization'],
]

/** What Celery's broker and its workers say. */
const saidByCelery = [
  ...['queueLength', 'unackedTasks', 'oldestUnackedSeconds'],
  ...['liveWorkers', 'liveConcurrency', 'activeTasks', 'oldestTaskSeconds'],
]

/** A measured value may be older than a configured one: contract.md, 2. */
const measured = [
  ...saidByPostgres,
  'backup',
  'backlogTasks',
  ...saidByCelery,
  // Of a load test.
  ...['isRunning', 'usersReached', 'p95Ms', 'p99Ms', 'errorRate', 'requestsPerSecond'],
  // Of a pooler.
  ...['waitingClients', 'longestWaitSeconds', 'activeClients', 'servers', 'differing', 'paused'],
  ...byMonitoring,
]

/** Who is asked for a fact. */
export function sourceOf(fact: string): keyof WorldReader {
  if (fact.startsWith('workload.loadTest.')) return 'loadTest'
  if (fact.startsWith('poolers.')) return 'pgBouncer'
  if (/^(alerts|dashboards|workload)\./.test(fact)) return 'monitoring'
  if (byMonitoring.includes(fieldOf(fact))) return 'monitoring'
  if (saidByCelery.includes(fieldOf(fact))) return 'celery'
  if (fact.startsWith('services.')) return 'cloudRun'
  return saidByPostgres.includes(fieldOf(fact)) ? 'postgres' : 'cloudSql'
}

export function fieldOf(fact: string): string {
  return fact.slice(fact.lastIndexOf('.') + 1)
}

export function isMeasured(fact: string): boolean {
  return fact.startsWith('clocks.') || measured.includes(fieldOf(fact))
}

export function viewOf(document: SystemDocument, facts: readonly Fact[], now: number): View {
  const { configured, measured: measuredSeconds } = document.policy.maxFactAgeSeconds
  const isStale = (fact: Fact & { kind: 'observed' }) => {
    const ageMs = now - fact.observedAt
    return ageMs < 0 || ageMs > 1000 * (isMeasured(fact.name) ? measuredSeconds : configured)
  }
  const usable = facts.filter((fact) => fact.kind === 'observed').filter((fact) => !isStale(fact))
  const known = new Set(usable.map(({ name }) => name))
  const copy = structuredClone(document)
  const { drift: replicas, gone } = seeReplicas(copy, usable)
  const drift = usable.flatMap(({ name, value }) => {
    const place = placeOf(copy, name)
    if (place === null) return []
    const declared: unknown = Reflect.get(place.parent, place.field)
    Reflect.set(place.parent, place.field, value)
    // What is measured comes and goes: that it differs from the document is no drift.
    return isMeasured(name) || same(declared, value)
      ? []
      : [{ fact: name, declared, observed: value }]
  })
  return {
    // Judged by the document's own schema: what it cannot hold is our bug, or Google's news.
    system: systemSchema.parse(copy),
    unknown: facts
      .map(({ name }) => name)
      .filter((name) => !known.has(name) && !gone.some((path) => name.startsWith(`${path}.`))),
    drift: [...replicas, ...drift],
    facts,
    observedAt: seenAt(usable),
  }
}

function seenAt(facts: readonly Fact[]): number | null {
  const seen = facts.filter((fact) => fact.kind === 'observed')
  const configured = seen.filter(({ name }) => !isMeasured(name))
  const dated = configured.length === 0 ? seen : configured
  return dated.length === 0 ? null : Math.min(...dated.map(({ observedAt }) => observedAt))
}

/**
 * Where the document has the field that a fact is named after; null: it has none (a state, a version
 * lock), which is the gate's own business. No name holds a dot: the schema sees to it.
 */
function placeOf(
  root: object,
  path: string,
): { readonly parent: object; readonly field: string } | null {
  const keys = path.split('.')
  const field = keys.pop() ?? ''
  const parent = keys.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, key)
        ? Reflect.get(node, key)
        : undefined,
    root,
  )
  if (typeof parent !== 'object' || parent === null) return null
  return Object.hasOwn(parent, field) ? { parent, field } : null
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right))
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The observed value of one fact, and how to think of its absence. */
export function factNamed(facts: readonly Fact[], name: string): Fact | null {
  return facts.find((fact) => fact.name === name) ?? null
}

/** Facts that clear a write are looked at immediately before it. */
const seenAtMostMs = 10_000

/** Whether a fact was read just now: a declared value is nobody's observation. */
export function isSeen(view: View, name: string, now: number): boolean {
  const fact = factNamed(view.facts, name)
  if (fact?.kind !== 'observed' || view.unknown.includes(name)) return false
  const ageMs = now - fact.observedAt
  return ageMs >= 0 && ageMs <= seenAtMostMs
}
