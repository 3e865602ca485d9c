/**
 * A proposal, somebody's list of steps, judged one after the other: each on the state that the ones
 * before leave, a blocked one left out of it. contract.md, 3. Pure.
 */
import { z } from 'zod'
import { assess } from '../capacity/assess.ts'
import { type Judgement, judge, type Verdict } from '../capacity/compare.ts'
import { systemAt } from '../capacity/events.ts'
import type { Reason } from '../capacity/reason.ts'
import type { Refusal } from '../capacity/refusal.ts'
import type { System } from '../capacity/system.ts'
import type { Catalogue, UnknownStep } from './catalogue.ts'
import { type Plan, plan } from './planner.ts'
import type { BoundStep, InputProblem, JsonObject } from './step.ts'

const stepsAtMost = 100

/** What a proposal's file holds. */
export const proposalSchema = z.strictObject({
  title: z.string().optional(),
  source: z.string().optional(),
  steps: z
    .array(
      z.strictObject({
        step: z.string(),
        input: z.record(z.string(), z.json()).default({}),
        /** What its author says of it. */
        claim: z.string().optional(),
      }),
    )
    .max(stepsAtMost),
})
export type Proposal = Readonly<z.infer<typeof proposalSchema>>

export type ReviewedStep = {
  readonly step: string
  readonly input: JsonObject
  readonly claim: string | null
  readonly verdict: Verdict
  readonly reasons: readonly Reason[]
  /** Where the target's own rules say no. */
  readonly refusal: Refusal | null
  /** After it; where it is blocked, as before. */
  readonly supportedUsers: number | null
  /** Null where there was nothing to forecast. */
  readonly judgement: Judgement | null
}

export type Review = {
  readonly kind: 'review'
  /** The worst of the steps'. */
  readonly verdict: Verdict
  readonly steps: readonly ReviewedStep[]
  readonly supportedUsers: number | null
  /** What carries the users instead; null where the proposal does, with no step blocked. */
  readonly plan: Plan | null
}

/** A step that there is not, an input that it does not take, or a name that the document lacks. */
export type WrongProposal = {
  readonly kind: 'wrong-proposal'
  /** From 1. */
  readonly position: number
  readonly step: string
  readonly problem: UnknownStep | InputProblem | Refusal
}

export type ReviewContext = {
  /** Milliseconds since the epoch: events are near or not. */
  readonly now: number
  readonly today: string
  readonly catalogue: Catalogue
}

export function review(
  system: System,
  proposal: Proposal,
  { now, today, catalogue }: ReviewContext,
): Review | WrongProposal {
  const steps: ReviewedStep[] = []
  const start = systemAt(system, { now, stepMinutes: 0 })
  let reached = system
  for (const [index, { step: name, input, claim = null }] of proposal.steps.entries()) {
    const bound = catalogue.bind(name, input)
    if ('kind' in bound) return wrong(index, name, bound)
    const lacks = bound.missing(reached)
    if (lacks !== null) return wrong(index, name, lacks)
    const before = systemAt(reached, { now, stepMinutes: bound.minutes })
    const { reviewed, after } = reviewedStep(bound, { before, today, claim })
    steps.push(reviewed)
    // What was near for a long step need not be near for the next.
    reached = { ...after, workload: system.workload }
  }
  const { supportedUsers } = assess(reached, { today })
  const verdict = worst(steps.map((one) => one.verdict))
  const { users } = start.workload
  const carries = supportedUsers === null || supportedUsers >= users
  const instead = carries && verdict !== 'block' ? null : plan(start, users, { today, catalogue })
  return { kind: 'review', verdict, steps, supportedUsers, plan: instead }
}

function wrong(index: number, step: string, problem: WrongProposal['problem']): WrongProposal {
  return { kind: 'wrong-proposal', position: index + 1, step, problem }
}

function reviewedStep(
  bound: BoundStep,
  { before, today, claim }: { before: System; today: string; claim: string | null },
): { reviewed: ReviewedStep; after: System } {
  const { name: step, input } = bound
  const prediction = bound.predict(before)
  if ('kind' in prediction) {
    const { supportedUsers } = assess(before, { today })
    const refused = { verdict: 'block', reasons: [], refusal: prediction, judgement: null } as const
    return { reviewed: { step, input, claim, ...refused, supportedUsers }, after: before }
  }
  const judgement = judge(before, prediction, { today, needs: [], acts: bound.acts })
  const { verdict, reasons } = judgement
  const isBlocked = verdict === 'block'
  const { supportedUsers } = isBlocked ? judgement.now : judgement.after
  return {
    reviewed: { step, input, claim, verdict, reasons, refusal: null, supportedUsers, judgement },
    after: isBlocked ? before : prediction.after,
  }
}

const rank = { clear: 0, review: 1, block: 2 } as const

function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>((most, one) => (rank[one] > rank[most] ? one : most), 'clear')
}
