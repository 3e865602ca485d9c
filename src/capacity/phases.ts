/**
 * The states that a step passes through: a restart, two revisions side by side, a test's load.
 * capacity.md, 4.
 */
import { isDeepStrictEqual } from 'node:util'
import { databaseNamed, serviceNamed } from './changes.ts'
import { tierOf } from './cloud-sql.ts'
import type { Phase } from './prediction.ts'
import type { Refusal } from './refusal.ts'
import type { Database, Service, System } from './system.ts'

export type RestartLength = { readonly secondsMax: number; readonly source: string }

/**
 * A disruption of a database. Behind PgBouncer it is longer: after one failed login the pooler
 * refuses everybody until server_login_retry is over, unless it is paused. facts/cloudsql.md, 3.
 */
export function restart(
  system: System,
  {
    database,
    secondsMax,
    source,
    pausePooler = false,
  }: RestartLength & { database: string; pausePooler?: boolean | undefined },
): Phase {
  const retrySeconds = pausePooler ? 0 : loginRetrySeconds(system, database)
  return {
    kind: 'disruption',
    name: 'restart',
    disruption: {
      target: `databases.${database}`,
      secondsMax: secondsMax + retrySeconds,
      source: retrySeconds === 0 ? source : `${source}; then server_login_retry of the pooler`,
    },
  }
}

/**
 * The restart that Cloud SQL makes of the difference between two Systems; none where nothing asks
 * for one.
 */
export function restartsBetween(
  now: System,
  after: System,
  { database, pausePooler }: { database: string; pausePooler?: boolean | undefined },
): readonly Phase[] {
  const before = databaseNamed(now, database)
  const then = databaseNamed(after, database)
  if ('code' in before || 'code' in then) return []
  const lengths = [
    ...(before.tier === then.tier ? [] : [tierRestart(before, then)]),
    ...(before.availability === then.availability ? [] : [availabilityRestart]),
    ...(changedFlags(before, then).some(needsRestart) ? [flagRestart] : []),
  ]
  const longest = lengths.reduce<RestartLength | null>(
    (most, one) => (most === null || one.secondsMax > most.secondsMax ? one : most),
    null,
  )
  return longest === null ? [] : [restart(now, { database, ...longest, pausePooler })]
}

/** Old and new revision side by side; the new one as `<name>+new`. */
export function rollOut(system: System, name: string, revision: Service): Phase | Refusal {
  const old = serviceNamed(system, name)
  if ('code' in old) return old
  const beside = { ...revision, replaces: name }
  return {
    kind: 'system',
    name: 'roll-out',
    system: { ...system, services: { ...system.services, [`${name}+new`]: beside } },
  }
}

/** The roll-out from one System to the next; none where the service stays as it is. */
export function rollOutsBetween(
  now: System,
  after: System,
  { service }: { service: string },
): readonly Phase[] {
  const old = now.services[service]
  const revision = after.services[service]
  if (old === undefined || revision === undefined || !needsRevision(old, revision)) return []
  const phase = rollOut(now, service, revision)
  return 'code' in phase ? [] : [phase]
}

/** The test's users come on top of those who are there. */
export function loadTest(system: System, { users }: { users: number }): Phase {
  const { workload } = system
  return {
    kind: 'load',
    name: 'load',
    users,
    system: { ...system, workload: { ...workload, nowUsers: workload.nowUsers + users } },
  }
}

const availabilityRestart: RestartLength = {
  secondsMax: 300,
  source: 'facts/cloudsql.md, 3: a few minutes, and it cannot be stopped once started',
}
const flagRestart: RestartLength = {
  secondsMax: 60,
  source: 'facts/cloudsql.md, 3: a flag with requiresRestart',
}

/**
 * Enterprise Plus: upwards under a second; down near zero only for the first in three hours, which
 * nobody counts here.
 */
function tierRestart(before: Database, then: Database): RestartLength {
  if (before.edition === 'enterprise-plus' && isLarger(then, before))
    return { secondsMax: 1, source: 'facts/cloudsql.md, 3: Enterprise Plus, upwards' }
  return { secondsMax: 60, source: 'facts/cloudsql.md, 3: a tier change, offline under 60 s' }
}

function isLarger(one: Database, other: Database): boolean {
  const [large, small] = [tierOf(one), tierOf(other)]
  if (large === null || small === null) return false
  return large.vcpus >= small.vcpus && large.memoryMib >= small.memoryMib
}

function changedFlags(before: Database, then: Database): readonly string[] {
  const names = new Set([...Object.keys(before.flags), ...Object.keys(then.flags)])
  return [...names].filter((name) => before.flags[name] !== then.flags[name])
}

/**
 * Flags whose context in PostgreSQL's pg_settings is not `postmaster`; any other one is assumed to
 * need a restart.
 */
const dynamicFlags = new Set([
  'work_mem',
  'maintenance_work_mem',
  'effective_cache_size',
  'random_page_cost',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'deadlock_timeout',
  'temp_file_limit',
  'log_min_duration_statement',
  'log_statement',
  'log_temp_files',
  'log_lock_waits',
  'log_connections',
  'log_disconnections',
  'autovacuum',
  'autovacuum_naptime',
  'autovacuum_vacuum_scale_factor',
  'autovacuum_analyze_scale_factor',
  'autovacuum_vacuum_cost_limit',
  'checkpoint_timeout',
  'max_wal_size',
])

function needsRestart(flag: string): boolean {
  return !dynamicFlags.has(flag)
}

/**
 * Whether the settings differ in more than the scaling of the service, which takes effect without a
 * revision. facts/workload.md, 2.
 */
function needsRevision(old: Service, revision: Service): boolean {
  const scaling = { minInstances: 0, maxInstances: 0, revisionsServing: 1 }
  return !isDeepStrictEqual({ ...old, ...scaling }, { ...revision, ...scaling })
}

function loginRetrySeconds(system: System, database: string): number {
  const used = new Set(Object.values(system.services).map((service) => service.database?.through))
  const waits = Object.entries(system.poolers)
    .filter(([name, pooler]) => pooler.database === database && used.has(name))
    .map(([, pooler]) => pooler.serverLoginRetrySeconds)
  return Math.max(0, ...waits)
}
