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
    const why = given.reasons.map(({ code, law }) => `${code} ${law}`).join()
    // The file leaves cost out: where it says clear, a rise of the cost alone is right too.
    const isDearer = given.reasons.length === 1 && given.reasons[0]?.code === 'cost-rises'
    const accepted = verdict === 'clear' && isDearer ? 'review' : verdict
    expect(given.verdict, why).toBe(accepted)
  })
})
