/**
 * The facts of a pooler, over all its processes: what it is set to, and who waits in it now. Where processes differ the
 * view is the worse one, and the difference is a fact too.
 */
import type { SystemDocument } from '../../capacity/system.ts'
import type {
  PgBouncerDatabase,
  PgBouncerProcess,
  PgBouncerReader,
  PgBouncerSettings,
} from '../ports/pgbouncer.ts'
import type { Clock, Fact } from '../world.ts'
import { factsOr, observed } from './facts.ts'

const pgBouncer = 'PgBouncer'

export function pgBouncerFacts(
  { poolers }: SystemDocument,
  reader: PgBouncerReader,
  clock: Clock,
): readonly Promise<readonly Fact[]>[] {
  return Object.keys(poolers).map((name) => poolerFacts(name, reader, clock))
}

async function poolerFacts(
  name: string,
  reader: PgBouncerReader,
  clock: Clock,
): Promise<readonly Fact[]> {
  const path = `poolers.${name}`
  return factsOr(
    fields.map((field) => `${path}.${field}`),
    pgBouncer,
    async () => {
      const observedAt = clock.now()
      const values = valuesOf(await reader.processes(name))
      return observed(path, values, pgBouncer, observedAt)
    },
  )
}

const settingNames = [
  ...(['mode', 'defaultPoolSize', 'reservePoolSize', 'maxClientConn'] as const),
  ...(['maxDbConnections', 'serverLoginRetrySeconds'] as const),
] satisfies readonly (keyof PgBouncerSettings)[]

const fields = [
  ...settingNames,
  ...(['processes', 'differing', 'activeClients', 'waitingClients'] as const),
  ...(['longestWaitSeconds', 'servers', 'paused'] as const),
] as const

function valuesOf(
  processes: readonly PgBouncerProcess[],
): Readonly<Record<(typeof fields)[number], unknown>> {
  const settings = processes.map(holding)
  const all = <Name extends keyof PgBouncerSettings>(name: Name) => settings.map((one) => one[name])
  const pools = processes.flatMap((process) => process.pools)
  const sum = (amounts: readonly number[]) => amounts.reduce((total, one) => total + one, 0)
  const databases = processes.flatMap((process) => process.databases)
  return {
    mode: firstOf(['session', 'transaction', 'statement'], all('mode')),
    defaultPoolSize: Math.max(...all('defaultPoolSize')),
    reservePoolSize: Math.max(...all('reservePoolSize')),
    maxClientConn: Math.min(...all('maxClientConn')),
    maxDbConnections: mostOf(all('maxDbConnections')),
    serverLoginRetrySeconds: Math.max(...all('serverLoginRetrySeconds')),
    processes: processes.length,
    differing: settingNames.filter((name) => new Set(all(name)).size > 1),
    activeClients: sum(pools.map((pool) => pool.activeClients)),
    waitingClients: sum(pools.map((pool) => pool.waitingClients)),
    longestWaitSeconds: Math.max(0, ...pools.map((pool) => pool.waitSeconds)),
    servers: sum(pools.map((pool) => pool.servers)),
    paused: databases.filter(({ isPaused }) => isPaused).map(({ name }) => name),
  }
}

/** What counts: a database's own line in the configuration beats the process's default. facts/cloudsql.md, 7. */
function holding({ settings, databases }: PgBouncerProcess): PgBouncerSettings {
  if (databases.length === 0) return settings
  const sizes = databases.map(({ poolSize }: PgBouncerDatabase) => poolSize)
  return {
    ...settings,
    defaultPoolSize: Math.max(...sizes),
    maxDbConnections: mostOf(databases.map(({ maxConnections }) => maxConnections)),
  }
}

/** 0 is no limit, and so the most. */
function mostOf(limits: readonly number[]): number {
  return limits.includes(0) ? 0 : Math.max(...limits)
}

/** The first of an order that is among them: the mode that holds a server connection longest. */
function firstOf<Mode>(order: readonly Mode[], modes: readonly Mode[]): Mode | null {
  return order.find((mode) => modes.includes(mode)) ?? null
}
