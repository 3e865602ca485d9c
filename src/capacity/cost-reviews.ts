/** A step that costs more is looked at, with what it brings. It never blocks. capacity.md, 4. */
import { isNegative, isPositive } from './arithmetic.ts'
import type { Assessment } from './finding.ts'
import { carried, findingOf, type Outlook } from './outlook.ts'
import { because, type Reason } from './reason.ts'

const cost = { law: 'monthly-cost', subject: 'policy' } as const

export function costReviews({ now, later }: Outlook): readonly Reason[] {
  const delta = costDelta(now, later)
  if (delta === null || !isPositive(delta)) return []
  const [before, after] = [findingOf(now, cost), findingOf(later, cost)]
  const budgetUsd = after?.limit ?? 0
  const expectedUsd = after?.demand ?? 0
  const isOver = isNegative(budgetUsd - expectedUsd)
  const values = {
    riseUsd: delta,
    expectedUsd,
    budgetUsd,
    leavesBudget: isOver && before?.severity !== 'broken',
    moreUsers: gain(now, later),
  }
  const numbers = { before: before?.demand ?? null, after: after?.demand ?? null }
  return [because('cost-rises', { weight: 'review', ...cost, ...numbers }, values)]
}

/** Of the expected total, USD a month, after less before; null while either is unknown. */
export function costDelta(now: Assessment, later: Assessment): number | null {
  const [before, after] = [now, later].map((one) => findingOf(one, cost)?.demand ?? null)
  if (before === undefined || before === null || after === undefined || after === null) return null
  return after - before
}

function gain(now: Assessment, later: Assessment): number | null {
  const [before, after] = [carried(now), carried(later)]
  if (before === undefined || after === undefined) return null
  return Number.isFinite(before) && Number.isFinite(after) ? after - before : null
}
