/** What a rehearsal gives: every state that a plan passes through, and where it ends. Types only. DESIGN.md, 6. */
import type { Judgement, Verdict } from '../capacity/compare.ts'
import type { Assessment, Binding } from '../capacity/finding.ts'
import type { Disruption, Phase } from '../capacity/prediction.ts'
import type { Reason } from '../capacity/reason.ts'
import type { Refusal } from '../capacity/refusal.ts'
import type { System } from '../capacity/system.ts'
import type { OnlyIfItem, WaitItem } from './plan-item.ts'
import type { BoundStep, Effect, Unable, Undo } from './step.ts'

/** From the start of the run; people's own time is not in it. */
export type Minutes = { readonly usual: number; readonly most: number }

/** Where the world stays if a step fails: before it began, or in one of its phases. */
export type Halt = {
  readonly at: 'before' | Phase['name']
  /** What it carries there: 0 in a restart; null where no limit is found. */
  readonly supportedUsers: number | null
  /** At the users of now, advice aside, and not so when the run began. */
  readonly broken: readonly Binding[]
  /** It can stay so: the users of now are served as when the run began. */
  readonly isSound: boolean
}

export type RehearsedStep = {
  readonly kind: 'step'
  /** In the plan, from 1. */
  readonly position: number
  readonly step: BoundStep
  readonly why: string | null
  readonly effect: Effect
  readonly verdict: Verdict
  readonly reasons: readonly Reason[]
  /** The phases with their findings. */
  readonly judgement: Judgement
  /** What the product itself cannot send here: a person does. */
  readonly unable: Unable | null
  readonly before: System
  readonly after: System
  readonly disruption: Disruption | null
  readonly supportedUsers: number | null
  /** Expected, after it; null while a line has no price. */
  readonly monthlyUsd: number | null
  readonly startsAt: Minutes
  /** How many people must say yes, each time that it is reached; 0 where the plan's approval covers it. */
  readonly asks: number
  readonly ifItFails: readonly Halt[]
  /** Null: nothing to undo, or nobody knows yet how. */
  readonly undo: Undo | null
}

export type RehearsedWait = {
  readonly kind: 'wait'
  readonly position: number
  readonly item: WaitItem
  readonly startsAt: Minutes
}

export type RehearsedCondition = {
  readonly kind: 'only-if'
  readonly position: number
  readonly item: OnlyIfItem
  readonly isMet: boolean
}

export type RehearsedItem = RehearsedStep | RehearsedWait | RehearsedCondition

/** Why the run goes no further; nothing of the item is done. */
export type Stop = { readonly position: number } & (
  | { readonly code: 'blocked'; readonly step: BoundStep; readonly judgement: Judgement }
  /** `missing`: it names what the document lacks. `refused`: against the target's own rules. */
  | {
      readonly code: 'missing' | 'refused'
      readonly step: BoundStep
      readonly refusal: Refusal
    }
  | { readonly code: 'fact-unknown' | 'no-such-fact'; readonly fact: string }
)

export type RehearsedRun = {
  /** The worst of the steps', that of a stop included. */
  readonly verdict: Verdict
  readonly items: readonly RehearsedItem[]
  readonly stop: Stop | null
  /** Items behind the stop. */
  readonly unreached: number
  readonly start: State
  readonly end: State
  /** The fewest users that it carries in any state on the way; null: no limit in any. */
  readonly lowestUsers: number | null
  readonly longestOutage: (Disruption & { readonly position: number }) | null
  readonly minutes: Minutes
  /** Who says yes to the steps that are clear, once and before the first of them. */
  readonly planAsks: number
}

/** Before the first step, or after the last that was reached. */
export type State = {
  readonly system: System
  readonly assessment: Assessment
  readonly monthlyUsd: number | null
}
