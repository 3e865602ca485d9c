/** What would change a finding, and what people get wrong about it. */
import { describe, expect, it } from 'vitest'
import { assess } from '../../src/capacity/assess.ts'
import { laws } from '../../src/capacity/laws/catalogue.ts'
import { leversOf } from '../../src/define/levers.ts'
import { catalogue } from '../../src/steps/index.ts'
import { explanationOf } from '../../src/words/en-explain.ts'
import { golden, systemCases, today } from '../capacity/golden.ts'

const site = golden('today')
const context = { today, catalogue }

function levers(law: string) {
  const found = assess(site, { today }).findings.find((one) => one.law === law)
  if (found === undefined) throw new Error(law)
  return leversOf(site, found, context)
}

describe('what would change it', () => {
  it('for connections: a larger tier, a pooler, fewer instances, each by how much', () => {
    const told = levers('db-connections').map(({ step, finding, supportedUsers }) => [
      step,
      finding?.demand,
      finding?.limit,
      supportedUsers.after,
    ])
    expect(told.slice(0, 2)).toEqual([
      ['patch-cloud-sql-tier', 1_890, 490, 3_696],
      ['route-through-pooler', 140, 390, 3_300],
    ])
    expect(told).toContainEqual(['scale-service', 990, 390, 2_904])
    expect(told).toContainEqual(['scale-service', 1_850, 390, 2_640])
  })

  it.each([
    ['web-concurrency', 'scale-service'],
    ['celery-scaling', 'scale-service'],
    ['celery-prefetch', 'bump-celery-concurrency'],
    ['alert-fires', 'retarget-alert'],
    ['db-cpu', 'patch-cloud-sql-tier'],
  ])('%s is helped by %s', (law, step) => {
    const now = assess(site, { today }).findings.find((one) => one.law === law)
    const helps = levers(law).filter((one) => one.step === step)
    expect(helps.length).toBeGreaterThan(0)
    const [first] = helps
    expect(first?.finding?.severity !== now?.severity || law === 'db-cpu').toBe(true)
  })

  it('is a step that this System has, on every golden System', () => {
    for (const { system } of systemCases)
      for (const finding of assess(system, { today }).findings)
        for (const { step, input } of leversOf(system, finding, context)) {
          const bound = catalogue.bind(step, input)
          if ('kind' in bound) throw new Error(`${step} ${JSON.stringify(bound)}`)
          expect(bound.missing(system)).toBeNull()
        }
  })
})

describe('what people get wrong', () => {
  it('is said of max_connections: a step table, not memory / 9.5', () => {
    expect(explanationOf('db-connections')?.mistake).toContain('not memory / 9.5')
    expect(explanationOf('of-newer-code')).toBeNull()
  })

  it('is said of every law, with what would change it', () => {
    for (const { id } of laws) {
      const { changes = '', mistake = '' } = explanationOf(id) ?? {}
      for (const sentence of [changes, mistake]) expect(sentence, id).toMatch(/^\S.{15,}\.$/)
    }
  })
})
