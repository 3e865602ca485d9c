/**
 * The golden cases of databases and poolers: a case's names on the left, ours on the right; what
 * only a case asks for stays here.
 */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { floor } from '../../src/capacity/arithmetic.ts'
import { atUsers } from '../../src/capacity/at-users.ts'
import { withFlag } from '../../src/capacity/changes.ts'
import {
  alertShare,
  defaultMaxConnections,
  maxConnections,
  usable,
} from '../../src/capacity/cloud-sql.ts'
import { poolerServers } from '../../src/capacity/derive.ts'
import type { Database } from '../../src/capacity/system.ts'
import { readTier, tierProblem } from '../../src/capacity/tier.ts'
import { type CapacityCase, capacityCases, golden, today } from './golden.ts'

const site = golden('today')
const count = z.number()

describe('the golden quantities are met', () => {
  const groups: Readonly<Record<string, (given: CapacityCase['given']) => object>> = {
    cloud_sql_max_connections: maxConnectionsCase,
    usable_connections: usableCase,
    tier_name_valid: tierCase,
    pgbouncer_server_connections: poolerCase,
    alert_threshold: alertCase,
  }
  const cases = capacityCases.filter(({ group }) => Object.hasOwn(groups, group))

  it('every group has cases', () => {
    expect(new Set(cases.map(({ group }) => group))).toEqual(new Set(Object.keys(groups)))
  })

  it.each(cases)('$id', ({ group, given, expect: expected }) => {
    expect(groups[group]?.(given)).toMatchObject(expected)
  })
})

function database(fields: Partial<Database> = {}): Database {
  const found = site.databases['tuki-db-prod']
  if (found === undefined) throw new Error('no database')
  return { ...found, ...fields }
}

/** A tier of any memory: the cases name memory, and ours names tiers. */
function ofMemory(memoryMib: number, flag: number | null): Database {
  const vcpus = Math.max(2, 2 * Math.ceil(memoryMib / 1024 / 6.5 / 2))
  const flags = flag === null ? {} : { max_connections: String(flag) }
  return database({ tier: `db-custom-${vcpus}-${memoryMib}`, flags })
}

function maxConnectionsCase(given: CapacityCase['given']): object {
  const flagOnly = z.object({ flag_max_connections: count, autovacuum_max_workers: count })
  const asked = flagOnly.safeParse(given)
  if (asked.success) return flagCase(asked.data.flag_max_connections, given)
  const { memory_mib, new_memory_mib, flag_max_connections, chain_memory_mib } = z
    .object({
      memory_mib: count,
      new_memory_mib: count.optional(),
      flag_max_connections: count.nullable(),
      chain_memory_mib: z.array(count),
    })
    .parse(given)
  const most = (memoryMib: number) => {
    const above = Math.max(0, ...chain_memory_mib)
    // Between whole tiers and above the largest one only the table itself can be asked.
    if (flag_max_connections === null && readTier(ofMemory(memoryMib, null).tier).kind !== 'tier')
      return defaultMaxConnections(Math.max(memoryMib, above))
    const primary = above === 0 ? undefined : ofMemory(above, null)
    return maxConnections(ofMemory(memoryMib, flag_max_connections), primary) ?? Number.NaN
  }
  const now = most(memory_mib)
  const origin = flag_max_connections === null ? 'default_by_memory' : 'flag'
  if (new_memory_mib === undefined) return { max_connections: now, origin }
  const later = most(new_memory_mib)
  return { max_connections: now, new_max_connections: later, change: later - now }
}

function flagCase(flag: number, given: CapacityCase['given']): object {
  const workers = z
    .object({ autovacuum_max_workers: count, max_worker_processes: count })
    .parse(given)
  const flags = Object.fromEntries(Object.entries(workers).map(([name, it]) => [name, String(it)]))
  const system = { ...site, databases: { db: database({ flags }) } }
  const value = String(flag)
  const after = withFlag(system, { database: 'db', name: 'max_connections', value })
  return { flag_valid: !('code' in after) }
}

function usableCase(given: CapacityCase['given']): object {
  const names = z.object({
    max_connections: count,
    superuser_reserved_connections: count,
    reserved_connections: count,
    system_connections: count,
  })
  const { system_connections, ...flags } = names.parse(given)
  return {
    usable_connections: usable(
      database({
        systemSessions: system_connections,
        flags: Object.fromEntries(Object.entries(flags).map(([name, it]) => [name, String(it)])),
      }),
    ),
  }
}

function tierCase(given: CapacityCase['given']): object {
  const { tier, edition } = z
    .object({ tier: z.string(), edition: z.enum(['ENTERPRISE', 'ENTERPRISE_PLUS']) })
    .parse(given)
  const reason = tierProblem(tier, edition === 'ENTERPRISE' ? 'enterprise' : 'enterprise-plus')
  const read = readTier(tier)
  if (reason !== null || read.kind !== 'tier')
    return { valid: false, reason, vcpu: null, memory_mib: null }
  return { valid: true, reason: null, vcpu: read.vcpus, memory_mib: read.memoryMib }
}

function poolerCase(given: CapacityCase['given']): object {
  const budget = z
    .object({
      server_connections: count,
      direct_connections: count,
      superuser_reserved_connections: count,
      max_connections: count,
    })
    .safeParse(given)
  if (budget.success) {
    const { server_connections, direct_connections, ...kept } = budget.data
    const needed = server_connections + direct_connections + kept.superuser_reserved_connections
    return { needed_connections: needed, fits: needed <= kept.max_connections }
  }
  const asked = z
    .object({
      pool_size: count,
      reserve_pool_size: count,
      database_user_pairs_of_one_database: count,
      processes: count,
      max_db_connections: count,
    })
    .parse(given)
  const system = golden('pgbouncer')
  const at = atUsers(system, { users: 0, scale: 'maximum', today })
  const [pooler] = at.poolers
  if (pooler === undefined) throw new Error('no pooler')
  const it = {
    ...pooler.it,
    processes: asked.processes,
    databaseUserPairs: asked.database_user_pairs_of_one_database,
    defaultPoolSize: asked.pool_size,
    reservePoolSize: asked.reserve_pool_size,
    maxDbConnections: asked.max_db_connections,
  }
  return { server_connections: poolerServers(at, { ...pooler, it }) }
}

function alertCase(given: CapacityCase['given']): object {
  const asked = z
    .object({
      max_connections: count,
      superuser_reserved_connections: count,
      system_connections: count,
      configured_threshold: count,
    })
    .parse(given)
  const most = usable(
    database({
      systemSessions: asked.system_connections,
      flags: {
        max_connections: String(asked.max_connections),
        superuser_reserved_connections: String(asked.superuser_reserved_connections),
      },
    }),
  )
  return {
    usable_connections: most,
    recommended_threshold: floor(alertShare * (most ?? Number.NaN)),
    configured_threshold_can_fire: asked.configured_threshold < asked.max_connections,
    configured_threshold_fires_before_clients_fail: asked.configured_threshold < (most ?? 0),
  }
}
