/**
 * The embedded ledger: SQLite in the data folder, for one process, held by a lock that dies with it.
 * facts/toolchain.md.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Clock } from '../world/world.ts'
import type { Append, AppendResult, Ledger, Recorded } from './ledger.ts'

const schema = `
  CREATE TABLE IF NOT EXISTS streams (
    name TEXT PRIMARY KEY, version INTEGER NOT NULL, due_at INTEGER, created INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS streams_due ON streams (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS events (
    stream TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (stream, version)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS events_at ON events (at);
  CREATE TABLE IF NOT EXISTS documents (digest TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
`

/** Somebody else holds the data folder; `holder` is what they wrote beside the lock. */
export type Held = { readonly kind: 'held'; readonly holder: Holder | null }
export type Holder = { readonly pid: number; readonly address: string }

export type SqliteLedger = Ledger & {
  readonly kind: 'ledger'
  /** Tells a second process where this one answers. */
  readonly announce: (holder: Holder) => void
}

const holderSchema = z.object({ pid: z.int(), address: z.string() })
const versionRow = z.object({ version: z.int() })
const eventRow = z.object({ version: z.int(), at: z.int(), body: z.string() })
const nameRow = z.object({ name: z.string() })
const bodyRow = z.object({ body: z.string() })
const lastRow = z.object({ at: z.int().nullable() })

export function openSqliteLedger(folder: string, clock: Clock): SqliteLedger | Held {
  mkdirSync(folder, { recursive: true })
  const lock = takeLock(join(folder, 'lock.db'))
  const holderFile = join(folder, 'holder.json')
  if (lock === null) return { kind: 'held', holder: readHolder(holderFile) }
  // Whoever held it before answers there no more.
  rmSync(holderFile, { force: true })
  const database = openDurable(join(folder, 'ledger.db'))
  database.exec(schema)
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

/** What it has committed is on the disk, whatever happens to the process or the machine. */
export function openDurable(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
  return database
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
  const selectVersion = database.prepare('SELECT version FROM streams WHERE name = ?')
  const selectLast = database.prepare('SELECT max(at) AS at FROM events')
  const insertEvent = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?)')
  const upsertStream = database.prepare(`INSERT INTO streams VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (name) DO UPDATE SET version = ?2, due_at = ?3`)
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

  const now = () => Math.max(clock.now(), lastRow.parse(selectLast.get()).at ?? 0)
  const versionOf = (stream: string) => {
    const row = selectVersion.get(stream)
    return row === undefined ? 0 : versionRow.parse(row).version
  }
  const write = (append: Append, at: number) => {
    append.events.forEach((event, index) => {
      const version = append.expectedVersion + index + 1
      insertEvent.run(append.stream, version, at, JSON.stringify(event))
    })
    const version = append.expectedVersion + append.events.length
    upsertStream.run(append.stream, version, append.dueAt, at)
  }
  const appendAll = (appends: readonly Append[]): AppendResult => {
    for (const { stream, expectedVersion } of appends) {
      const version = versionOf(stream)
      if (version !== expectedVersion) return { kind: 'conflict', stream, version }
    }
    const at = now()
    for (const append of appends) write(append, at)
    return { kind: 'appended', at }
  }
  return {
    now: async () => now(),
    append: async (appends) => transaction(database, () => appendAll(appends)),
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

function recorded(row: unknown): Recorded {
  const { version, at, body } = eventRow.parse(row)
  return { version, at, event: JSON.parse(body) }
}

function names(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => nameRow.parse(row).name)
}

function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
