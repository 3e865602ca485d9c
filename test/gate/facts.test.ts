/** Facts laid over the System document: the world wins; what is missing, too old or of tomorrow is unknown. */
import { describe, expect, test } from 'vitest'
import { isSeen, viewOf } from '../../src/gate/facts.ts'
import { site, siteWith } from '../runs/process.ts'
import { codes, examined, factsWith, factsWithout, now, target } from './sample.ts'

const tier = `${target}.tier`
const second = 1_000

describe('what was observed', () => {
  test('wins over what is declared, and the difference is drift', () => {
    const facts = factsWith({ tier: 'db-custom-4-15360', flags: { work_mem: '8192' } })
    const view = viewOf(site, facts, now)
    expect(view.system.databases['tuki-db-prod']?.tier).toBe('db-custom-4-15360')
    expect(view.drift).toEqual([
      { fact: tier, declared: 'db-custom-2-7680', observed: 'db-custom-4-15360' },
      { fact: `${target}.flags`, declared: {}, observed: { work_mem: '8192' } },
    ])
    expect(site.databases['tuki-db-prod']?.tier).toBe('db-custom-2-7680')
  })

  test('as declared is no drift, whatever the order of keys', () => {
    const flags = { a: '1', b: '2' }
    const prod = { ...site.databases['tuki-db-prod'], flags }
    const declared = viewOf(site, [], now)
    expect(declared).toMatchObject({ drift: [], unknown: [], observedAt: null })
    expect(viewOf(site, factsWith(), now)).toMatchObject({ drift: [], unknown: [] })
    const document = { ...site, databases: { 'tuki-db-prod': { ...prodOf(site), ...prod } } }
    const facts = factsWith({ flags: { b: '2', a: '1' } })
    expect(viewOf(document, facts, now).drift).toEqual([])
  })

  test('of what the document does not have is kept beside it, not laid into it', () => {
    const view = viewOf(site, factsWith({ sessions: 12 }), now)
    expect(view.system).toEqual(site)
    expect(view.facts).toHaveLength(11)
  })

  test('that the document could not hold is our bug, and never a verdict', () => {
    expect(() => viewOf(site, factsWith({ edition: 'basic' }), now)).toThrow()
  })
})

const prodOf = (document: typeof site) => {
  const prod = document.databases['tuki-db-prod']
  if (prod === undefined) throw new Error('no tuki-db-prod')
  return prod
}

describe('unknown', () => {
  test.for([
    ['a minute old', 60 * second, []],
    ['older than configured facts may be', 60 * second + 1, 'all'],
    ['of a later time than ours', -1, 'all'],
  ] as const)('%s', ([, ageMs, expected]) => {
    const facts = factsWith({ tier: 'db-custom-4-15360' }, now - ageMs)
    const { unknown, system } = viewOf(site, facts, now)
    expect(unknown).toEqual(expected === 'all' ? facts.map(({ name }) => name) : [])
    const declared = expected === 'all' ? 'db-custom-2-7680' : 'db-custom-4-15360'
    expect(system.databases['tuki-db-prod']?.tier).toBe(declared)
  })

  test('a measured fact may be older than a configured one, within its own limit', () => {
    const measured = [`${target}.sessions`, `${target}.maxConnections`]
    const unknown = (ageMs: number) =>
      viewOf(site, factsWith({ sessions: 1, maxConnections: 400 }, now - ageMs), now).unknown
    expect(unknown(300 * second).some((name) => measured.includes(name))).toBe(false)
    expect(unknown(300 * second + 1)).toEqual(expect.arrayContaining(measured))
  })

  test('a fact that the step needs makes the verdict review, with its name', () => {
    for (const facts of [factsWithout('tier'), factsWith({}, now - 61 * second)]) {
      const examination = examined({ facts })
      expect(examination.verdict).toBe('review')
      expect(examination.reasons).toContainEqual(
        expect.objectContaining({ code: 'fact-unknown', subject: tier }),
      )
    }
    expect(codes(examined())).not.toContain('fact-unknown')
  })

  test('the limits are those of the policy', () => {
    const strict = siteWith({ maxFactAgeSeconds: { configured: 1, measured: 2 } })
    expect(viewOf(strict, factsWith({}, now - 1_001), now).unknown).toHaveLength(10)
  })
})

describe('just seen', () => {
  const isTierSeen = (facts: ReturnType<typeof factsWith>, at = now) =>
    isSeen(viewOf(site, facts, at), tier, at)

  test('is an observation of the last ten seconds, and nothing that is declared', () => {
    expect(isTierSeen(factsWith({}, now - 10 * second))).toBe(true)
    expect(isTierSeen(factsWith({}, now - 10 * second - 1))).toBe(false)
    expect(isTierSeen(factsWith({}, now + 1))).toBe(false)
    expect(isTierSeen(factsWithout('tier'))).toBe(false)
    expect(isTierSeen([])).toBe(false)
  })
})
