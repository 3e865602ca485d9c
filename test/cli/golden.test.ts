/**
 * Every golden case, and others in their spirit, through the verbs as a person calls them: the real
 * command line with the real catalogue, in this process and, a few, as the product puts it together.
 */
import { afterAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { systemCases, verdictCases } from '../capacity/golden.ts'
import { checkShape, planShape, reviewShape, statusShape } from './shapes.ts'
import { exitCodes, say, terminal, words } from './terminal.ts'
import { answer } from './warm.ts'

const { fileOf, clear } = terminal()
afterAll(clear)

describe('status says of every golden System what its case expects', () => {
  test.each(systemCases)('$id', async ({ id, system, expect: expected }) => {
    const { code, said } = await say(['status'], fileOf(id, system))
    const status = statusShape.parse(said)
    expect(code).toBe(0)
    expect([status.supportedUsers, status.binding]).toEqual([
      expected.supportedUsers,
      expected.binding,
    ])
    for (const one of expected.findings) {
      const found = status.findings.find(
        ({ law, subject }) => law === one.law && subject === one.subject,
      )
      expect(found, `${one.law} ${one.subject}`).toMatchObject(closely(one))
    }
  })
})

describe('check gives every golden verdict, with its exit code', () => {
  test.each(verdictCases)('$title', async ({ title, now, step, input, verdict }) => {
    const { code, said } = await say(['check', step, ...words(input)], fileOf(title, now))
    const check = checkShape.parse(said)
    expect(code).toBe(exitCodes[check.verdict])
    expect(verdictWithoutCost(check)).toBe(verdict)
    expect(check.input).toEqual(input)
  })

  test('and review the same, of each case as a proposal of one step', async () => {
    for (const { title, now, step, input, verdict } of verdictCases) {
      const proposal = fileOf('proposal', { steps: [{ step, input }] })
      const { code, said } = await say(['review', proposal], fileOf(title, now))
      const review = reviewShape.parse(said)
      expect(code).toBe(exitCodes[review.verdict])
      const [only] = review.steps
      expect(only && verdictWithoutCost(only), title).toBe(verdict)
    }
  })
})

/** The golden verdicts leave the cost out: its rise alone is a review where they say clear. */
function verdictWithoutCost({
  verdict,
  reasons,
}: Pick<z.infer<typeof checkShape>, 'verdict' | 'reasons'>) {
  const isCostAlone = reasons.length > 0 && reasons.every(({ code }) => code === 'cost-rises')
  return verdict === 'review' && isCostAlone ? 'clear' : verdict
}

describe('plan answers on every golden System', () => {
  test.each(systemCases)('$id', async ({ id, system }) => {
    const file = fileOf(id, system)
    for (const users of [1, 800, 10_000]) {
      const { code, said } = await say(['plan', '--users', String(users)], file)
      const plan = planShape.parse(said)
      expect([code, plan.users]).toEqual([0, users])
      if (plan.feasible) expect(plan.supportedUsers ?? users).toBeGreaterThanOrEqual(users)
      else expect(plan.steps).toEqual([])
    }
  })
})

test('the product says the same of the files', { timeout: 120_000 }, async () => {
  for (const { id, system, expect: expected } of systemCases.slice(0, 3)) {
    const file = fileOf(id, system)
    const { code, out, err } = await answer(['status', '--system', file, '--offline', '--json'], {})
    expect(code, err).toBe(0)
    expect(statusShape.parse(JSON.parse(out)).supportedUsers).toBe(expected.supportedUsers)
  }
})

/** Numbers are those of the case within what a printed number may lose. */
function closely(expected: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [
      key,
      typeof value === 'number' ? expect.closeTo(value, 6) : value,
    ]),
  )
}
