/**
 * The ledger on PostgreSQL, for many instances: one transaction carries the appends, their seals and
 * whatever must be committed with them.
 */
import { z } from 'zod'
import type { PostgresAddress } from '../world/postgres-url.ts'
import { type Addition, additionsOf, conflictIn, streamsOf } from './chain.ts'
import {
  type Append,
  type AppendResult,
  type Archive,
  type Head,
  type Kept,
  type Ledger,
  LedgerUnavailable,
  LedgerUnusable,
  type Recorded,
} from './ledger.ts'
import { migrate, requireLayout } from './postgres-layout.ts'
import { openPool, type PostgresPool, type Sql, sqlState } from './postgres-pool.ts'

/** Committed with the append, or not at all; `due`: the streams that somebody must look at now. */
export type Alongside = (due: readonly string[], sql: Sql) => Promise<void>

const headRow = z.object({ name: z.string(), version: z.int(), hash: z.string() })
const recordRow = z.object({ version: z.int(), at: z.number(), body: z.string() })
const keptRow = recordRow.extend({ hash: z.string() })
const nowRow = z.object({ now: z.number() })
const nameRow = z.object({ name: z.string() })
const bodyRow = z.object({ body: z.string() })

/** The server's clock, and never earlier than the last event: that of a standby may lag behind. */
const selectNow = `SELECT greatest(
  floor(extract(epoch FROM clock_timestamp()) * 1000),
  (SELECT max(at) FROM plimsoll.events))::float8 AS now`
const uniqueViolation = '23505'

/** Made ready on the first start. Throws LedgerUnusable where it cannot be. */
export async function openPostgres(address: PostgresAddress): Promise<PostgresPool> {
  const pool = await openPool(address)
  try {
    await migrate(pool)
    return pool
  } catch (error) {
    await pool.close()
    throw unusable(error)
  }
}

export function postgresLedger(pool: PostgresPool, alongside: Alongside): Ledger {
  const { sql } = pool
  return {
    now: () => nowIn(sql),
    append: (appends) => append(pool, appends, alongside),
    read: async (stream) => (await sql(selectRecords, [stream])).map(recorded),
    head: async (stream) => (await headsIn(sql, [stream], '')).get(stream) ?? null,
    due: async (time, limit) =>
      names(
        await sql('SELECT name FROM plimsoll.streams WHERE due_at <= $1 ORDER BY due_at LIMIT $2', [
          time,
          limit,
        ]),
      ),
    newest: async (prefix, limit) =>
      names(
        await sql(
          `SELECT name FROM plimsoll.streams WHERE starts_with(name, $1)
           ORDER BY created DESC LIMIT $2`,
          [prefix, limit],
        ),
      ),
    keepDocument: async (digest, body) =>
      void (await sql('INSERT INTO plimsoll.documents VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        digest,
        body,
      ])),
    document: (digest) => documentIn(sql, digest),
    close: pool.close,
  }
}

const selectRecords = `SELECT version, at::float8 AS at, body, hash
  FROM plimsoll.events WHERE stream = $1 ORDER BY version`

async function append(
  pool: PostgresPool,
  appends: readonly Append[],
  alongside: Alongside,
): Promise<AppendResult> {
  const touched = streamsOf(appends)
  try {
    return await pool.transaction(async (sql) => {
      // The rows are held until the commit, in one order for everybody.
      const [heads, at] = await Promise.all([
        headsIn(sql, touched, 'ORDER BY name FOR UPDATE'),
        nowIn(sql),
      ])
      const conflict = conflictIn(appends, heads)
      if (conflict !== null) return conflict
      const additions = additionsOf(appends, heads, at)
      const due = additions.flatMap(({ stream, dueAt }) =>
        dueAt === null || dueAt > at ? [] : [stream],
      )
      write(sql, additions, at)
      await alongside(due, sql)
      return { kind: 'appended', at }
    })
  } catch (error) {
    // Two began one stream at once: there was no row yet to hold.
    if (sqlState(error) !== uniqueViolation) throw error
    const heads = await headsIn(pool.sql, touched, '')
    const lost = conflictIn(appends, heads)
    if (lost !== null) return lost
    const [stream = ''] = touched
    return { kind: 'conflict', stream, version: heads.get(stream)?.version ?? 0 }
  }
}

/** Sent, and heard before the commit is believed. */
function write(sql: Sql, additions: readonly Addition[], at: number): void {
  const records = additions.flatMap(({ stream, records: all }) =>
    all.map((record) => ({ stream, ...record })),
  )
  sql(
    `INSERT INTO plimsoll.events (stream, version, at, body, hash)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[])`,
    [
      records.map(({ stream }) => stream),
      records.map(({ version }) => version),
      records.map(() => at),
      records.map(({ body }) => body),
      records.map(({ hash }) => hash),
    ],
  )
  sql(
    `INSERT INTO plimsoll.streams (name, version, hash, due_at)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::bigint[])
       ON CONFLICT (name) DO UPDATE
       SET version = excluded.version, hash = excluded.hash, due_at = excluded.due_at`,
    [
      additions.map(({ stream }) => stream),
      additions.map(({ head }) => head.version),
      additions.map(({ head }) => head.hash),
      additions.map(({ dueAt }) => dueAt),
    ],
  )
}

async function headsIn(sql: Sql, streams: readonly string[], holding: string) {
  const rows = await sql(
    `SELECT name, version, hash FROM plimsoll.streams WHERE name = ANY($1) ${holding}`,
    [streams],
  )
  return new Map<string, Head>(
    rows.map((row) => {
      const { name, version, hash } = headRow.parse(row)
      return [name, { version, hash }]
    }),
  )
}

async function nowIn(sql: Sql): Promise<number> {
  const [row] = await sql(selectNow)
  return nowRow.parse(row).now
}

async function documentIn(sql: Sql, digest: string): Promise<string | null> {
  const [row] = await sql('SELECT body FROM plimsoll.documents WHERE digest = $1', [digest])
  return row === undefined ? null : bodyRow.parse(row).body
}

function recorded(row: unknown): Recorded {
  const { version, at, body } = recordRow.parse(row)
  return { version, at, event: JSON.parse(body) }
}

function names(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => nameRow.parse(row).name)
}

/** As it was when `work` began, and never written. Throws LedgerUnusable where there is none to read. */
export async function readingPostgres<T>(
  address: PostgresAddress,
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  const pool = await openPool(address)
  try {
    return await pool.transaction(async (sql) => {
      await requireLayout(sql)
      return work(archiveOn(sql))
    }, 'ISOLATION LEVEL REPEATABLE READ READ ONLY')
  } catch (error) {
    throw unusable(error)
  } finally {
    await pool.close()
  }
}

function archiveOn(sql: Sql): Archive {
  return {
    streams: async () => {
      const all = await allNames(sql)
      const listed = await headsIn(sql, all, '')
      return new Map(all.map((name) => [name, listed.get(name) ?? null]))
    },
    records: async (stream): Promise<readonly Kept[]> =>
      (await sql(selectRecords, [stream])).map((row) => keptRow.parse(row)),
    document: (digest) => documentIn(sql, digest),
  }
}

async function allNames(sql: Sql): Promise<readonly string[]> {
  return names(
    await sql(
      'SELECT name FROM plimsoll.streams UNION SELECT DISTINCT stream FROM plimsoll.events',
    ),
  )
}

/** Who starts or reads must be told what is wrong with it; who works with it waits until it passes. */
function unusable(error: unknown): unknown {
  const state = sqlState(error)
  if (error instanceof LedgerUnavailable) return new LedgerUnusable(error.message, { cause: error })
  if (state === null) return error
  return new LedgerUnusable(
    `LEDGER_URL leads to a database that refuses us (${state}): its user needs to log in and to create a schema`,
    { cause: error },
  )
}
