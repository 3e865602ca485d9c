/** Predicted beside observed: confirmed, contradicted or not observed. DESIGN.md, 2. */

import { describe, expect, test } from 'vitest'
import { evidenceFor, readingOf } from '../../src/gate/evidence.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import type { WorldReader } from '../../src/world/world.ts'
import { factsWith, factsWithout, now, target } from './sample.ts'

const read: WorldReader = {
  ...nowhere.read,
  cloudSql: { unconfigured: true, remedy: 'set GOOGLE_CLOUD_PROJECT' },
  postgres: { unconfigured: true, remedy: 'set DATABASE_URL_<NAME>' },
}
const expected = (field: string, predicted: string | number | null | { a: number; b: number }) => [
  { fact: `${target}.${field}`, predicted },
]
const outcome = (...[expectations, facts, endedAt = now]: Parameters<typeof seen>) =>
  seen(expectations, facts, endedAt)[0]?.outcome
const seen = (
  expectations: ReturnType<typeof expected>,
  facts: ReturnType<typeof factsWith>,
  endedAt = now,
) => evidenceFor(expectations, facts, endedAt, read)

describe('a read begun after the operation ended', () => {
  test('confirms what it shows, and contradicts what it does not', () => {
    expect(seen(expected('tier', 'db-custom-2-7680'), factsWith())).toEqual([
      {
        fact: `${target}.tier`,
        predicted: 'db-custom-2-7680',
        observed: 'db-custom-2-7680',
        outcome: 'confirmed',
        source: 'Cloud SQL Admin API',
        observedAt: now,
        remedy: null,
      },
    ])
    expect(outcome(expected('tier', 'db-custom-8-30720'), factsWith())).toBe('contradicted')
    expect(outcome(expected('version', '14'), factsWith())).toBe('contradicted')
    const flags = factsWith({ flags: { b: 2, a: 1 } })
    expect(outcome(expected('flags', { a: 1, b: 2 }), flags)).toBe('confirmed')
    expect(outcome(expected('operation', null), factsWith())).toBe('confirmed')
  })

  test('that has not come yet observes nothing: an earlier one does not count', () => {
    const tier = expected('tier', 'db-custom-2-7680')
    expect(outcome(tier, factsWith({}, now - 1))).toBe('not-observed')
    expect(outcome(tier, factsWith({}, now))).toBe('confirmed')
  })

  test('that nobody answered says why; one that nobody could ask says how to let it', () => {
    const tier = expected('tier', 'db-custom-2-7680')
    expect(seen(tier, factsWithout('tier'))[0]).toMatchObject({
      outcome: 'not-observed',
      observed: null,
      remedy: 'nobody answers',
    })
    expect(seen(expected('maxConnections', 600), factsWith())[0]).toMatchObject({
      outcome: 'not-observed',
      remedy: 'set DATABASE_URL_TUKI_DB_PROD',
    })
    expect(seen(tier, [])[0]?.remedy).toBe('set GOOGLE_CLOUD_PROJECT')
  })
})

test('a reading predicts nothing, so what is seen stands and what is not seen is not observed', () => {
  const names = ['tier', 'sessions'].map((field) => `${target}.${field}`)
  expect(readingOf(names, factsWith({}, now - 1), read).map((one) => one.outcome)).toEqual([
    'confirmed',
    'not-observed',
  ])
})

describe('a bound is all that was seen of a number', () => {
  const fact = `${target}.p95Ms`
  const outcomeOf = (observed: unknown, predicted: number, atMost = true) => {
    const facts = factsWith().map((one, index) =>
      index === 0 && one.kind === 'observed' ? { ...one, name: fact, value: observed } : one,
    )
    return evidenceFor([{ fact, predicted, atMost }], facts, now, read)[0]?.outcome
  }
  const bound = (atMost: number, inside: number, of = 3) => ({ atMost, in: inside, of })

  test('it confirms what is no lower, where every part kept it', () => {
    expect(outcomeOf(bound(500, 3), 500)).toBe('confirmed')
    expect(outcomeOf(bound(400, 3), 500)).toBe('confirmed')
  })

  test.each([
    ['a part that did not keep it', bound(500, 2), 500, true],
    ['a bound above the prediction', bound(501, 3), 500, true],
    ['no part at all', bound(500, 0, 0), 500, true],
    ['a prediction of the number itself', bound(500, 3), 500, false],
  ])('%s contradicts', (_, observed, predicted, atMost) => {
    expect(outcomeOf(observed, predicted, atMost)).toBe('contradicted')
  })
})
