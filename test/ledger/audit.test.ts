/** Whoever has an anchor finds what was done to the ledger; without one the answer says what it cannot see. */
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ledgerFile } from '../../src/ledger/sqlite.ts'
import { readingSqlite } from '../../src/ledger/sqlite-file.ts'
import { type Anchor, type Audit, auditOf, readAnchor } from '../../src/runs/audit.ts'
import { timelineOf } from '../../src/runs/timeline.ts'
import { type Fate, fates, type Plot, type Story, writtenIn } from './audited.ts'
import { temporaryFolder } from './temporary.ts'

const row = z.object({ stream: z.string(), version: z.int(), at: z.int(), body: z.string() })
type Row = z.infer<typeof row>

function audited(folder: string, anchor: Anchor | null): Promise<Audit> {
  return readingSqlite(ledgerFile(folder), (archive) => auditOf(archive, anchor))
}

/** As somebody with the file and a tool would. */
function tamper(folder: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(ledgerFile(folder))
  work(database)
  database.close()
}

function rowsIn(database: DatabaseSync): readonly Row[] {
  const all = database.prepare('SELECT * FROM events ORDER BY stream, version').all()
  return all.map((one) => row.parse(one))
}

/** The tail goes, and the index is made to fit what is left. */
function cut(database: DatabaseSync, stream: string, kept: number): void {
  database.prepare('DELETE FROM events WHERE stream = ? AND version > ?').run(stream, kept)
  if (kept === 0) database.prepare('DELETE FROM streams WHERE name = ?').run(stream)
  else
    database
      .prepare(`UPDATE streams SET version = ?2, hash =
        (SELECT hash FROM events WHERE stream = ?1 AND version = ?2) WHERE name = ?1`)
      .run(stream, kept)
}

const isOver = (fate: Fate) => !['waiting', 'claimed'].includes(fate)
const plots = fc
  .record({
    fates: fc.array(fc.constantFrom(...fates), { minLength: 1, maxLength: 5 }),
    turns: fc.array(fc.nat(4), { maxLength: 30 }),
  })
  .filter((plot) => plot.fates.some(isOver))

/** The hash of the System's stream that the newest seal was shown with. */
async function anchorOf({ journal, runs }: Story): Promise<Anchor> {
  const ended = runs.find(({ stage }) => stage.kind === 'ended')
  const sealed = ended === undefined ? null : await journal.sealed(ended)
  if (sealed === null) throw new Error('nothing was sealed')
  return { stream: 'system/tuki', hash: sealed.system }
}

describe('one tampering with a random ledger', () => {
  const kinds = [
    'body',
    'at',
    'hash',
    'remove',
    'swap',
    'cut',
    'stream',
    'document',
    'index',
  ] as const
  const choices = fc.record({ kind: fc.constantFrom(...kinds), where: fc.nat(), other: fc.nat() })
  const tried = new Map<string, number>()

  test('is found, given the anchor; untouched it holds', async () => {
    await fc.assert(
      fc.asyncProperty(plots, choices, async (plot, { kind, where, other }) => {
        const folder = temporaryFolder()
        const anchor = await anchorOf(await writtenIn(folder, plot))
        expect((await audited(folder, anchor)).damage).toEqual([])
        let touched = false
        tamper(folder, (database) => {
          touched = doing[kind](database, plot, where, other)
        })
        if (!touched) return
        tried.set(kind, (tried.get(kind) ?? 0) + 1)
        expect((await audited(folder, anchor)).damage, `${kind} ${where} ${other}`).not.toEqual([])
      }),
      { numRuns: 120 },
    )
    expect([...tried.keys()].sort()).toEqual([...kinds].sort())
  })

  type Doing = (database: DatabaseSync, plot: Plot, where: number, other: number) => boolean
  const set = (column: 'body' | 'at' | 'hash', to: (row: Row) => string | number): Doing =>
    function change(database, _plot, where) {
      const rows = rowsIn(database)
      const hit = rows[where % rows.length]
      if (hit === undefined) return false
      database
        .prepare(`UPDATE events SET ${column} = ? WHERE stream = ? AND version = ?`)
        .run(to(hit), hit.stream, hit.version)
      return true
    }
  const doing: Readonly<Record<(typeof kinds)[number], Doing>> = {
    body: set('body', ({ body }) => body.replace('{', '{"x":1,')),
    at: set('at', ({ at }) => at - 1),
    hash: set('hash', () => 'ab'.repeat(32)),
    remove: (database, _plot, where) => {
      const rows = rowsIn(database)
      const hit = rows[where % rows.length]
      if (hit === undefined) return false
      database
        .prepare('DELETE FROM events WHERE stream = ? AND version = ?')
        .run(hit.stream, hit.version)
      return true
    },
    swap: (database, _plot, where, other) => {
      const rows = rowsIn(database)
      const [one, two] = [rows[where % rows.length], rows[other % rows.length]]
      if (one === undefined || two === undefined || one.body === two.body) return false
      database.exec('CREATE TEMP TABLE spare AS SELECT * FROM events')
      const swap = database.prepare(`UPDATE events SET (at, body, hash) =
        (SELECT at, body, hash FROM spare WHERE stream = ? AND version = ?)
        WHERE stream = ? AND version = ?`)
      swap.run(one.stream, one.version, two.stream, two.version)
      swap.run(two.stream, two.version, one.stream, one.version)
      return true
    },
    cut: (database, plot, where, other) => {
      const streams = vouchedFor(plot, isOver)
      const stream = streams[where % streams.length] ?? ''
      const length = rowsIn(database).filter((one) => one.stream === stream).length
      cut(database, stream, other % length)
      return true
    },
    stream: (database, plot, where) => {
      const streams = vouchedFor(plot, (fate) => fate !== 'waiting')
      cut(database, streams[where % streams.length] ?? '', 0)
      return true
    },
    document: (database) => {
      database.exec(`UPDATE documents SET body = '{"name":"other"}'`)
      return true
    },
    index: (database, _plot, where) => {
      const rows = rowsIn(database)
      const { stream } = rows[where % rows.length] ?? { stream: '' }
      database.prepare('UPDATE streams SET version = version + 1 WHERE name = ?').run(stream)
      return true
    },
  }
  const vouchedFor = (plot: Plot, isVouched: (fate: Fate) => boolean) => [
    'system/tuki',
    ...plot.fates.flatMap((fate, index) => (isVouched(fate) ? [`run/r${index}`] : [])),
  ]
})

describe('a ledger written anew from its beginning, hashes and all', () => {
  const plot: Plot = { fates: ['done', 'rejected', 'blocked'], turns: [] }
  const forged: Plot = { ...plot, forged: { run: 0, by: 'U0NOBODY' } }

  test('holds by itself, and not by the anchor of that run or of any later one', async () => {
    const [folder, other] = [temporaryFolder(), temporaryFolder()]
    const { journal, runs } = await writtenIn(folder, plot)
    await writtenIn(other, forged)
    expect((await audited(other, null)).damage).toEqual([])
    const own = (await journal.sealed(runs[0] ?? failed()))?.run ?? ''
    for (const anchor of [
      { stream: 'run/r0', hash: own },
      { stream: null, hash: own.slice(0, 12) },
      await anchorOf({ journal, runs }),
    ]) {
      expect((await audited(folder, anchor)).damage).toEqual([])
      expect((await audited(other, anchor)).damage).toEqual([{ code: 'anchor-not-found', anchor }])
    }
  })

  test('what a run’s message says finds its own tail cut, and its seal with it', async () => {
    const folder = temporaryFolder()
    const { journal, runs } = await writtenIn(folder, { fates: ['done'], turns: [] })
    const anchor = {
      stream: 'run/r0',
      hash: (await journal.sealed(runs[0] ?? failed()))?.run ?? '',
    }
    tamper(folder, (database) => cut(database, 'system/tuki', 2))
    const unsealed = { code: 'unsealed', stream: 'run/r0' }
    expect((await audited(folder, anchor)).damage).toContainEqual(unsealed)
    tamper(folder, (database) => cut(database, 'run/r0', 5))
    expect((await audited(folder, anchor)).damage).toContainEqual({
      code: 'anchor-not-found',
      anchor,
    })
    // The limit that the answer names: without the anchor nothing shows any more.
    const blind = await audited(folder, null)
    expect(blind.damage).toEqual([])
    expect(blind.open).toEqual(['r0'])
    expect(blind.anchored).toBeNull()
  })
})

test('an anchor is a hash, or its first digits, alone or after a run or a stream', () => {
  const hash = 'ab'.repeat(32)
  expect(readAnchor(hash)).toEqual({ stream: null, hash })
  expect(readAnchor(' r1:ABCDEF01 ')).toEqual({ stream: 'run/r1', hash: 'abcdef01' })
  expect(readAnchor(`system/tuki:${hash}`)).toEqual({ stream: 'system/tuki', hash })
  for (const text of ['', 'abc', `${hash}0`, 'r1:xyz', ':abcdef01'])
    expect(readAnchor(text), text).toBeNull()
})

test('a run is read with its chain, also where it was changed', async () => {
  const folder = temporaryFolder()
  await writtenIn(folder, { fates: ['done'], turns: [] })
  const read = () => readingSqlite(ledgerFile(folder), (archive) => timelineOf(archive, 'r0'))
  const timeline = await read()
  expect(timeline?.broken).toBeNull()
  expect(timeline?.entries.map(({ event }) => event?.type).slice(0, 2)).toEqual([
    'run-started',
    'step-forecast',
  ])
  tamper(folder, (database) =>
    database.exec(`UPDATE events SET body = 'no JSON' WHERE stream = 'run/r0' AND version = 2`),
  )
  const changed = await read()
  expect(changed?.broken).toEqual({ code: 'changed', version: 2 })
  expect(changed?.entries[1]).toMatchObject({ body: 'no JSON', event: null })
})

function failed(): never {
  throw new Error('no run')
}
