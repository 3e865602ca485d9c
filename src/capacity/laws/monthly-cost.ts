/**
 * What the System costs a month at list prices stays within the budget. Advice: cost never blocks.
 * capacity.md, 3.
 */
import type { AtUsers } from '../at-users.ts'
import { costLines, expectedUsd, missingPrice } from '../cost.ts'
import { quantityLaw } from '../law.ts'
import { fieldTerm, total } from '../terms.ts'

type Whole = { readonly path: string; readonly at: AtUsers }

export const monthlyCost = quantityLaw({
  id: 'monthly-cost',
  unit: 'USD per month',
  depends: 'configuration',
  advice: true,
  workload: true,
  // A month, not a quiet hour or a roll-out.
  subjects: (at): readonly Whole[] => (at.scale === 'maximum' ? [{ path: 'policy', at }] : []),
  demand: (at) => expectedUsd(at),
  limit: (at) => at.system.policy.monthlyBudgetUsd,
  missing: ({ at }) => missingPrice(at) ?? 'prices',
  terms: (at, _whole, sourceOf) => [
    ...costLines(at).map(({ subject, monthlyUsd, assumption, source }) => ({
      term: subject,
      value: monthlyUsd.expected ?? 'unknown',
      formula: assumption,
      source,
    })),
    total('demand', expectedUsd(at), 'the sum of the lines, at list prices'),
    {
      ...fieldTerm('limit', at.system.policy.monthlyBudgetUsd, {
        path: 'policy.monthlyBudgetUsd',
        sourceOf,
      }),
    },
  ],
})
