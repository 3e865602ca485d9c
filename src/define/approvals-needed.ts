/** How many people must say yes to a step, by its risk and its verdict. DESIGN.md, 6. Pure. */
import type { Verdict } from '../capacity/compare.ts'
import type { Policy } from '../capacity/system.ts'
import type { Risk } from './step.ts'

/** Besides the one who asks. A review verdict asks for one at least. */
export function approvalsNeeded(policy: Policy, risk: Risk, verdict: Verdict): number {
  const byRisk = risk === 'read' ? 0 : policy.approvals[risk]
  return verdict === 'review' && risk !== 'read' ? Math.max(1, byRisk) : byRisk
}
