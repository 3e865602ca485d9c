/** What a run needs next, from its state and the time alone. Pure. DESIGN.md, 3. */
import type { Guard, Intent } from '../define/step.ts'
import { remindAt } from './reminders.ts'
import {
  type Approval,
  type Held,
  isAgreed,
  mayHaveLeft,
  type Run,
  type Sending,
  type Stage,
} from './stage.ts'

/** From the decision to the last byte: after it nothing is written. */
export const sendWithinMs = 5_000
/** The longest that one request may take. */
export const requestTimeoutMs = 10_000
/** Added before an absence counts. */
const marginMs = 5_000
/** A write given up undecided keeps its claim so long: a late original then surprises nobody's plan. */
export const keepClaimMs = 600_000

/** A yes that was given in time is acted on within this. */
const actWithinMs = 600_000
const pollEveryMs = 1_500
const lookEveryMs = 3_000
const looksAtMost = 5
const attemptsAtMost = 5
/** A source that does not answer is asked again so long before its silence counts. */
export const blindAtMostMs = 30_000
/** A read that contradicts a change that just ended may lag behind it. */
export const lagMs = 20_000

export type Action =
  /** Let go what is held, before anything else. */
  | { readonly kind: 'release' }
  /** Of the whole plan. */
  | { readonly kind: 'forecast-plan' }
  | { readonly kind: 'settle-plan' }
  | { readonly kind: 'grant-plan' }
  /** Whether the plan's condition holds now. */
  | { readonly kind: 'judge-condition' }
  /** Look whether what the plan waits for is so. */
  | { readonly kind: 'watch' }
  | { readonly kind: 'forecast' }
  /** Judged: block, ask for approval, read, or claim, as the forecast says. */
  | { readonly kind: 'settle' }
  | { readonly kind: 'expire' }
  /** Enough people said yes: look again, and claim if it is still what they agreed to. */
  | { readonly kind: 'grant' }
  /** Hold what must be held before the write. */
  | { readonly kind: 'hold' }
  /** Look for the last time, write the intent down, send. */
  | { readonly kind: 'write' }
  | { readonly kind: 'probe' }
  /** Send the same request again, with a new clearance for the same intent. */
  | { readonly kind: 'resend' }
  | { readonly kind: 'poll' }
  | { readonly kind: 'verify' }
  | { readonly kind: 'park'; readonly why: 'undecided' | 'not-sent' }
  /** Record that whoever is waited for is reminded; it is said then. */
  | { readonly kind: 'remind' }
  /** Nothing before `until`; null: until a person does something. */
  | { readonly kind: 'wait'; readonly until: number | null }
  | { readonly kind: 'rest' }

/** What of the step that is reached decides the next action. */
export type Traits = {
  /** Null: it writes nothing. */
  readonly guard: Guard | null
  readonly holds: boolean
}

export type Moment = {
  readonly now: number
  /** Which process asks. */
  readonly instance: string
}

export function decide(run: Run, { guard, holds }: Traits, { now, instance }: Moment): Action {
  const { stage, held } = run
  if (held !== null && mustRelease(run, held, { now, instance })) return { kind: 'release' }
  switch (stage.kind) {
    case 'planning':
      return { kind: 'forecast-plan' }
    case 'planned':
      return { kind: 'settle-plan' }
    case 'consulting':
      return consent(run, stage.approval, { now, grant: 'grant-plan' })
    case 'reached':
      return reach(run, now)
    case 'watching':
      return { kind: 'watch' }
    case 'judged':
      return { kind: 'settle' }
    case 'waiting':
      return consent(run, stage.approval, { now, grant: 'grant' })
    case 'asked':
    case 'parked':
      return remindOr(run, now, { kind: 'wait', until: null })
    case 'claimed':
      return holds && held === null ? { kind: 'hold' } : { kind: 'write' }
    case 'sending':
      return reconcile(stage, guard ?? 'none', now)
    case 'working':
      return { kind: 'poll' }
    case 'acted':
      return { kind: 'verify' }
    case 'ended':
      return remindOr(run, now, { kind: 'rest' })
  }
}

/** A person is waited for, who may have forgotten. */
function remindOr(run: Run, now: number, otherwise: Action): Action {
  const at = remindAt(run)
  if (at === null) return otherwise
  return now < at ? { kind: 'wait', until: at } : { kind: 'remind' }
}

const reachedBy = {
  step: { kind: 'forecast' },
  wait: { kind: 'watch' },
  'only-if': { kind: 'judge-condition' },
} as const

/** A step is forecast early, so that people say yes in time; whether the world is calm is asked when it begins. */
function reach({ plan, index, notBefore }: Run, now: number): Action {
  const kind = plan[index]?.kind ?? 'step'
  return kind !== 'step' && notBefore !== null && now < notBefore
    ? { kind: 'wait', until: notBefore }
    : reachedBy[kind]
}

/** Expiry means no, always: also where enough people said yes and nobody was there to act on it. */
function consent(
  run: Run,
  approval: Approval,
  { now, grant }: { now: number; grant: 'grant' | 'grant-plan' },
): Action {
  const { notBefore } = run
  const { expiresAt } = approval
  const agreed = isAgreed(approval)
  if (agreed && notBefore !== null && now < notBefore) return { kind: 'wait', until: notBefore }
  const endsAt = agreed ? actBy(run, expiresAt) : expiresAt
  if (now >= endsAt) return { kind: 'expire' }
  return agreed ? { kind: grant } : remindOr(run, now, { kind: 'wait', until: expiresAt })
}

/** A yes to what is to begin later holds until then, and not much longer. */
export function actBy({ notBefore }: Run, expiresAt: number): number {
  return notBefore === null ? expiresAt : Math.max(expiresAt, notBefore + actWithinMs)
}

const needsHold: readonly Stage['kind'][] = ['claimed', 'sending', 'working']

/** After a crash, when its time is over, and when what it was for has ended, failed or was given up. */
function mustRelease({ stage }: Run, held: Held, { now, instance }: Moment): boolean {
  if (held.instance !== instance || now >= held.until) return true
  return !needsHold.includes(stage.kind) || (stage.kind === 'claimed' && !held.isTaken)
}

/** An intent without an answer: look first, send again only under its guard. writes.md. */
function reconcile(stage: Sending, guard: Guard, now: number): Action {
  const { fate, attempts, looks, since, intent } = stage
  const quietAt = quietAfter(intent)
  const conditional = guard === 'version' || guard === 'name'
  // Where the world refuses no second write, an absence counts only when nothing can be on its way any more.
  const firstLookAt = conditional ? since : Math.max(since, quietAt)
  const nextLookAt = looks === 0 ? firstLookAt : since + lookEveryMs
  switch (fate) {
    case 'unknown':
      if (looks >= looksAtMost) return { kind: 'park', why: 'undecided' }
      return now < nextLookAt ? { kind: 'wait', until: nextLookAt } : { kind: 'probe' }
    case 'not-sent':
    case 'absent': {
      if (attempts >= attemptsAtMost) return { kind: 'park', why: 'not-sent' }
      if (fate === 'absent' && guard === 'none') return { kind: 'park', why: 'undecided' }
      const pauseMs = attempts === 1 && fate === 'absent' ? 0 : 1_000 * 2 ** attempts
      const resendAt = since + pauseMs
      return now < resendAt ? { kind: 'wait', until: resendAt } : { kind: 'resend' }
    }
  }
}

/** From then on nothing of this write can be on its way any more. */
export function quietAfter(intent: Intent): number {
  return intent.sendBefore + requestTimeoutMs + marginMs
}

/** Whether a write begun now could stand beside the one before: nobody saw that it is not there and cannot come. */
export function mustLookFirst(stage: Stage): boolean {
  if (stage.kind !== 'parked' || stage.from.kind !== 'sending') return false
  const { from } = stage
  const isGone = from.fate === 'absent' && from.since >= quietAfter(from.intent)
  return mayHaveLeft(from) && !isGone
}

/** How long the executor rests after an action that found nothing new. */
export const restAfterMs = {
  poll: pollEveryMs,
  verify: lookEveryMs,
  fault: lookEveryMs,
  watch: 10_000,
} as const

/**
 * When somebody must look at the run again, the index that the ledger keeps beside it; null: not
 * before the next append.
 */
export function dueAt(run: Run, now: number): number | null {
  const { stage, held, notBefore } = run
  if (held !== null) return now
  switch (stage.kind) {
    case 'ended':
    case 'parked':
    case 'asked':
      return remindAt(run)
    case 'consulting':
    case 'waiting':
      return isAgreed(stage.approval)
        ? Math.max(now, notBefore ?? now)
        : (remindAt(run) ?? stage.approval.expiresAt)
    default:
      return now
  }
}
