/**
 * The embedded ledger: SQLite in the data folder, for one process, held by a lock that dies with it.
 * facts/toolchain.md.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Clock } from '../world/world.ts'
import { conflictIn, dueSince, noHead, recordAfter, sealsOf, type Writing } from './chain.ts'
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
const knownRow = z.object({ version: z.int(), hash: z.string(), dueAt: z.int().nullable() })
const eventRow = z.object({ version: z.int(), at: z.int(), body: z.string() })
const nameRow = z.object({ name: z.string() })
const bodyRow = z.object({ body: z.string() })
const lastRow = z.object({ at: z.int() }).optional()
/** Streams that were written to; any other is read. */
const knownAtMost = 1_000

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
  return {
    ...writerOn(database, clock),
    read: async (stream) => selectEvents.all(stream).map(recorded),
    due: async (time, limit) => names(selectDue.all(time, limit)),
    newest: async (prefix, limit) => names(selectNewest.all(prefix.length, prefix, limit)),
    keepDocument: async (digest, body) => void insertDocument.run(digest, body),
    document: async (digest) => {
      const row = selectDocument.get(digest)
      return row === undefined ? null : bodyRow.parse(row).body
    },
  }
}

type Known = { readonly head: Head; readonly dueAt: number | null }

/** Nobody else writes: what was committed is known from then on. */
function writerOn(database: DatabaseSync, clock: Clock): Pick<Ledger, 'now' | 'append' | 'head'> {
  const transaction = transactionsOn(database)
  const { selectKnown, insertEvent, listStream } = writingStatements(database)
  const streams = new Map<string, Known>()
  let last = lastTimeIn(database)

  const now = () => Math.max(clock.now(), last)
  const knownOf = (stream: string): Known | null => {
    const known = streams.get(stream)
    if (known !== undefined) return known
    const row = selectKnown.get(stream)
    if (row === undefined) return null
    const { version, hash, dueAt } = knownRow.parse(row)
    return { head: { version, hash }, dueAt }
  }
  const headOf = (stream: string) => knownOf(stream)?.head ?? null
  const write = ({ stream, events, dueAt }: Writing, at: number) => {
    const before = knownOf(stream)
    let head = before?.head ?? noHead
    for (const event of events) {
      const { version, body, hash } = recordAfter(head, stream, event, at)
      insertEvent.run(stream, version, at, body, hash)
      head = { version, hash }
    }
    const since = dueSince(before?.dueAt ?? null, dueAt, at)
    listStream.run(stream, head.version, head.hash, since, at)
    streams.set(stream, { head, dueAt: since })
  }
  const append = (appends: readonly Append[]): AppendResult => {
    const conflict = conflictIn(appends, headOf)
    if (conflict !== null) return conflict
    const at = now()
    try {
      transaction(() => {
        for (const one of appends) write(one, at)
        for (const one of sealsOf(appends, headOf)) write(one, at)
      })
    } catch (error) {
      streams.clear()
      throw error
    }
    if (streams.size > knownAtMost) streams.clear()
    last = at
    return { kind: 'appended', at }
  }
  return {
    now: async () => now(),
    append: async (appends) => append(appends),
    head: async (stream) => headOf(stream),
  }
}

function writingStatements(database: DatabaseSync) {
  return {
    selectKnown: database.prepare(
      'SELECT version, hash, due_at AS dueAt FROM streams WHERE name = ?',
    ),
    insertEvent: database.prepare(
      'INSERT INTO events (stream, version, at, body, hash) VALUES (?, ?, ?, ?, ?)',
    ),
    listStream: database.prepare(`
      INSERT INTO streams (name, version, hash, due_at, created) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (name) DO UPDATE SET version = ?2, hash = ?3, due_at = ?4`),
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
