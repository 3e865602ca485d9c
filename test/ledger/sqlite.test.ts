/** What SQLite alone must hold: the lock on the data folder, and that an answered append is on the disk. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { breakIn } from '../../src/ledger/chain.ts'
import { LedgerUnusable } from '../../src/ledger/ledger.ts'
import { ledgerFile, openSqliteLedger } from '../../src/ledger/sqlite.ts'
import { openDurable, readingSqlite } from '../../src/ledger/sqlite-file.ts'
import { opened, temporaryFolder } from './temporary.ts'

const clock = { now: () => 1_000 }
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Its first line tells how it went. */
async function holderOf(folder: string, address: string) {
  const file = fileURLToPath(new URL('holder.ts', import.meta.url))
  const child = spawn(process.execPath, [file, folder, address], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  const [line] = await once(createInterface(child.stdout), 'line')
  return { child, line: String(line) }
}

describe('the data folder', () => {
  test('a second process is refused at once and told where the first answers', async () => {
    const folder = temporaryFolder()
    const first = await holderOf(folder, 'http://localhost:8080')
    expect(first.line).toBe('holding')
    const holder = { pid: first.child.pid, address: 'http://localhost:8080' }
    expect(openSqliteLedger(folder, clock)).toEqual({ kind: 'held', holder })
    const second = await holderOf(folder, '')
    expect(JSON.parse(second.line)).toEqual({ kind: 'held', holder })
  })

  test('after kill -9 the next one gets it, with everything that was answered', async () => {
    const folder = temporaryFolder()
    const { child } = await holderOf(folder, 'http://localhost:8080')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const ledger = opened(folder, clock)
    expect(await ledger.read('run/held')).toMatchObject([{ event: { type: 'kept', v: 1 } }])
  })

  test('one that has not said where it answers is not mistaken for its predecessor', async () => {
    const folder = temporaryFolder()
    const first = opened(folder, clock)
    first.announce({ pid: 1, address: 'http://localhost:1' })
    await first.close()
    opened(folder, clock)
    expect(openSqliteLedger(folder, clock)).toEqual({ kind: 'held', holder: null })
  })

  test('it is free again after it was closed, and another folder always was', async () => {
    const folder = temporaryFolder()
    await opened(folder, clock).close()
    expect(opened(folder, clock).kind).toBe('ledger')
    expect(opened(temporaryFolder(), clock).kind).toBe('ledger')
  })
})

test('a version that somebody else has taken is a conflict, and nothing of the batch is written', async () => {
  const ledger = opened(temporaryFolder(), clock)
  const append = (stream: string, expectedVersion: number) => ({
    ...{ stream, expectedVersion, dueAt: null },
    events: [{ type: 'seen', v: 1 }],
  })
  await ledger.append([append('system/tuki', 0)])
  const late = await ledger.append([append('run/a', 0), append('system/tuki', 0)])
  expect(late).toEqual({ kind: 'conflict', stream: 'system/tuki', version: 1 })
  expect(await ledger.read('run/a')).toEqual([])
})

test('what could not be written is forgotten: the next append goes on from what is there', async () => {
  const folder = temporaryFolder()
  const ledger = opened(folder, clock)
  const append = (stream: string, expectedVersion: number, type: string) => ({
    ...{ stream, expectedVersion, dueAt: 5 },
    events: [{ type, v: 1 }],
  })
  await ledger.append([append('run/a', 0, 'seen')])
  const beside = openDurable(ledgerFile(folder))
  beside.exec(`CREATE TRIGGER full BEFORE INSERT ON events WHEN new.body LIKE '%too-much%'
    BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`)
  beside.close()
  const tooMuch = [append('run/a', 1, 'fits'), append('run/new', 0, 'too-much')]
  await expect(ledger.append(tooMuch)).rejects.toThrow('the disk is full')
  const next = [append('run/a', 1, 'seen'), append('run/new', 0, 'seen')]
  expect(await ledger.append(next)).toMatchObject({ kind: 'appended' })
  for (const [stream, length] of [
    ['run/a', 2],
    ['run/new', 1],
  ] as const) {
    const kept = await readingSqlite(ledgerFile(folder), ({ records }) => records(stream))
    expect(kept).toHaveLength(length)
    expect(breakIn(stream, kept)).toBeNull()
  }
  expect(await ledger.due(5, 9)).toEqual(['run/a', 'run/new'])
})

describe('durability', () => {
  test('what is committed is synced in full, into a log written ahead', () => {
    const database = openDurable(join(temporaryFolder(), 'ledger.db'))
    // 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    database.close()
  })
})

describe('the layout of the file', () => {
  test('a ledger from before the chain gets its hashes, and goes on', async () => {
    const folder = temporaryFolder()
    const old = openDurable(join(folder, 'ledger.db'))
    old.exec(`
      CREATE TABLE streams (name TEXT PRIMARY KEY, version INTEGER NOT NULL, due_at INTEGER,
        created INTEGER NOT NULL) STRICT;
      CREATE TABLE events (stream TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (stream, version)) STRICT, WITHOUT ROWID;
      CREATE TABLE documents (digest TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
      INSERT INTO streams VALUES ('run/a', 2, NULL, 1);
      INSERT INTO events VALUES ('run/a', 1, 1, '{"type":"seen","v":1}'),
        ('run/a', 2, 2, '{"type":"seen","v":1}');`)
    old.close()
    const ledger = opened(folder, clock)
    const more = { stream: 'run/a', expectedVersion: 2, events: [{ type: 'seen', v: 1 }] }
    expect(await ledger.append([{ ...more, dueAt: null }])).toMatchObject({ kind: 'appended' })
    const records = await readingSqlite(ledgerFile(folder), ({ records: of }) => of('run/a'))
    expect(records).toHaveLength(3)
    expect(breakIn('run/a', records)).toBeNull()
    expect(records.at(-1)?.hash).toBe((await ledger.head('run/a'))?.hash)
  })

  test('a ledger of a newer version is refused, by the app and by auditors', async () => {
    const folder = temporaryFolder()
    await opened(folder, clock).close()
    const newer = openDurable(ledgerFile(folder))
    newer.exec('PRAGMA user_version = 99')
    newer.close()
    expect(() => openSqliteLedger(folder, clock)).toThrow(LedgerUnusable)
    const read = readingSqlite(ledgerFile(folder), ({ streams }) => streams())
    await expect(read).rejects.toThrow(LedgerUnusable)
    // Refused, it holds nothing: the right version can start.
    const fixed = openDurable(ledgerFile(folder))
    fixed.exec('PRAGMA user_version = 3')
    fixed.close()
    expect(opened(folder, clock).kind).toBe('ledger')
  })
})
