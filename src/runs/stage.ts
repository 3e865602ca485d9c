/**
 * The stages that a step of a run passes through, and what was recorded of it. Types; `run.ts` moves
 * between them.
 */
import type { StoredItem } from '../define/plan-item.ts'
import type { Intent, JsonObject, Progress } from '../define/step.ts'
import type { Evidence, Moved, Parked, PlanForecast, ShownForecast } from './events.ts'

export type Consent = { readonly by: string; readonly at: number }

export type Approval = {
  readonly id: string
  readonly token: string
  readonly role: 'approve' | 'breakGlass'
  readonly needed: number
  readonly approvers: readonly string[]
  readonly expiresAt: number
  readonly consents: readonly Consent[]
}

/** Whether enough people said yes. */
export function isAgreed({ consents, needed }: Approval): boolean {
  return consents.length >= needed
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
  /** A plan of several steps: forecast as a whole, agreed to once, then its first step is reached. */
  | { readonly kind: 'planning' }
  | { readonly kind: 'planned' }
  | { readonly kind: 'consulting'; readonly approval: Approval }
  | { readonly kind: 'reached' }
  | { readonly kind: 'judged' }
  | { readonly kind: 'waiting'; readonly approval: Approval }
  | { readonly kind: 'claimed' }
  | Sending
  | { readonly kind: 'working'; readonly intent: Intent; readonly operation: string }
  /** Waits until a measured fact was calm for long enough; null: it is not calm now. */
  | { readonly kind: 'watching'; readonly since: number; readonly calmSince: number | null }
  /** A person was asked to do it, and has not said yet that it is done. */
  | { readonly kind: 'asked' }
  /** `intent`: null where a person did it. */
  | { readonly kind: 'acted'; readonly intent: Intent | null; readonly endedAt: number }
  | { readonly kind: 'parked'; readonly why: Parked; readonly from: Resumable }
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly by: string | null }

/** Where a parked run goes on when a person says so. */
export type Resumable = Extract<
  Stage,
  { kind: 'planning' | 'reached' | 'claimed' | 'sending' | 'working' | 'acted' }
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
  readonly fault: {
    readonly code: string
    readonly message: string
    readonly sent: 'yes' | 'no' | 'unknown'
    readonly at: number
  } | null
  readonly found: { readonly progress: Progress; readonly at: number } | null
  readonly endedAt: number | null
  readonly evidence: readonly Evidence[] | null
  /** Claimed under the plan's approval, without one of its own. */
  readonly byPlan: boolean
  /** Who said that a manual step is done. */
  readonly answered: Consent | null
  /** What was sent of this step before somebody had it tried again. */
  readonly earlier: Earlier | null
}

export type Earlier = Consent & { readonly why: Parked; readonly record: StepRecord }

/** How one step of a plan ended. */
export type StepOutcome =
  | 'verified'
  | 'not-verified'
  | 'unneeded'
  | 'by-person'
  | 'skipped'
  /** A condition that holds, or a wait that is over. */
  | 'passed'
  /** Left out by a condition that does not hold. */
  | 'passed-over'

/** A step that the run has left behind. */
export type PastStep = {
  readonly outcome: StepOutcome
  readonly record: StepRecord
  readonly at: number
  readonly skipped: { readonly by: string; readonly reason: string } | null
}

/** What the run holds and must let go. */
export type Held = {
  /** The step that holds it. */
  readonly index: number
  readonly target: string
  readonly until: number
  /** The process that took it: another one lets it go before anything else. */
  readonly instance: string
  readonly isTaken: boolean
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
  byPlan: false,
  answered: null,
  earlier: null,
}

export type Run = {
  readonly id: string
  readonly version: number
  readonly system: string
  readonly document: string
  readonly by: string
  readonly channel: string
  readonly startedAt: number
  readonly lastAt: number
  readonly plan: readonly StoredItem[]
  readonly runbook: {
    readonly name: string
    readonly parameters: JsonObject
    readonly digest: string
  } | null
  /** The box of a checklist that it was asked for from. */
  readonly box: { readonly checklist: string; readonly box: number } | null
  /** Nothing is written before; null: as soon as it may. */
  readonly notBefore: number | null
  readonly breakGlass: { readonly reason: string } | null
  /** The plan as a whole; null forecast: a single step, or not looked at yet. */
  readonly proposal: Proposal
  readonly index: number
  /** The steps before `index`, in order. */
  readonly past: readonly PastStep[]
  readonly held: Held | null
  readonly message: { readonly channel: string; readonly ts: string } | null
  readonly record: StepRecord
  readonly stage: Stage
  /**
   * Since when it stands at this stage, the version that brought it there, and how often whoever it waits for is
   * reminded, and was told so in Slack.
   */
  readonly wait: {
    readonly since: number
    readonly version: number
    readonly reminders: number
    readonly remindedAt: number | null
    readonly posted: number
  }
  /** Each no of the gate, in order. */
  readonly prevented: readonly Prevented[]
  readonly judgement: (Said & { readonly isRight: boolean }) | null
  /** What became of a broken glass; null: nobody has said. */
  readonly followedUp: Said | null
}

/** The run where it stands now: what a button is drawn for. Once it has gone on, it stands under another name. */
export function standOf({ id, wait }: Run): string {
  return `${id}.${wait.version}`
}

/** `stand`: null where the run alone was named, as people type it. */
export function runNamed(name: string): { readonly run: string; readonly stand: string | null } {
  const [run = '', version] = name.split('.')
  return { run, stand: version === undefined ? null : name }
}

/** One no: blocked, or a yes that no longer fitted the world. */
export type Prevented = {
  readonly kind: 'blocked' | 'voided'
  readonly at: number
  /** Why, by reason code; of a void what moved. */
  readonly codes: readonly string[]
}

/** Somebody's word, in a few words. */
export type Said = { readonly by: string; readonly at: number; readonly text: string }

export type Proposal = {
  readonly forecast: PlanForecast | null
  readonly forecastAt: number | null
  readonly approval: Approval | null
  readonly moved: readonly Moved[] | null
  readonly acceptedAt: number | null
}

/** Of each step that was reached, in order; the last one of a run that came to its end stands in `past` too. */
export function recordsOf({ past, record }: Run): readonly StepRecord[] {
  return [...new Set([...past.map((one) => one.record), record])]
}

/** By the last that was heard of it: whoever hears nothing looks, and finds. */
export function isSurelyUnsent({ acceptedAt, found, fault }: StepRecord): boolean {
  return acceptedAt === null && found === null && fault?.sent === 'no'
}

/** Whether the write, or an attempt at it, can have reached the world. */
export function mayHaveLeft(stage: Sending): boolean {
  return stage.earlierLeft || stage.fate !== 'not-sent'
}

/** Whether a write that was left undecided may still arrive. */
export function mayStillLand(stage: Stage): boolean {
  return stage.kind === 'parked' && stage.from.kind === 'sending' && mayHaveLeft(stage.from)
}

const abortable: readonly Stage['kind'][] = [
  ...(['planning', 'planned', 'consulting', 'reached', 'judged', 'waiting'] as const),
  ...(['claimed', 'watching', 'asked', 'parked'] as const),
]

/** What waits for a person may be left out; a plan that nobody agreed to has no step to leave out. */
export function maySkip(stage: Stage): boolean {
  if (stage.kind === 'watching') return true
  return stage.kind === 'asked' || (stage.kind === 'parked' && stage.from.kind !== 'planning')
}

/** What is on its way cannot be called back; everything else can be left. */
export function mayAbort(stage: Stage): boolean {
  return abortable.includes(stage.kind)
}
