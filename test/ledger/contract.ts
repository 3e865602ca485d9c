/** What every ledger must hold: run over SQLite and over the one in memory. DESIGN.md, 3. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Append, Ledger } from '../../src/ledger/ledger.ts'
import type { Clock } from '../../src/world/world.ts'

export type LedgerMaker = (clock: Clock) => Ledger

const happened = (type: string) => ({ type, v: 1 })

const one = (
  stream: string,
  expectedVersion: number,
  options: { types?: readonly string[]; dueAt?: number | null } = {},
): Append => {
  const { types = ['seen'], dueAt = null } = options
  return { stream, expectedVersion, events: types.map(happened), dueAt }
}

export function ledgerContract(make: LedgerMaker): void {
  appending(make)
  timing(make)
  finding(make)
  inAnyOrder(make)
}

function appending(make: LedgerMaker): void {
  const clock = { now: () => 1_000 }

  test('events come back in order, counted from 1, as they were written', async () => {
    const ledger = make(clock)
    const event = { type: 'said', v: 1, words: ['é', null, 1.5], deep: { a: true } }
    await ledger.append([{ stream: 'run/a', expectedVersion: 0, events: [event], dueAt: null }])
    await ledger.append([one('run/a', 1, { types: ['b', 'c'] })])
    expect(await ledger.read('run/a')).toEqual([
      { version: 1, at: 1_000, event },
      { version: 2, at: 1_000, event: happened('b') },
      { version: 3, at: 1_000, event: happened('c') },
    ])
    expect(await ledger.read('run/none')).toEqual([])
  })

  test('several streams are appended all or none', async () => {
    const ledger = make(clock)
    const both = await ledger.append([one('run/a', 0), one('system/tuki', 0)])
    expect(both.kind).toBe('appended')
    const stale = await ledger.append([one('run/a', 1), one('system/tuki', 0)])
    expect(stale).toEqual({ kind: 'conflict', stream: 'system/tuki', version: 1 })
    expect(await ledger.read('run/a')).toHaveLength(1)
    expect(await ledger.read('system/tuki')).toHaveLength(1)
  })

  test('a version that is no longer current conflicts and writes nothing', async () => {
    const ledger = make(clock)
    await ledger.append([one('run/a', 0, { dueAt: 5 })])
    for (const version of [0, 2])
      expect(await ledger.append([one('run/a', version, { types: ['late'] })])).toEqual({
        kind: 'conflict',
        stream: 'run/a',
        version: 1,
      })
    expect(await ledger.read('run/a')).toMatchObject([{ version: 1, event: happened('seen') }])
    expect(await ledger.due(5, 10)).toEqual(['run/a'])
  })

  test('of two appends at one version exactly one is first', async () => {
    const ledger = make(clock)
    const results = await Promise.all(
      Array.from({ length: 8 }, () => ledger.append([one('run/a', 0)])),
    )
    expect(results.filter(({ kind }) => kind === 'appended')).toHaveLength(1)
    expect(await ledger.read('run/a')).toHaveLength(1)
  })
}

function timing(make: LedgerMaker): void {
  test('its clock never goes back behind the last event', async () => {
    let at = 5_000
    const ledger = make({ now: () => at })
    await ledger.append([one('run/a', 0)])
    at = 1_000
    expect(await ledger.now()).toBe(5_000)
    expect(await ledger.append([one('run/b', 0)])).toEqual({ kind: 'appended', at: 5_000 })
    at = 6_000
    expect(await ledger.now()).toBe(6_000)
    expect((await ledger.read('run/b'))[0]?.at).toBe(5_000)
  })

  test('the due are those whose time has come, the most overdue first, at most so many', async () => {
    const ledger = make({ now: () => 0 })
    await ledger.append([
      one('run/late', 0, { dueAt: 30 }),
      one('run/soon', 0, { dueAt: 10 }),
      one('run/next', 0, { dueAt: 20 }),
      one('run/never', 0),
    ])
    expect(await ledger.due(9, 10)).toEqual([])
    expect(await ledger.due(20, 10)).toEqual(['run/soon', 'run/next'])
    expect(await ledger.due(99, 2)).toEqual(['run/soon', 'run/next'])
    await ledger.append([one('run/soon', 1)])
    expect(await ledger.due(99, 10)).toEqual(['run/next', 'run/late'])
  })

  test('a stream that is due stays due since it was, until it is not', async () => {
    let at = 100
    const ledger = make({ now: () => at })
    await ledger.append([one('run/busy', 0, { dueAt: 10 }), one('run/other', 0, { dueAt: 20 })])
    await ledger.append([one('run/busy', 1, { dueAt: 100 })])
    expect(await ledger.due(100, 10)).toEqual(['run/busy', 'run/other'])
    expect(await ledger.due(15, 10)).toEqual(['run/busy'])
    await ledger.append([one('run/busy', 2, { dueAt: 150 })])
    expect(await ledger.due(100, 10)).toEqual(['run/other'])
    at = 200
    await ledger.append([one('run/busy', 3, { dueAt: 190 })])
    expect(await ledger.due(149, 10)).toEqual(['run/other'])
    expect(await ledger.due(190, 10)).toEqual(['run/other', 'run/busy'])
    await ledger.append([one('run/busy', 4)])
    expect(await ledger.due(999, 10)).toEqual(['run/other'])
  })
}

function finding(make: LedgerMaker): void {
  test('the newest streams of a prefix come first, by their beginning', async () => {
    let at = 0
    const ledger = make({ now: () => at })
    for (const name of ['run/a', 'system/x', 'run/b', 'run_c', 'run/%']) {
      at += 1
      await ledger.append([one(name, 0)])
    }
    await ledger.append([one('run/a', 1)])
    expect(await ledger.newest('run/', 10)).toEqual(['run/%', 'run/b', 'run/a'])
    expect(await ledger.newest('run/', 1)).toEqual(['run/%'])
  })

  test('a document is kept once, by its digest', async () => {
    const ledger = make({ now: () => 0 })
    await ledger.keepDocument('sha', '{"a":1}')
    await ledger.keepDocument('sha', '{"a":2}')
    expect(await ledger.document('sha')).toBe('{"a":1}')
    expect(await ledger.document('other')).toBeNull()
  })
}

function inAnyOrder(make: LedgerMaker): void {
  test('whatever is appended, a stream holds exactly what was accepted', async () => {
    const names = fc.constantFrom('run/a', 'run/b', 'system/x')
    const append = fc.record({ stream: names, ahead: fc.constantFrom(0, 0, 0, 1, -1) })
    const batches = fc.array(
      fc.uniqueArray(append, { selector: ({ stream }) => stream, minLength: 1, maxLength: 3 }),
      { maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        const ledger = make({ now: () => 0 })
        const lengths = new Map<string, number>()
        const lengthOf = (stream: string) => lengths.get(stream) ?? 0
        for (const batch of all) {
          const result = await ledger.append(
            batch.map(({ stream, ahead }) => one(stream, lengthOf(stream) + ahead)),
          )
          const fits = batch.every(({ ahead }) => ahead === 0)
          expect(result.kind).toBe(fits ? 'appended' : 'conflict')
          if (fits) for (const { stream } of batch) lengths.set(stream, lengthOf(stream) + 1)
        }
        for (const stream of ['run/a', 'run/b', 'system/x'])
          expect(await ledger.read(stream)).toHaveLength(lengthOf(stream))
        await ledger.close()
      }),
      { numRuns: 10 },
    )
  })
}
