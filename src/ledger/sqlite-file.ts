/** The file of the embedded ledger: opened durably, brought to this version's layout, or read beside a running app. */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { hashAfter, noHead } from './chain.ts'
import { type Archive, type Head, type Kept, LedgerUnusable } from './ledger.ts'

/** One after the other, each once; `user_version` counts them. */
const migrations: readonly ((database: DatabaseSync) => void)[] = [
  (database) =>
    database.exec(`
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
    `),
  chained,
  inOrder,
]

const countRow = z.object({ user_version: z.int() })
const linkRow = z.object({ stream: z.string(), version: z.int(), at: z.int(), body: z.string() })
const keptRow = z.object({ version: z.int(), at: z.int(), body: z.string(), hash: z.string() })
const streamRow = z.object({
  name: z.string(),
  version: z.int().nullable(),
  hash: z.string().nullable(),
})
const bodyRow = z.object({ body: z.string() })

/** What was written before there was a chain gets its hashes as it stands. */
function chained(database: DatabaseSync): void {
  database.exec(`
    ALTER TABLE events ADD COLUMN hash TEXT NOT NULL DEFAULT '';
    ALTER TABLE streams ADD COLUMN hash TEXT NOT NULL DEFAULT '';
  `)
  const heads = new Map<string, string>()
  const setHash = database.prepare('UPDATE events SET hash = ? WHERE stream = ? AND version = ?')
  const setHead = database.prepare('UPDATE streams SET hash = ? WHERE name = ?')
  for (const row of database.prepare('SELECT * FROM events ORDER BY stream, version').all()) {
    const link = linkRow.parse(row)
    const hash = hashAfter(heads.get(link.stream) ?? noHead.hash, link)
    heads.set(link.stream, hash)
    setHash.run(hash, link.stream, link.version)
  }
  for (const [name, hash] of heads) setHead.run(hash, name)
}

/** An append touches fewer pages: a large event stays in one, and the newest is the last. */
function inOrder(database: DatabaseSync): void {
  database.exec(`
    ALTER TABLE events RENAME TO earlier;
    CREATE TABLE events (
      number INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL,
      at INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (stream, version)
    ) STRICT;
    INSERT INTO events (stream, version, at, body, hash)
      SELECT stream, version, at, body, hash FROM earlier ORDER BY at, stream, version;
    DROP TABLE earlier;
  `)
}

/** What it has committed is on the disk, whatever happens to the process or the machine. */
export function openDurable(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
  return database
}

/** Throws LedgerUnusable where a newer version has written the file. */
export function migrate(database: DatabaseSync, file: string): void {
  const { user_version: done } = countRow.parse(database.prepare('PRAGMA user_version').get())
  if (done > migrations.length)
    throw new LedgerUnusable(`${file} was written by a newer version of Plimsoll; run that one`)
  const transaction = transactionsOn(database)
  for (const [index, migration] of migrations.entries())
    if (index >= done)
      transaction(() => {
        migration(database)
        database.exec(`PRAGMA user_version = ${index + 1}`)
      })
}

type Transaction = <T>(work: () => T) => T

export function transactionsOn(database: DatabaseSync): Transaction {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  return (work) => {
    begin.run()
    try {
      const result = work()
      commit.run()
      return result
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }
}

/** As it was when `work` began, and never written. Throws LedgerUnusable where there is none to read. */
export async function readingSqlite<T>(
  file: string,
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  if (!existsSync(file)) throw new LedgerUnusable(`there is no ledger at ${file}`)
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
  try {
    const { user_version: layout } = countRow.parse(database.prepare('PRAGMA user_version').get())
    if (layout !== migrations.length)
      throw new LedgerUnusable(
        `${file} is of another version of Plimsoll: start the app on it once`,
      )
    database.exec('BEGIN')
    return await work(archiveOn(database))
  } finally {
    database.close()
  }
}

function archiveOn(database: DatabaseSync): Archive {
  const selectStreams = database.prepare(`
    SELECT name, version, hash FROM streams
    UNION ALL SELECT DISTINCT stream, NULL, NULL FROM events
      WHERE stream NOT IN (SELECT name FROM streams)`)
  const selectKept = database.prepare(
    'SELECT version, at, body, hash FROM events WHERE stream = ? ORDER BY version',
  )
  const selectDocument = database.prepare('SELECT body FROM documents WHERE digest = ?')
  return {
    streams: async () => new Map(selectStreams.all().map(namedHead)),
    records: async (stream): Promise<readonly Kept[]> =>
      selectKept.all(stream).map((row) => keptRow.parse(row)),
    document: async (digest) => {
      const row = selectDocument.get(digest)
      return row === undefined ? null : bodyRow.parse(row).body
    },
  }
}

function namedHead(row: unknown): readonly [string, Head | null] {
  const { name, version, hash } = streamRow.parse(row)
  return [name, version === null || hash === null ? null : { version, hash }]
}
