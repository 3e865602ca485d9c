/**
 * What PgBouncer's console answers, judged by zod. Columns as 1.18 and its successors name them;
 * their types change from version to version (int4, int8, numeric, text).
 */
import { z } from 'zod'
import { Fault } from './fault.ts'
import type {
  PgBouncerDatabase,
  PgBouncerPool,
  PgBouncerProcess,
  PgBouncerSettings,
  PgBouncerStats,
  SettingsChange,
} from './ports/pgbouncer.ts'

/** The console's own database: never paused, never counted. */
const itself = 'pgbouncer'

const amount = z.union([
  z.number().min(0).max(1e15),
  z
    .string()
    .regex(/^\d{1,15}(\.\d+)?$/)
    .transform(Number),
])
const flag = z.union([z.boolean(), amount.transform((value) => value !== 0)])

const poolRow = z.object({
  database: z.string(),
  user: z.string(),
  cl_active: amount,
  cl_waiting: amount,
  sv_active: amount,
  sv_idle: amount,
  sv_used: amount,
  sv_tested: amount,
  sv_login: amount,
  // From 1.18.
  sv_active_cancel: amount.default(0),
  sv_being_canceled: amount.default(0),
  maxwait: amount,
  maxwait_us: amount.default(0),
  pool_mode: z.string(),
})

const databaseRow = z.object({
  name: z.string(),
  pool_size: amount,
  max_connections: amount,
  current_connections: amount,
  paused: flag,
  disabled: flag,
})

const statsRow = z.object({
  database: z.string(),
  total_query_count: amount,
  avg_query_count: amount,
  avg_query_time: amount,
  avg_wait_time: amount,
})

const versionRow = z.object({ version: z.string() })
const configRow = z.object({ key: z.string(), value: z.string().nullable() })

const settings = z.object({
  pool_mode: z.enum(['session', 'transaction', 'statement']),
  default_pool_size: amount,
  reserve_pool_size: amount,
  max_client_conn: amount,
  max_db_connections: amount,
  server_login_retry: amount,
  query_wait_timeout: amount,
})

/** What is changed here, by the console's names. */
const keys = {
  mode: 'pool_mode',
  defaultPoolSize: 'default_pool_size',
  reservePoolSize: 'reserve_pool_size',
  maxClientConn: 'max_client_conn',
  maxDbConnections: 'max_db_connections',
  serverLoginRetrySeconds: 'server_login_retry',
} as const satisfies Record<keyof PgBouncerSettings, string>

const change = z.strictObject({
  mode: settings.shape.pool_mode.optional(),
  defaultPoolSize: z.int().min(1).optional(),
  reservePoolSize: z.int().min(0).optional(),
  maxClientConn: z.int().min(0).optional(),
  maxDbConnections: z.int().min(0).optional(),
  serverLoginRetrySeconds: z.number().min(0).optional(),
})

/** One SET for each setting: the console takes one command at a time. Throws a Fault. */
export function setCommands(subject: string, wished: SettingsChange): string[] {
  const judgement = change.safeParse(wished)
  if (!judgement.success)
    throw new Fault('invalid', 'no', `${subject}: ${judgement.error.issues[0]?.message}`)
  const given = change.keyof().options.flatMap((name) => {
    const value = judgement.data[name]
    return value === undefined ? [] : [`SET ${keys[name]} = '${value}'`]
  })
  if (given.length === 0) throw new Fault('invalid', 'no', `${subject}: nothing to set`)
  return given
}

/** A name as the console reads it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function readPools(subject: string, rows: readonly unknown[]): readonly PgBouncerPool[] {
  return read(subject, poolRow, rows)
    .filter(({ database }) => database !== itself)
    .map((row) => ({
      database: row.database,
      user: row.user,
      mode: row.pool_mode,
      activeClients: row.cl_active,
      waitingClients: row.cl_waiting,
      waitSeconds: row.maxwait + row.maxwait_us / 1_000_000,
      activeServers: row.sv_active,
      idleServers: row.sv_idle,
      servers:
        row.sv_active +
        row.sv_active_cancel +
        row.sv_being_canceled +
        row.sv_idle +
        row.sv_used +
        row.sv_tested +
        row.sv_login,
    }))
}

export function readDatabases(
  subject: string,
  rows: readonly unknown[],
): readonly PgBouncerDatabase[] {
  return read(subject, databaseRow, rows)
    .filter(({ name }) => name !== itself)
    .map((row) => ({
      name: row.name,
      poolSize: row.pool_size,
      maxConnections: row.max_connections,
      servers: row.current_connections,
      isPaused: row.paused,
      isDisabled: row.disabled,
    }))
}

export function readStats(subject: string, rows: readonly unknown[]): readonly PgBouncerStats[] {
  return read(subject, statsRow, rows)
    .filter(({ database }) => database !== itself)
    .map((row) => ({
      database: row.database,
      queryCount: row.total_query_count,
      queriesPerSecond: row.avg_query_count,
      // Microseconds.
      meanQueryMs: row.avg_query_time / 1_000,
      meanWaitMs: row.avg_wait_time / 1_000,
    }))
}

export function readVersion(subject: string, rows: readonly unknown[]): string {
  const version = read(subject, versionRow, rows)[0]?.version
  if (version === undefined) throw unreadable(subject, 'no version')
  return version.replace(/^PgBouncer /, '')
}

export function readSettings(
  subject: string,
  rows: readonly unknown[],
): Pick<PgBouncerProcess, 'settings' | 'queryWaitTimeoutSeconds'> {
  const values = read(subject, configRow, rows).map(({ key, value }) => [key, value])
  const judgement = settings.safeParse(Object.fromEntries(values))
  if (!judgement.success) throw unreadable(subject, firstOf(judgement.error))
  const config = judgement.data
  return {
    settings: {
      mode: config.pool_mode,
      defaultPoolSize: config.default_pool_size,
      reservePoolSize: config.reserve_pool_size,
      maxClientConn: config.max_client_conn,
      maxDbConnections: config.max_db_connections,
      serverLoginRetrySeconds: config.server_login_retry,
    },
    queryWaitTimeoutSeconds: config.query_wait_timeout,
  }
}

function read<Row extends z.ZodType>(
  subject: string,
  row: Row,
  rows: readonly unknown[],
): z.infer<Row>[] {
  const judgement = z.array(row).safeParse(rows)
  if (judgement.success) return judgement.data
  throw unreadable(subject, firstOf(judgement.error))
}

function firstOf({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.map(String).join('.')}: ${issue?.message}`
}

function unreadable(subject: string, why: string): Fault {
  return new Fault('unreadable', 'no', `${subject}: rows that are not understood: ${why}`)
}
