/** The ledger on a real PostgreSQL: the contract of every ledger, and what only several instances can break. */
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { breakIn } from '../../../src/ledger/chain.ts'
import type { Append, Ledger } from '../../../src/ledger/ledger.ts'
import { LedgerUnusable } from '../../../src/ledger/ledger.ts'
import { openPostgres, readingPostgres } from '../../../src/ledger/postgres.ts'
import { auditOf } from '../../../src/runs/audit.ts'
import { journalOn } from '../../../src/runs/journal.ts'
import { ledgerContract } from '../../ledger/contract.ts'
import { event } from '../../runs/histories.ts'
import { type PostgresServer, startPostgres } from '../servers/postgres-server.ts'
import { addressOf, databasesOn } from './databases.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({})
})
afterAll(() => server?.remove())
const databases = databasesOn(() => server)
afterEach(databases.closeAll)

describe('on PostgreSQL', () => ledgerContract(databases.onHandClock))

const seen = (stream: string, expectedVersion: number): Append => ({
  ...{ stream, expectedVersion, dueAt: null },
  events: [{ type: 'seen', v: 1 }],
})

async function two(): Promise<readonly [Ledger, Ledger, string]> {
  const url = await databases.fresh()
  const [one, other] = await Promise.all([databases.opened(url), databases.opened(url)])
  return [one.ledger, other.ledger, url]
}

describe('two instances', () => {
  test('start at once on an empty database', async () => {
    const [one, other] = await two()
    expect(await one.append([seen('run/a', 0)])).toMatchObject({ kind: 'appended' })
    expect(await other.read('run/a')).toHaveLength(1)
  })

  test('of many appends at one version, over several streams, one is first and the chain holds', async () => {
    const [one, other, url] = await two()
    const streams = ['run/a', 'run/b', 'system/tuki']
    for (let version = 0; version < 10; version += 1) {
      const tries = Array.from({ length: 12 }, (_, index) => {
        // In any order: whoever holds one row never waits for one who holds another.
        const order = index % 2 === 0 ? streams : streams.toReversed()
        return (index % 3 === 0 ? other : one).append(order.map((name) => seen(name, version)))
      })
      const kinds = (await Promise.all(tries)).map(({ kind }) => kind)
      expect(kinds.filter((kind) => kind === 'appended')).toHaveLength(1)
    }
    const audit = await readingPostgres(addressOf(url), (archive) => auditOf(archive, null))
    expect(audit).toMatchObject({ streams: 3, events: 30 })
    expect(audit.damage.filter(({ code }) => ['changed', 'missing', 'cut'].includes(code))).toEqual(
      [],
    )
  })

  test('runs that end at the same moment are all sealed, and nobody loses a race for it', async () => {
    const [one, other, url] = await two()
    const journals = [one, other].map((ledger) => journalOn(ledger, () => undefined))
    const started = event('run-started')
    if (started.type !== 'run-started') throw new Error('not a start')
    await journals[0]?.keepDocument('sha', {})
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const journal = journals[index % 2]
        const run = `r${index}`
        await journal?.start<never>({ ...started, run }, () => null)
        await journal?.change<never>(run, () => ({
          kind: 'change',
          events: [event('run-aborted')],
        }))
      }),
    )
    const audit = await readingPostgres(addressOf(url), (archive) => auditOf(archive, null))
    expect(audit.sealed).toBe(30)
    // The document of these histories has a name instead of a digest.
    expect(audit.damage.filter(({ code }) => code !== 'document-changed')).toEqual([])
  })

  test('one that stands still in a transaction loses it, and holds nobody up for long', async () => {
    const url = await databases.fresh()
    const [{ pool }, { ledger }] = [await databases.opened(url), await databases.opened(url)]
    await ledger.append([seen('system/tuki', 0)])
    const frozen = pool.transaction(async (sql) => {
      await sql(`SELECT 1 FROM plimsoll.streams WHERE name = 'system/tuki' FOR UPDATE`)
      await new Promise((resolve) => setTimeout(resolve, 6_000))
      await sql(`UPDATE plimsoll.streams SET version = 99`)
    })
    const failed = expect(frozen).rejects.toMatchObject({ name: 'LedgerUnavailable' })
    await new Promise((resolve) => setTimeout(resolve, 200))
    const begun = performance.now()
    expect(await ledger.append([seen('system/tuki', 1)])).toMatchObject({ kind: 'appended' })
    expect(performance.now() - begun).toBeLessThan(5_000)
    await failed
    expect((await ledger.head('system/tuki'))?.version).toBe(2)
  })
})

describe('an append in one statement', () => {
  test('makes the hashes that everybody else makes, whatever is said in it', async () => {
    const url = await databases.fresh()
    const { ledger } = await databases.opened(url)
    const text = fc.string({
      unit: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...awkward)),
    })
    let count = 0
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.array(text, { minLength: 1, maxLength: 3 }),
        async (name, words) => {
          count += 1
          const stream = `run/${count}${name.replaceAll('\0', '').toWellFormed()}`
          const events = words.map((word) => ({ type: 'said', v: 1, word, [word]: [null, -0.5] }))
          await ledger.append([{ stream, expectedVersion: 0, events, dueAt: null }])
          const kept = await readingPostgres(addressOf(url), ({ records }) => records(stream))
          expect(kept).toHaveLength(words.length)
          expect(breakIn(stream, kept)).toBeNull()
          expect(kept.at(-1)?.hash).toBe((await ledger.head(stream))?.hash)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('costs whoever loses a race neither the connection nor the transaction of the next', async () => {
    const url = await databases.fresh()
    const { ledger, pool } = await databases.opened(url)
    const own = () => pool.sql('SELECT pg_backend_pid()')
    await ledger.append([seen('run/a', 0), seen('run/b', 0)])
    const before = await own()
    const lost = { kind: 'conflict', stream: 'run/b', version: 1 }
    expect(await ledger.append([seen('run/b', 0)])).toEqual(lost)
    expect(await ledger.append([seen('run/a', 1), seen('run/b', 0), seen('run/c', 0)])).toEqual(
      lost,
    )
    expect(await ledger.append([seen('run/b', 1)])).toMatchObject({ kind: 'appended' })
    expect(await ledger.head('run/c')).toBeNull()
    expect(await own()).toEqual(before)
  })
})

/** What JSON writes with a backslash, or what somebody else might. */
const awkward = [
  '"',
  '\\',
  '\b',
  '\f',
  '\n',
  '\r',
  '\t',
  '\0',
  '\u001f',
  '\u007f',
  '\u2028',
  '\ud800',
  '/',
  '<',
]

describe('the database', () => {
  test('a ledger of a newer version is refused', async () => {
    const url = await databases.fresh()
    const { pool } = await databases.opened(url)
    await pool.sql('UPDATE plimsoll.layout SET done = 99')
    await expect(openPostgres(addressOf(url))).rejects.toThrow(LedgerUnusable)
    const reading = readingPostgres(addressOf(url), ({ streams }) => streams())
    await expect(reading).rejects.toThrow(LedgerUnusable)
  })

  test('one of before the appends in one statement goes on', async () => {
    const url = await databases.fresh()
    const { pool, ledger } = await databases.opened(url)
    await ledger.append([seen('run/a', 0)])
    await pool.anySql(`DROP FUNCTION plimsoll.append; DROP FUNCTION plimsoll.conflict;
      ALTER TABLE plimsoll.streams DROP COLUMN at;
      CREATE INDEX events_at ON plimsoll.events (at);`)
    await pool.sql('UPDATE plimsoll.layout SET done = 1')
    const reading = readingPostgres(addressOf(url), ({ streams }) => streams())
    await expect(reading).rejects.toThrow('start the app on it once')
    const { ledger: newer } = await databases.opened(url)
    expect(await newer.append([seen('run/a', 1)])).toMatchObject({ kind: 'appended' })
    expect(await newer.read('run/a')).toHaveLength(2)
  })

  test('where there is none, readers say so and make none', async () => {
    const url = await databases.fresh()
    const reading = () => readingPostgres(addressOf(url), ({ streams }) => streams())
    await expect(reading()).rejects.toThrow('there is no ledger in LEDGER_URL')
    await expect(reading()).rejects.toThrow('there is no ledger in LEDGER_URL')
    const nowhere = openPostgres(addressOf('postgres://postgres@127.0.0.1:9/none'))
    await expect(nowhere).rejects.toThrow(LedgerUnusable)
  })

  test('a commit waits for the disk, whatever the database has as its default', async () => {
    const url = await databases.fresh()
    await server.sql(
      `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`,
    )
    const { pool } = await databases.opened(url)
    expect(await pool.sql('SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'on' }])
  })
})
