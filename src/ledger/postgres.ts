/**
 * The ledger on PostgreSQL, for many instances: one transaction carries the appends, their seals and
 * whatever must be committed with them, and goes there and back once. The chain is made over there.
 */
import { z } from 'zod'
import type { PostgresAddress } from '../world/postgres-url.ts'
import { bodyOf, sealsOf, type Writing } from './chain.ts'
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
import { atRow, type PostgresClock, postgresClock, timeOfAppend } from './postgres-clock.ts'
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
const nameRow = z.object({ name: z.string() })
const bodyRow = z.object({ body: z.string() })

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
  const clock = postgresClock(sql)
  return {
    now: clock.now,
    append: (appends) => append(pool, appends, alongside, clock),
    read: async (stream) => {
      const records = (await sql(selectRecords, [stream])).map(recorded)
      clock.saw(records.at(-1)?.at ?? 0)
      return records
    },
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

async function append(
  pool: PostgresPool,
  appends: readonly Append[],
  alongside: Alongside,
  clock: PostgresClock,
): Promise<AppendResult> {
  const last = await clock.last()
  const due = dueBy(last, appends)
  // In one order for everybody: whoever holds one row never waits for somebody who holds another.
  const sorted = appends.toSorted((one, other) => (one.stream < other.stream ? -1 : 1))
  const isSealed = sorted.some(({ seal }) => seal !== undefined)
  try {
    const answers = isOneStatement(sorted, due)
      ? sorted.flatMap((one) => send(pool.sql, one, one.expectedVersion, last))
      : await pool.transaction(async (sql) => {
          if (isSealed) sql(holdStreams, [streamsOf(sorted)])
          const sent = sorted.flatMap((one) => send(sql, one, one.expectedVersion, last))
          await alongside(due, sql)
          if (isSealed) await sealIn(sql, sorted, last)
          // Not waited for here: the commit follows at once.
          return sent
        })
    const at = Math.max(...(await Promise.all(answers)).flat().map((row) => atRow.parse(row).at))
    clock.saw(at)
    return { kind: 'appended', at }
  } catch (error) {
    return conflictOf(error)
  }
}

/** A transaction by itself: one more event of a stream that is there, and nothing with it. */
function isOneStatement([only, ...others]: readonly Append[], due: readonly string[]): boolean {
  if (only === undefined || others.length > 0 || due.length > 0) return false
  return only.events.length === 1 && only.expectedVersion > 0 && only.seal === undefined
}

/** In the same order as the appends. */
const holdStreams =
  'SELECT FROM plimsoll.streams WHERE name = ANY($1) ORDER BY name COLLATE "C" FOR UPDATE'

function streamsOf(appends: readonly Append[]): readonly string[] {
  return appends.flatMap(({ stream, seal }) =>
    seal === undefined ? stream : [stream, seal.stream],
  )
}

const beginStream = `INSERT INTO plimsoll.streams (name, version, hash) VALUES ($1, 0, '') ON CONFLICT DO NOTHING`

/**
 * One event. Whoever changes the stream's row first holds it until the commit, and who waited finds another
 * version: a conflict. Hash and due time are those of chain.ts: `to_json` of a text is its JSON.stringify.
 */
const appendEvent = `
  WITH head AS (
    UPDATE plimsoll.streams SET version = version + 1, at = ${timeOfAppend},
      due_at = CASE WHEN due_at <= ${timeOfAppend} AND $4 <= ${timeOfAppend}
        THEN due_at ELSE $4 END,
      hash = encode(sha256(convert_to(concat('["', hash, '",', to_json(name), ',', version + 1, ',',
        ${timeOfAppend}, ',', to_json($3::text), ']'), 'UTF8')), 'hex')
    WHERE name = $1 AND version = coalesce($2, version)
    RETURNING name, version, at, hash
  ), written AS (
    INSERT INTO plimsoll.events (stream, version, at, body, hash)
    SELECT name, version, at, $3, hash FROM head RETURNING at
  )
  SELECT coalesce((SELECT at FROM written), plimsoll.conflict($1))::float8 AS at`

/** After `seen` events; null: after as many as there are. */
function send(
  sql: Sql,
  { stream, events, dueAt }: Writing,
  seen: number | null,
  last: number,
): readonly ReturnType<Sql>[] {
  if (seen === null || seen === 0) sql(beginStream, [stream])
  return events.map((event, index) =>
    sql(appendEvent, [stream, seen === null ? null : seen + index, bodyOf(event), dueAt, last]),
  )
}

/** A seal says the hash that the server has only now made. */
async function sealIn(sql: Sql, appends: readonly Append[], last: number): Promise<void> {
  const heads = await headsIn(
    sql,
    appends.map(({ stream }) => stream),
  )
  for (const one of sealsOf(appends, (stream) => heads.get(stream) ?? null))
    send(sql, one, null, last)
}

const raisedConflict = z.object({ code: z.literal('P0409'), detail: z.string() })

/** What `plimsoll.conflict` raises; any other error goes on. */
function conflictOf(error: unknown): AppendResult {
  const raised = raisedConflict.safeParse(error)
  const [, stream, version] = /^(.*) is at (\d+)$/s.exec(raised.data?.detail ?? '') ?? []
  if (stream === undefined) throw error
  return { kind: 'conflict', stream, version: Number(version) }
}

/** Whatever was due by the latest time that this process knows is due now. */
function dueBy(last: number, appends: readonly Append[]): readonly string[] {
  return appends.flatMap(({ stream, dueAt }) => (dueAt === null || dueAt > last ? [] : [stream]))
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
