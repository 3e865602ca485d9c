/** What break-glass passes: the wait, unknown facts, and a block on what is broken already. Pure. DESIGN.md, 6. */
import type { Reason } from '../capacity/reason.ts'
import type { Examination } from './gate.ts'
import type { GateReason } from './reason.ts'

/** Whether the glass may be broken for this verdict: each law that it would break is broken already. */
export function glassPasses({
  verdict,
  reasons,
  judgement,
  refusal,
}: Pick<Examination, 'verdict' | 'reasons' | 'judgement' | 'refusal'>): boolean {
  if (verdict !== 'block') return true
  if (judgement === null || refusal !== null) return false
  const broken = judgement.now.findings.filter(({ severity }) => severity === 'broken')
  return reasons
    .filter(({ weight }) => weight === 'block')
    .every((reason) => {
      // Fewer users are carried while somebody puts out a fire: that is the wish, and no law of its own.
      if (reason.code === 'supported-users-fall') return true
      if (!isOfLaw(reason)) return false
      return broken.some(({ law, subject }) => law === reason.law && subject === reason.subject)
    })
}

type OfLaw = Extract<Reason, { readonly code: 'law-broken' | 'law-worse' }>

/** In a quiet hour a law is named only because it would newly break. */
function isOfLaw(reason: Reason | GateReason): reason is OfLaw {
  if (reason.code !== 'law-broken' && reason.code !== 'law-worse') return false
  return reason.values.moment.at === 'users'
}
