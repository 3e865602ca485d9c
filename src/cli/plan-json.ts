/** A plan and a review as JSON: contract.md, 3. */
import type { Plan } from '../define/planner.ts'
import type { Review } from '../define/review.ts'
import { buysSentence } from '../words/en-plan.ts'
import { reasonsJson } from './json.ts'

/** An infeasible one has no steps: the laws in the way, the cheapest price and the nearest users instead. */
export function planJson(plan: Plan) {
  if (plan.kind === 'feasible') {
    const { users, supportedUsers, monthlyUsd, steps } = plan
    return {
      feasible: true,
      users,
      supportedUsers,
      monthlyUsd,
      steps: steps.map(({ step, input, verdict, buys }) => ({
        step,
        input,
        verdict,
        buys: buysSentence(buys),
      })),
      binding: [],
    }
  }
  const { users, nearestUsers, cheapestUsd, binding } = plan
  return {
    feasible: false,
    users,
    supportedUsers: nearestUsers,
    monthlyUsd: cheapestUsd,
    steps: [],
    binding: binding.map(({ law, subject }) => ({ law, subject })),
  }
}

export function reviewJson({ verdict, steps, supportedUsers, plan }: Review) {
  return {
    verdict,
    steps: steps.map(({ refusal, reasons, ...one }) => ({
      step: one.step,
      input: one.input,
      verdict: one.verdict,
      reasons: reasonsJson(reasons, refusal, null),
      supportedUsers: one.supportedUsers,
    })),
    supportedUsers,
    plan: plan === null ? null : planJson(plan),
  }
}
