/**
 * The ledger on PostgreSQL, for many instances: one transaction carries the appends, their seals and
 * whatever must be committed with them, and goes there and back once. The chain is made over there, by
 * `plimsoll.append` of postgres-layout.ts.
 */
import { z } from 'zod'
import type { PostgresAddress } from '../world/postgres-url.ts'
import { bodyOf, streamsOf } from './chain.ts'
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

/**
 * Committed with the append, or not at all; `due`: the streams that somebody must look at now. Sends its
 * statements and waits for none: who loses the race has told somebody to look too early, and no more.
 */
export type Alongside = (due: readonly string[], sql: Sql) => Promise<void>

const headRow = z.object({ name: z.string(), version: z.int(), hash: z.string() })
const recordRow = z.object({ version: z.int(), at: z.number(), body: z.string() })
const keptRow = recordRow.extend({ hash: z.string() })
const nowRow = z.object({ now: z.number() })
const atRow = z.object({ at: z.number() })
const nameRow = z.object({ name: z.string() })
const bodyRow = z.object({ body: z.string() })

/** The server's clock, and never earlier than the last event: that of a standby may lag behind. */
const selectNow = `SELECT greatest(
  floor(extract(epoch FROM clock_timestamp()) * 1000),
  (SELECT max(at) FROM plimsoll.events))::float8 AS now`

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
  const seen: Seen = { at: 0 }
  return {
    now: async () => {
      const now = await nowIn(sql)
      seen.at = Math.max(seen.at, now)
      return now
    },
    append: (appends) => append(pool, appends, alongside, seen),
    read: async (stream) => (await sql(selectRecords, [stream])).map(recorded),
    head: async (stream) => (await headsIn(sql, [stream])).get(stream) ?? null,
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

/** The latest time that the server's clock told this process: whatever was due by then is due now. */
type Seen = { at: number }

async function append(
  pool: PostgresPool,
  appends: readonly Append[],
  alongside: Alongside,
  seen: Seen,
): Promise<AppendResult> {
  const due = dueBy(seen, appends)
  // In one order for everybody: whoever holds one row never waits for somebody who holds another.
  const sorted = appends.toSorted((one, other) => (one.stream < other.stream ? -1 : 1))
  const isSealed = sorted.some(({ seal }) => seal !== undefined)
  const [first, ...others] = sorted
  try {
    const isOneStatement = others.length === 0 && !isSealed && due.length === 0
    const answers =
      first !== undefined && isOneStatement
        ? [send(pool.sql, first)]
        : await pool.transaction(async (sql) => {
            if (isSealed) sql(holdStreams, [streamsOf(appends)])
            const sent = sorted.map((one) => send(sql, one))
            await alongside(due, sql)
            if (isSealed) await sealIn(sql, sorted)
            // Not waited for here: the commit follows at once.
            return sent
          })
    const at = Math.max(...(await Promise.all(answers)).flat().map((row) => atRow.parse(row).at))
    seen.at = Math.max(seen.at, at)
    return { kind: 'appended', at }
  } catch (error) {
    return conflictOf(error)
  }
}

const callAppend = 'SELECT plimsoll.append($1, $2, $3, $4)::float8 AS at'
const holdStreams =
  'SELECT FROM plimsoll.streams WHERE name = ANY($1) ORDER BY name COLLATE "C" FOR UPDATE'

/** `expectedVersion` null: at whatever version the stream has. */
type Sent = Omit<Append, 'expectedVersion' | 'seal'> & { readonly expectedVersion: number | null }

function send(sql: Sql, { stream, expectedVersion, events, dueAt }: Sent) {
  return sql(callAppend, [stream, expectedVersion, events.map(bodyOf), dueAt])
}

/** A seal says the hash that the server has only now made. */
async function sealIn(sql: Sql, appends: readonly Append[]): Promise<void> {
  const heads = await headsIn(
    sql,
    appends.map(({ stream }) => stream),
  )
  for (const { stream, seal } of appends) {
    if (seal === undefined) continue
    const head = heads.get(stream)
    if (head === undefined) throw new Error(`${stream} was appended to and has no head`)
    const dueAt = appends.find((one) => one.stream === seal.stream)?.dueAt ?? null
    send(sql, { stream: seal.stream, expectedVersion: null, events: [seal.event(head)], dueAt })
  }
}

const raisedConflict = z.object({ code: z.literal('P0409'), detail: z.string() })

/** What `plimsoll.append` raises; any other error goes on. */
function conflictOf(error: unknown): AppendResult {
  const raised = raisedConflict.safeParse(error)
  const [, stream, version] = /^(.*) is at (\d+)$/s.exec(raised.data?.detail ?? '') ?? []
  if (stream === undefined) throw error
  return { kind: 'conflict', stream, version: Number(version) }
}

function dueBy({ at }: Seen, appends: readonly Append[]): readonly string[] {
  return appends.flatMap(({ stream, dueAt }) => (dueAt === null || dueAt > at ? [] : [stream]))
}

async function headsIn(sql: Sql, streams: readonly string[]) {
  const rows = await sql('SELECT name, version, hash FROM plimsoll.streams WHERE name = ANY($1)', [
    streams,
  ])
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
      const listed = await headsIn(sql, all)
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
