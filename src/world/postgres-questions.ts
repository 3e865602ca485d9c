/** What a database is asked, and how its rows are read. pg_stat_activity and its kin, PostgreSQL 14 and later. */
import { z } from 'zod'
import { Fault } from './fault.ts'
import type {
  IdleFilter,
  OpenTransaction,
  ReplicationLag,
  SessionGroup,
  SessionKey,
} from './ports/postgres.ts'

/** Of transactions, at most. */
const transactionCount = 20
const idleCount = 100

export type Question<Answer> = {
  readonly sql: string
  readonly values: readonly unknown[]
  readonly read: (rows: readonly unknown[], database: string) => Answer
}

function question<Row extends z.ZodType, Answer>(
  row: Row,
  sql: string,
  values: readonly unknown[],
  answer: (rows: z.infer<Row>[], database: string) => Answer,
): Question<Answer> {
  return {
    sql,
    values,
    read: (rows, database) => {
      const judgement = z.array(row).safeParse(rows)
      if (judgement.success) return answer(judgement.data, database)
      const issue = judgement.error.issues[0]
      const why = `${issue?.path.join('.')}: ${issue?.message}`
      throw new Fault('unreadable', 'no', `${database}: rows that are not understood: ${why}`)
    },
  }
}

// Others' sessions come with empty columns to a role without it, so that a sum would be wrong and
// look right: the right is asked with the rows, of which there is therefore always one.
const seesAll = `(SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_all) AS role`
const time = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
const ageSeconds = (column: string) =>
  `greatest(0, extract(epoch FROM clock_timestamp() - ${column}))::float8`

function assertSeen(rows: readonly { readonly sees_all: boolean }[], database: string): void {
  if (rows[0]?.sees_all === true) return
  throw new Fault(
    'forbidden',
    'no',
    `${database}: its role sees only its own sessions: grant it pg_monitor`,
  )
}

export const maxConnections = question(
  z.object({ max_connections: z.string().regex(/^\d{1,9}$/) }),
  'SHOW max_connections',
  [],
  ([row], database) => Number(existing(row, database).max_connections),
)

export const sessions = question(
  z.object({
    sees_all: z.boolean(),
    sessions: z.int(),
    longest_seconds: z.number().nullable(),
    state: z.string().nullable(),
    user: z.string().nullable(),
    application: z.string().nullable(),
    database: z.string().nullable(),
  }),
  `SELECT sees_all, state, usename AS "user", application_name AS application,
          datname AS database, count(pid)::int AS sessions,
          max(${ageSeconds('state_change')}) AS longest_seconds
   FROM ${seesAll} LEFT JOIN pg_stat_activity ON backend_type = 'client backend'
   GROUP BY 1, 2, 3, 4, 5`,
  [],
  (rows, database): readonly SessionGroup[] => {
    assertSeen(rows, database)
    return rows
      .filter((row) => row.sessions > 0)
      .map((row) => ({
        user: row.user ?? '',
        application: row.application ?? '',
        database: row.database ?? '',
        state: row.state ?? '',
        sessions: row.sessions,
        longestSeconds: row.longest_seconds ?? 0,
      }))
  },
)

const transactionRow = z.object({
  sees_all: z.boolean(),
  pid: z.int().nullable(),
  backend_start: z.string().nullable(),
  transaction_start: z.string().nullable(),
  age_seconds: z.number().nullable(),
  state_seconds: z.number().nullable(),
  state: z.string().nullable(),
  user: z.string().nullable(),
  application: z.string().nullable(),
  database: z.string().nullable(),
})

const openTransactions = (where: string, limit: number, values: readonly unknown[]) =>
  question(
    transactionRow,
    `SELECT sees_all, pid, ${time('backend_start')} AS backend_start,
            ${time('xact_start')} AS transaction_start, ${ageSeconds('xact_start')} AS age_seconds,
            ${ageSeconds('state_change')} AS state_seconds, state, usename AS "user",
            application_name AS application, datname AS database
     FROM ${seesAll} LEFT JOIN pg_stat_activity
       ON backend_type = 'client backend' AND xact_start IS NOT NULL
       AND pid <> pg_backend_pid() AND ${where}
     ORDER BY xact_start LIMIT ${limit}`,
    values,
    (rows, database) => {
      assertSeen(rows, database)
      return rows.flatMap(transactionsOf)
    },
  )

export const longestTransactions = openTransactions('true', transactionCount, [])

export const idleInTransaction = ({ idleSeconds, user, application }: IdleFilter) =>
  openTransactions(
    `state IN ('idle in transaction', 'idle in transaction (aborted)')
       AND state_change <= clock_timestamp() - make_interval(secs => $1::float8)
       AND usename = coalesce($2::text, usename)
       AND application_name = coalesce($3::text, application_name)`,
    idleCount,
    [idleSeconds, user ?? null, application ?? null],
  )

function transactionsOf(row: z.infer<typeof transactionRow>): readonly OpenTransaction[] {
  const { pid, backend_start: backendStart, transaction_start: transactionStart } = row
  if (pid === null || backendStart === null || transactionStart === null) return []
  return [
    {
      pid,
      backendStart,
      transactionStart,
      ageSeconds: row.age_seconds ?? 0,
      idleSeconds: row.state?.startsWith('idle in transaction') ? (row.state_seconds ?? 0) : null,
      user: row.user ?? '',
      application: row.application ?? '',
      database: row.database ?? '',
    },
  ]
}

/** The sessions that are still there, in the same transaction where one is named: the join of the ending. */
export const sameSession = `pg_stat_activity AS now
  JOIN unnest($1::int[], $2::timestamptz[], $3::timestamptz[])
    AS wanted (pid, backend_start, transaction_start)
  ON now.pid = wanted.pid AND now.backend_start = wanted.backend_start
    AND (wanted.transaction_start IS NULL OR now.xact_start = wanted.transaction_start)
    AND now.pid <> pg_backend_pid()`

export const keyValues = (sessions: readonly SessionKey[]): readonly unknown[] => [
  sessions.map(({ pid }) => pid),
  sessions.map(({ backendStart }) => backendStart),
  sessions.map(({ transactionStart }) => transactionStart ?? null),
]

export const replicationLag = question(
  z.object({
    sees_all: z.boolean(),
    is_replica: z.boolean(),
    is_receiving: z.boolean(),
    is_paused: z.boolean().nullable(),
    replayed_seconds: z.number().nullable(),
    name: z.string().nullable(),
    state: z.string().nullable(),
    lag_bytes: z.number().nullable(),
    lag_seconds: z.number().nullable(),
  }),
  `SELECT sees_all, is_replica, EXISTS (SELECT FROM pg_stat_wal_receiver) AS is_receiving,
          CASE WHEN is_replica THEN pg_is_wal_replay_paused() END AS is_paused,
          CASE WHEN NOT is_replica THEN NULL
               WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
               ELSE ${ageSeconds('pg_last_xact_replay_timestamp()')} END AS replayed_seconds,
          application_name AS name, state,
          CASE WHEN is_replica THEN NULL
               ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) END::float8 AS lag_bytes,
          extract(epoch FROM replay_lag)::float8 AS lag_seconds
   FROM ${seesAll}, (SELECT pg_is_in_recovery() AS is_replica) AS self
   LEFT JOIN pg_stat_replication ON true`,
  [],
  (rows, database): ReplicationLag => {
    assertSeen(rows, database)
    const { is_replica, is_receiving, is_paused, replayed_seconds } = existing(rows[0], database)
    if (is_replica)
      return {
        kind: 'replica',
        isReceiving: is_receiving,
        isPaused: is_paused === true,
        lagSeconds: replayed_seconds,
      }
    const replicas = rows.flatMap(
      ({ name, state, lag_bytes: lagBytes, lag_seconds: lagSeconds }) =>
        name === null ? [] : [{ name, state: state ?? '', lagBytes, lagSeconds }],
    )
    return { kind: 'primary', replicas }
  },
)

export const pendingRestart = question(
  z.object({ name: z.string() }),
  'SELECT name FROM pg_settings WHERE pending_restart ORDER BY name',
  [],
  (rows) => rows.map(({ name }) => name),
)

function existing<Row>(row: Row | undefined, database: string): Row {
  if (row !== undefined) return row
  throw new Fault('unreadable', 'no', `${database}: no row where one must be`)
}
