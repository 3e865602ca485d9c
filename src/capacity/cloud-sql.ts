/**
 * What PostgreSQL on Cloud SQL gives: memory, vCPUs, max_connections and the slots that are left of
 * it. facts/cloudsql.md, 1.
 */
import type { Database, Replica } from './system.ts'
import { readTier, type Tier } from './tier.ts'

/** What a primary and a replica have in common. */
export type Instance = Pick<Replica, 'tier' | 'flags' | 'systemSessions' | 'adminSessions'>

/**
 * By memory of the largest instance in the chain of primaries; the lower edge belongs to the step.
 * Above it, the next.
 */
export const maxConnectionsSteps = [
  { fromMib: 122_880, maxConnections: 1000 },
  { fromMib: 61_440, maxConnections: 800 },
  { fromMib: 30_720, maxConnections: 600 },
  { fromMib: 15_360, maxConnections: 500 },
  { fromMib: 7_680, maxConnections: 400 },
  { fromMib: 6_144, maxConnections: 200 },
  { fromMib: 3_840, maxConnections: 100 },
  { fromMib: 1_740, maxConnections: 50 },
] as const
const smallestMaxConnections = 25

const sharedBuffersPageKib = 8
const workMemDefaultMib = 4
const superuserReservedDefault = 3

/** Flags that the model reads: whole numbers in the Admin API's units. */
export const numberFlags = [
  'max_connections',
  'superuser_reserved_connections',
  'reserved_connections',
  'shared_buffers',
  'work_mem',
] as const
export type NumberFlag = (typeof numberFlags)[number]

export function defaultMaxConnections(memoryMib: number): number {
  for (const step of maxConnectionsSteps) if (memoryMib >= step.fromMib) return step.maxConnections
  return smallestMaxConnections
}

/** The tier where its name is one; null for a name that no system could have. */
export function tierOf(instance: Instance): Tier | null {
  const tier = readTier(instance.tier)
  return tier.kind === 'tier' ? tier : null
}

/** The flag's number; undefined: not set; null: set to something that is no whole number. */
export function numberFlag(instance: Instance, name: NumberFlag): number | null | undefined {
  const value = instance.flags[name]
  if (value === undefined) return undefined
  return /^\d{1,15}$/.test(value) ? Number(value) : null
}

/**
 * The flag while it is set: it is pinned and does not follow the tier. Else by memory, a replica
 * counting its primary.
 */
export function maxConnections(instance: Instance, primary?: Instance): number | null {
  const flag = numberFlag(instance, 'max_connections')
  if (flag !== undefined) return flag
  const own = tierOf(instance)
  if (own === null) return null
  if (primary === undefined) return defaultMaxConnections(own.memoryMib)
  const above = tierOf(primary)
  return above === null ? null : defaultMaxConnections(Math.max(own.memoryMib, above.memoryMib))
}

/** Slots that the reserved ones leave for everybody but superusers. */
export function reserved(instance: Instance): number | null {
  const superuser = numberFlag(instance, 'superuser_reserved_connections')
  const others = numberFlag(instance, 'reserved_connections')
  if (superuser === null || others === null) return null
  return (superuser ?? superuserReservedDefault) + (others ?? 0)
}

/** max_connections less what is reserved and what Cloud SQL's own agents hold. */
export function usable(instance: Instance): number | null {
  const most = maxConnections(instance)
  const kept = reserved(instance)
  if (most === null || kept === null) return null
  return Math.max(0, most - kept - instance.systemSessions)
}

/** Cloud SQL's default is a third of memory. */
export function sharedBuffersMib(instance: Instance): number | null {
  const pages = numberFlag(instance, 'shared_buffers')
  if (pages === null) return null
  if (pages !== undefined) return (pages * sharedBuffersPageKib) / 1024
  const tier = tierOf(instance)
  return tier === null ? null : tier.memoryMib / 3
}

export function workMemMib(instance: Instance): number | null {
  const kib = numberFlag(instance, 'work_mem')
  if (kib === null) return null
  return kib === undefined ? workMemDefaultMib : kib / 1024
}

/** The field that cannot be read, where one of the above is null. */
export function unreadableField(instance: Instance): string | undefined {
  if (tierOf(instance) === null) return 'tier'
  const flag = numberFlags.find((name) => numberFlag(instance, name) === null)
  return flag === undefined ? undefined : `flags.${flag}`
}

/** 0.8 of what is usable, rounded down: above it somebody still has time to act. */
export const alertShare = 0.8

/** PostgreSQL's end of life by major version. capacity.md, 3. */
const endOfLife: Readonly<Record<number, string>> = {
  13: '2025-11-13',
  14: '2026-11-12',
  15: '2027-11-11',
  16: '2028-11-09',
  17: '2029-11-08',
  18: '2030-11-14',
}

/** The first day without support; null for a major that is not in the table. */
export function endOfLifeOf(database: Pick<Database, 'version'>): string | null {
  return endOfLife[database.version] ?? null
}
