/**
 * The embedded ledger: SQLite in the data folder, for one process, held by a lock that dies with it.
 * facts/toolchain.md.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Clock } from '../world/world.ts'
import { type Addition, additionsOf, conflictIn, streamsOf } from './chain.ts'
import type { Append, AppendResult, Head, Ledger, Recorded } from './ledger.ts'
import { migrate, openDurable, transactionsOn } from './sqlite-file.ts'

/** Somebody else holds the data folder; `holder` is what they wrote beside the lock. */
export type Held = { readonly kind: 'held'; readonly holder: Holder | null }
export type Holder = { readonly pid: number; readonly address: string }

export type SqliteLedger = Ledger & {
  readonly kind: 'ledger'
  /** Tells a second process where this one answers. */
  readonly announce: (holder: Holder) => void
}

const holderSchema = z.object({ pid: z.int(), address: z.string() })
const headRow = z.object({ version: z.int(), hash: z.string() })
const eventRow = z.object({ version: z.int(), at: z.int(), body: z.string() })
const nameRow = z.object({ name: z.string() })
const bodyRow = z.object({ body: z.string() })
const lastRow = z.object({ at: z.int() }).optional()

export const ledgerFile = (folder: string) => join(folder, 'ledger.db')

/** Throws LedgerUnusable where a newer version has been at work. */
export function openSqliteLedger(folder: string, clock: Clock): SqliteLedger | Held {
  mkdirSync(folder, { recursive: true })
  const lock = takeLock(join(folder, 'lock.db'))
  const holderFile = join(folder, 'holder.json')
  if (lock === null) return { kind: 'held', holder: readHolder(holderFile) }
  // Whoever held it before answers there no more.
  rmSync(holderFile, { force: true })
  const database = openDurable(ledgerFile(folder))
  try {
    migrate(database, ledgerFile(folder))
  } catch (error) {
    database.close()
    lock.close()
    throw error
  }
  return {
    kind: 'ledger',
    announce: (holder) => writeFileSync(holderFile, JSON.stringify(holder)),
    ...ledgerOn(database, clock),
    close: async () => {
      database.close()
      lock.close()
    },
  }
}

/** A file of its own, so that readers can open the ledger beside a running app. Null when it is taken. */
function takeLock(file: string): DatabaseSync | null {
  const lock = new DatabaseSync(file, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    if (isBusy(error)) return null
    throw error
  }
}

/** SQLITE_BUSY. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}

function readHolder(file: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null // the holder has not announced itself yet; the lock alone decides
  }
}

function ledgerOn(database: DatabaseSync, clock: Clock): Omit<Ledger, 'close'> {
  const selectHead = database.prepare('SELECT version, hash FROM streams WHERE name = ?')
  const insertEvent = database.prepare(
    'INSERT INTO events (stream, version, at, body, hash) VALUES (?, ?, ?, ?, ?)',
  )
  const upsertStream = database.prepare(`
    INSERT INTO streams (name, version, hash, due_at, created) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (name) DO UPDATE SET version = ?2, hash = ?3, due_at = ?4`)
  const selectEvents = database.prepare(
    'SELECT version, at, body FROM events WHERE stream = ? ORDER BY version',
  )
  const selectDue = database.prepare(
    'SELECT name FROM streams WHERE due_at <= ? ORDER BY due_at LIMIT ?',
  )
  const selectNewest = database.prepare(
    'SELECT name FROM streams WHERE substr(name, 1, ?) = ? ORDER BY created DESC LIMIT ?',
  )
  const insertDocument = database.prepare('INSERT OR IGNORE INTO documents VALUES (?, ?)')
  const selectDocument = database.prepare('SELECT body FROM documents WHERE digest = ?')

  const transaction = transactionsOn(database)
  // Nobody else writes: from here on it is known.
  let last = lastTimeIn(database)
  const now = () => Math.max(clock.now(), last)
  const headOf = (stream: string): Head | null => {
    const row = selectHead.get(stream)
    return row === undefined ? null : headRow.parse(row)
  }
  const write = ({ stream, records, head, dueAt }: Addition, at: number) => {
    for (const { version, body, hash } of records) insertEvent.run(stream, version, at, body, hash)
    upsertStream.run(stream, head.version, head.hash, dueAt, at)
  }
  const appendAll = (appends: readonly Append[]): AppendResult => {
    const heads = new Map(
      streamsOf(appends).flatMap((stream) => {
        const head = headOf(stream)
        return head === null ? [] : [[stream, head] as const]
      }),
    )
    const conflict = conflictIn(appends, heads)
    if (conflict !== null) return conflict
    const at = now()
    for (const addition of additionsOf(appends, heads, at)) write(addition, at)
    last = at
    return { kind: 'appended', at }
  }
  return {
    now: async () => now(),
    append: async (appends) => transaction(() => appendAll(appends)),
    read: async (stream) => selectEvents.all(stream).map(recorded),
    head: async (stream) => headOf(stream),
    due: async (time, limit) => names(selectDue.all(time, limit)),
    newest: async (prefix, limit) => names(selectNewest.all(prefix.length, prefix, limit)),
    keepDocument: async (digest, body) => void insertDocument.run(digest, body),
    document: async (digest) => {
      const row = selectDocument.get(digest)
      return row === undefined ? null : bodyRow.parse(row).body
    },
  }
}

/** Of the newest event; 0: there is none. */
function lastTimeIn(database: DatabaseSync): number {
  const newest = database.prepare('SELECT at FROM events ORDER BY number DESC LIMIT 1')
  return lastRow.parse(newest.get())?.at ?? 0
}

function recorded(row: unknown): Recorded {
  const { version, at, body } = eventRow.parse(row)
  return { version, at, event: JSON.parse(body) }
}

function names(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => nameRow.parse(row).name)
}
