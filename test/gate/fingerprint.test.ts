/** What an approval is bound to, and what voids it. DESIGN.md, 3. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/gate/digest.ts'
import { type Basis, fingerprintOf, type Judged, movedSince } from '../../src/gate/fingerprint.ts'
import { examinePlan } from '../../src/gate/plan.ts'
import { noHistory } from '../../src/gate/rules.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import { database, site, siteWith, upgrade } from '../runs/process.ts'
import { examined, factsWith, factsWithout, now, target } from './sample.ts'

const shown = examined()

/** The keys of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, one]) => [key, reordered(one)]),
  )
}

describe('a digest', () => {
  test('is the same for the same value, whatever the order of its keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(digestOf(reordered(value))).toBe(digestOf(value))
      }),
      { numRuns: 200 },
    )
  })

  test('differs for values that differ', () => {
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const isSame = isDeepStrictEqual(plain(one), plain(other))
        expect(digestOf(one) === digestOf(other)).toBe(isSame)
      }),
      { numRuns: 200 },
    )
    expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }))
  })
})

describe('the fingerprint', () => {
  test('is the same for the same look, in any order of facts and keys', () => {
    const facts = factsWith({ flags: { a: '1', b: '2' } })
    const other = factsWith({ flags: { b: '2', a: '1' } }).toReversed()
    expect(examined({ facts: other }).fingerprint).toBe(examined({ facts }).fingerprint)
    expect(shown.fingerprint).toMatch(/^[0-9a-f]{64}$/)
  })

  test.for([
    ['tier', 'db-custom-4-15360'],
    ['edition', 'enterprise-plus'],
    ['availability', 'zonal'],
    ['diskGb', 51],
    ['version', 15],
    ['flags', { max_connections: '500' }],
    ['activationPolicy', 'NEVER'],
    ['settingsVersion', '18'],
  ] as const)('%s is in it', ([field, value]) => {
    const fresh = examined({ facts: factsWith({ [field]: value }) })
    expect(fresh.fingerprint).not.toBe(shown.fingerprint)
    expect(movedSince(shown, fresh).map(({ what }) => what)).toContain(
      field === 'settingsVersion' ? 'version' : `${target}.${field}`,
    )
  })

  test.for(['tier', 'settingsVersion'])('%s that cannot be seen any more voids it', (field) => {
    expect(movedSince(shown, examined({ facts: factsWithout(field) }))).not.toEqual([])
  })

  test('the document and its policy, the step and its input are in it', () => {
    const others = [
      examined({ document: siteWith({ monthlyBudgetUsd: 2_221 }) }),
      examined({ step: patchCloudSqlTier({ database, tier: 'db-custom-16-61440' }) }),
    ]
    for (const fresh of others) {
      expect(fresh.fingerprint).not.toBe(shown.fingerprint)
      expect(movedSince(shown, fresh)).not.toEqual([])
    }
    const another: Basis = { ...shown.basis, input: { database, tier: 'db-g1-small' } }
    expect(movedSince(shown, { basis: another, judged: shown.judged })).toMatchObject([
      { what: 'request' },
    ])
  })

  test('measured facts are not in it, nor when it was looked', () => {
    const facts = factsWith({ sessions: 12, maxConnections: 400 })
    const later = factsWith({ sessions: 300, maxConnections: 390 }, now + 5_000)
    expect(examined({ facts: later, at: now + 5_000 }).fingerprint).toBe(
      examined({ facts }).fingerprint,
    )
  })

  test('each reason, the verdict and the disruption are in it', () => {
    const { basis, judged } = shown
    const variants: readonly Partial<Judged>[] = [
      { verdict: 'clear' },
      { reasons: judged.reasons.slice(1) },
      { reasons: [...judged.reasons, { code: 'law-tight', law: 'db-memory', subject: target }] },
      { disruptions: [{ target, secondsMax: 61 }] },
      { costDeltaUsd: 1e6 },
    ]
    const all = variants.map((one) => fingerprintOf(basis, { ...judged, ...one }))
    expect(new Set([...all, shown.fingerprint]).size).toBe(variants.length + 1)
    const turned = { ...judged, reasons: judged.reasons.toReversed() }
    expect(fingerprintOf(basis, turned)).toBe(shown.fingerprint)
  })
})

describe('what moved', () => {
  const { basis, judged } = shown
  const moved = (fresh: Partial<Judged>) =>
    movedSince(shown, { basis, judged: { ...judged, ...fresh } }).map(({ what }) => what)

  test('nothing, when it is the same or better: the consent holds', () => {
    expect(moved({})).toEqual([])
    expect(moved({ verdict: 'clear', reasons: [], disruptions: [] })).toEqual([])
  })

  test('a worse verdict, a new reason or a longer disruption voids it', () => {
    const reason = { code: 'law-tight', law: 'db-memory', subject: target }
    expect(moved({ verdict: 'block' })).toEqual(['verdict'])
    expect(moved({ reasons: [...judged.reasons, reason] })).toEqual(['reason'])
    expect(moved({ disruptions: [{ target, secondsMax: 61 }] })).toEqual(['disruption'])
  })

  test('each configured fact is named with what it was and what it is', () => {
    const fresh = examined({ facts: factsWith({ availability: 'zonal', settingsVersion: '18' }) })
    expect(movedSince(shown, fresh)).toEqual(
      expect.arrayContaining([
        { what: `${target}.availability`, before: 'regional', after: 'zonal' },
        { what: 'version', before: '17', after: '18' },
      ]),
    )
  })
})

test('a plan of the same steps from another text of its runbook is another plan', () => {
  const digests = ['one', 'one', 'other'].map((digest) => {
    const runbook = { name: 'scale', parameters: {}, digest }
    const items = [{ kind: 'step', step: upgrade, why: null }] as const
    const seen = { document: site, facts: factsWith(), reservations: [], now }
    return examinePlan({ ...seen, items, runbook, history: noHistory, run: null }).fingerprint
  })
  expect(digests[1]).toBe(digests[0])
  expect(digests[2]).not.toBe(digests[0])
})
