/** Verdicts: clear, review or block, and why. */
import { describe, expect, it } from 'vitest'
import { judge } from '../../src/capacity/compare.ts'
import { refusalSide } from '../../src/capacity/refusal.ts'
import { today, verdictCases } from './golden.ts'
import { predict } from './predictions.ts'

describe('the golden verdicts are given', () => {
  it.each(verdictCases)('$title: $verdict', ({ now, step, input, verdict }) => {
    const prediction = predict(step, now, input)
    const given =
      'code' in prediction
        ? { verdict: refusalSide(prediction) === 'target' ? 'block' : 'wrong input', reasons: [] }
        : judge(now, prediction, { today, needs: [] })
    expect(given.verdict, given.reasons.map(({ code, law }) => `${code} ${law}`).join()).toBe(
      verdict,
    )
  })
})
