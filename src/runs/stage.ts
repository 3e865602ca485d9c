/**
 * The stages that a step of a run passes through, and what was recorded of it. Types; `run.ts` moves
 * between them.
 */
import type { Intent, Progress } from '../define/step.ts'
import type { Evidence, Moved, Parked, ShownForecast } from './events.ts'

export type Consent = { readonly by: string; readonly at: number }

export type Approval = {
  readonly id: string
  readonly token: string
  readonly needed: number
  readonly approvers: readonly string[]
  readonly expiresAt: number
  readonly consents: readonly Consent[]
}

/** What is known of a write that was about to be sent: unknown, surely not sent, or looked for and not found. */
export type Fate = 'unknown' | 'not-sent' | 'absent'

export type Sending = {
  readonly kind: 'sending'
  readonly intent: Intent
  readonly fate: Fate
  /** Whether an earlier attempt may have left. */
  readonly earlierLeft: boolean
  readonly attempts: number
  /** How often it was looked for in vain. */
  readonly looks: number
  /** From when the pause before the next look or attempt is counted. */
  readonly since: number
}

export type Outcome =
  | 'verified'
  | 'not-verified'
  /** It was so already: nothing was sent. */
  | 'unneeded'
  | 'withheld'
  | 'blocked'
  | 'rejected'
  | 'expired'
  | 'aborted'

export type Stage =
  | { readonly kind: 'reached' }
  | { readonly kind: 'judged' }
  | { readonly kind: 'waiting'; readonly approval: Approval }
  | { readonly kind: 'claimed' }
  | Sending
  | { readonly kind: 'working'; readonly intent: Intent; readonly operation: string }
  | { readonly kind: 'acted'; readonly intent: Intent; readonly endedAt: number }
  | { readonly kind: 'parked'; readonly why: Parked; readonly from: Resumable }
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly by: string | null }

/** Where a parked run goes on when a person says so. */
export type Resumable = Extract<
  Stage,
  { kind: 'reached' | 'claimed' | 'sending' | 'working' | 'acted' }
>

/** What happened to one step, for whoever draws it. */
export type StepRecord = {
  readonly forecast: ShownForecast | null
  readonly approval: Approval | null
  readonly moved: readonly Moved[] | null
  readonly claimedAt: number | null
  readonly intendedAt: number | null
  readonly acceptedAt: number | null
  readonly operation: string | null
  readonly fault: { readonly code: string; readonly message: string; readonly at: number } | null
  readonly found: { readonly progress: Progress; readonly at: number } | null
  readonly endedAt: number | null
  readonly evidence: readonly Evidence[] | null
}

export const blankRecord: StepRecord = {
  forecast: null,
  approval: null,
  moved: null,
  claimedAt: null,
  intendedAt: null,
  acceptedAt: null,
  operation: null,
  fault: null,
  found: null,
  endedAt: null,
  evidence: null,
}

/** Whether the write, or an attempt at it, can have reached the world. */
export function mayHaveLeft(stage: Sending): boolean {
  return stage.earlierLeft || stage.fate !== 'not-sent'
}

/** Whether a write that was left undecided may still arrive. */
export function mayStillLand(stage: Stage): boolean {
  return stage.kind === 'parked' && stage.from.kind === 'sending' && mayHaveLeft(stage.from)
}

/** What is on its way cannot be called back; everything else can be left. */
export function mayAbort(stage: Stage): boolean {
  return ['reached', 'judged', 'waiting', 'claimed', 'parked'].includes(stage.kind)
}
