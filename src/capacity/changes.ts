/**
 * What each step makes of a database, a replica or an alert: a System from a System, or a refusal.
 * contract.md, 3.
 */
import { floor } from './arithmetic.ts'
import { alertShare, usable } from './cloud-sql.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { Alert, Database, Pooler, Replica, Service, System } from './system.ts'
import { type Edition, nearestTiers, readTier } from './tier.ts'

export function withTier(
  system: System,
  { database, tier }: { database: string; tier: string },
): System | Refusal {
  const found = databaseNamed(system, database)
  if ('code' in found) return found
  const refusal = tierRefusal(tier, { edition: found.edition, subject: `databases.${database}` })
  return refusal ?? withDatabase(system, database, { ...found, tier })
}

export function withAvailability(
  system: System,
  { database, availability }: { database: string; availability: Database['availability'] },
): System | Refusal {
  const found = databaseNamed(system, database)
  return 'code' in found ? found : withDatabase(system, database, { ...found, availability })
}

/** Null unsets the flag: it goes back to its default. */
export function withFlag(
  system: System,
  { database, name, value }: { database: string; name: string; value: string | null },
): System | Refusal {
  const found = databaseNamed(system, database)
  if ('code' in found) return found
  const { [name]: _before, ...others } = found.flags
  if (value === null) return withDatabase(system, database, { ...found, flags: others })
  const flags = { ...found.flags, [name]: value }
  return flagRefusal(flags, { name, value }) ?? withDatabase(system, database, { ...found, flags })
}

/** A new replica is zonal with its primary's disk size and no flags. contract.md, 3. */
export function withReplica(
  system: System,
  { database, name, tier }: { database: string; name: string; tier: string },
): System | Refusal {
  const found = databaseNamed(system, database)
  if ('code' in found) return found
  const subject = `databases.${database}.replicas.${name}`
  if (instanceNames(system).includes(name)) return refuse('name-taken', { name, subject })
  const refusal = tierRefusal(tier, { edition: found.edition, subject })
  if (refusal !== null) return refusal
  const replica: Replica = {
    tier,
    availability: 'zonal',
    diskGb: found.diskGb,
    flags: {},
    systemSessions: 7,
    adminSessions: 0,
  }
  const replicas = { ...found.replicas, [name]: replica }
  return withDatabase(system, database, { ...found, replicas })
}

export function withoutReplica(
  system: System,
  { database, name }: { database: string; name: string },
): System | Refusal {
  const found = databaseNamed(system, database)
  if ('code' in found) return found
  if (!Object.hasOwn(found.replicas, name)) return noSuch('replica', name, found.replicas)
  const { [name]: _gone, ...replicas } = found.replicas
  return withDatabase(system, database, { ...found, replicas })
}

/** Without a threshold: 0.8 of what is usable, rounded down. */
export function withAlert(
  system: System,
  { alert, threshold }: { alert: string; threshold?: number | undefined },
): System | Refusal {
  const found = alertNamed(system, alert)
  if ('code' in found) return found
  const wished = threshold ?? recommendedThreshold(system, found)
  if (wished === null) return refuse('usable-unknown', { alert, database: found.database })
  return { ...system, alerts: { ...system.alerts, [alert]: { ...found, threshold: wished } } }
}

/** Where `alert-fires` would have it; null while what is usable cannot be computed. */
export function recommendedThreshold(system: System, { database }: Alert): number | null {
  const found = databaseNamed(system, database)
  const most = 'code' in found ? null : usable(found)
  return most === null ? null : floor(alertShare * most)
}

/** What is left out stays as it is. */
export type PoolerSettings = {
  readonly mode?: Pooler['mode'] | undefined
  readonly defaultPoolSize?: number | undefined
  readonly reservePoolSize?: number | undefined
  readonly maxClientConn?: number | undefined
  readonly maxDbConnections?: number | undefined
  readonly serverLoginRetrySeconds?: number | undefined
}

export function withPoolerSettings(
  system: System,
  { pooler, ...wished }: { pooler: string } & PoolerSettings,
): System | Refusal {
  const found = poolerNamed(system, pooler)
  if ('code' in found) return found
  const changed: Pooler = {
    ...found,
    mode: wished.mode ?? found.mode,
    defaultPoolSize: wished.defaultPoolSize ?? found.defaultPoolSize,
    reservePoolSize: wished.reservePoolSize ?? found.reservePoolSize,
    maxClientConn: wished.maxClientConn ?? found.maxClientConn,
    maxDbConnections: wished.maxDbConnections ?? found.maxDbConnections,
    serverLoginRetrySeconds: wished.serverLoginRetrySeconds ?? found.serverLoginRetrySeconds,
  }
  return { ...system, poolers: { ...system.poolers, [pooler]: changed } }
}

export function withService(system: System, name: string, service: Service): System {
  return { ...system, services: { ...system.services, [name]: service } }
}

export function databaseNamed(system: System, name: string): Database | Refusal {
  return named(system.databases, 'database', name)
}

export function serviceNamed(system: System, name: string): Service | Refusal {
  return named(system.services, 'service', name)
}

export function poolerNamed(system: System, name: string): Pooler | Refusal {
  return named(system.poolers, 'pooler', name)
}

function alertNamed(system: System, name: string): Alert | Refusal {
  return named(system.alerts, 'alert', name)
}

/** A name that no system could have, or a tier of the other edition; null: it may be asked for. */
function tierRefusal(
  tier: string,
  { edition, subject }: { edition: Edition; subject: string },
): Refusal | null {
  const read = readTier(tier)
  const nearest = nearestTiers(tier, edition)
  if (read.kind === 'malformed')
    return refuse('malformed-tier', { tier, problem: read.reason, nearest })
  if (read.edition !== edition)
    return refuse('edition-differs', { tier, edition, subject, nearest })
  return null
}

/**
 * max_connections + autovacuum_max_workers + max_worker_processes may not pass this.
 * facts/cloudsql.md, 1.
 */
const mostSlots = 262_142
const leastMaxConnections = 14
const autovacuumWorkersDefault = 3
const workerProcessesDefault = 8
const wholeNumbers = [
  'max_connections',
  'superuser_reserved_connections',
  'reserved_connections',
  'shared_buffers',
  'work_mem',
  'autovacuum_max_workers',
  'max_worker_processes',
]

function flagRefusal(
  flags: Readonly<Record<string, string>>,
  { name, value }: { name: string; value: string },
): Refusal | null {
  if (!wholeNumbers.includes(name)) return null
  const least = name === 'max_connections' ? leastMaxConnections : 0
  if (!/^\d{1,9}$/.test(value) || Number(value) < least)
    return refuse('flag-malformed', { name, value, least })
  const workers =
    Number(flags.autovacuum_max_workers ?? autovacuumWorkersDefault) +
    Number(flags.max_worker_processes ?? workerProcessesDefault)
  if (Number(flags.max_connections ?? 0) + workers <= mostSlots) return null
  return refuse('flag-sum-too-large', { name, value, most: mostSlots })
}

function withDatabase(system: System, name: string, database: Database): System {
  return { ...system, databases: { ...system.databases, [name]: database } }
}

function instanceNames({ databases }: System): readonly string[] {
  return Object.entries(databases).flatMap(([name, { replicas }]) => [
    name,
    ...Object.keys(replicas),
  ])
}

function named<Kind>(
  record: Readonly<Record<string, Kind>>,
  what: string,
  name: string,
): Kind | Refusal {
  const found = Object.hasOwn(record, name) ? record[name] : undefined
  return found ?? noSuch(what, name, record)
}

function noSuch(what: string, name: string, record: Readonly<Record<string, unknown>>): Refusal {
  return refuse('no-such', { what, name, known: Object.keys(record) })
}
