/** What the gate adds to the model's reasons. Types only. */
import type { EventReason } from './meeting.ts'
import type { RuleReason } from './rules.ts'

/** They concern the target at this moment, not capacity. */
export type GateReason = {
  readonly code:
    | 'target-claimed'
    | 'target-busy'
    | 'not-runnable'
    | 'not-allowed'
    | 'clock-differs'
    | EventReason['code']
    | RuleReason['code']
  readonly weight: 'block' | 'review'
  readonly law: null
  readonly subject: string
  readonly before: null
  readonly after: null
  readonly values: Readonly<Record<string, string>>
}
