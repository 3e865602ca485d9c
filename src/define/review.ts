/**
 * A proposal, somebody's list of steps, judged one after the other: each on the state that the ones
 * before leave, a blocked one left out of it. contract.md, 3. Pure.
 */
import { z } from 'zod'
import { assess } from '../capacity/assess.ts'
import { type Judgement, judge, type Verdict } from '../capacity/compare.ts'
import { systemAt } from '../capacity/events.ts'
import type { Finding } from '../capacity/finding.ts'
import { laws } from '../capacity/laws/catalogue.ts'
import { findingOf, isAdvice } from '../capacity/outlook.ts'
import { readYaml } from '../capacity/read-yaml.ts'
import type { Reason } from '../capacity/reason.ts'
import type { Refusal } from '../capacity/refusal.ts'
import type { System } from '../capacity/system.ts'
import type { Catalogue, UnknownStep } from './catalogue.ts'
import { type Plan, plan } from './planner.ts'
import type { BoundStep, InputProblem, JsonObject } from './step.ts'

const stepsAtMost = 100
const lawIds = laws.map(({ id }) => id)

/** What a proposal's file holds. */
export const proposalSchema = z.strictObject({
  title: z.string().optional(),
  source: z.string().optional(),
  steps: z
    .array(
      z.strictObject({
        step: z.string(),
        input: z.record(z.string(), z.json()).default({}),
        /** What its author says of it, and the laws that this is about. */
        claim: z.string().optional(),
        about: z.array(z.enum(lawIds)).optional(),
      }),
    )
    .max(stepsAtMost),
})
export type Proposal = Readonly<z.infer<typeof proposalSchema>>

export type ReadProposal =
  | { readonly kind: 'proposal'; readonly proposal: Proposal }
  /** Where it is wrong, and what would be right. */
  | { readonly kind: 'wrong'; readonly sentence: string }

/** YAML or JSON. */
export function readProposal(text: string, fileName: string): ReadProposal {
  const yaml = readYaml(text)
  if (yaml.kind === 'broken') {
    const line = yaml.at === null ? '' : `, line ${yaml.at.line}`
    return { kind: 'wrong', sentence: `${fileName}${line} is no YAML: ${yaml.problem}` }
  }
  const parsed = proposalSchema.safeParse(yaml.content)
  if (parsed.success) return { kind: 'proposal', proposal: parsed.data }
  const [issue] = parsed.error.issues
  const where = issue?.path.map(String).join('.') || 'the file'
  const why = issue?.message ?? 'it is no proposal'
  return {
    kind: 'wrong',
    sentence: `${fileName}, ${where}: ${why}; write { "steps": [{ "step": "...", "input": {} }] }.`,
  }
}

export type ReviewedStep = {
  readonly step: string
  readonly input: JsonObject
  readonly claim: string | null
  /** The right numbers beside the claim. */
  readonly truths: readonly Truth[]
  readonly verdict: Verdict
  readonly reasons: readonly Reason[]
  /** Where the target's own rules say no. */
  readonly refusal: Refusal | null
  /** After it; where it is blocked, as before. */
  readonly supportedUsers: number | null
  /** Null where there was nothing to forecast. */
  readonly judgement: Judgement | null
}

/** A quantity at the full load, before the step and as it would be after it. */
export type Truth = { readonly before: Finding | null; readonly after: Finding }

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
  /** Facts whose source did not answer: the document stands in, and no step that needs one is clear. */
  readonly unknown?: readonly string[]
}

export function review(
  system: System,
  proposal: Proposal,
  { now, today, catalogue, unknown = [] }: ReviewContext,
): Review | WrongProposal {
  const steps: ReviewedStep[] = []
  const start = systemAt(system, { now, stepMinutes: 0 })
  let reached = system
  for (const [index, { step: name, input, claim = null, about = [] }] of proposal.steps.entries()) {
    const bound = catalogue.bind(name, input)
    if ('kind' in bound) return wrong(index, name, bound)
    const lacks = bound.missing(reached)
    if (lacks !== null) return wrong(index, name, lacks)
    const before = systemAt(reached, { now, stepMinutes: bound.minutes })
    const { reviewed, after } = reviewedStep(bound, { before, today, unknown, claim, about })
    steps.push(reviewed)
    // What was near for a long step need not be near for the next.
    reached = { ...after, workload: system.workload }
  }
  const { supportedUsers } = assess(reached, { today, unknown })
  const verdict = worst(steps.map((one) => one.verdict))
  const { users } = start.workload
  const carries = supportedUsers === null || supportedUsers >= users
  const instead = carries && verdict !== 'block' ? null : plan(start, users, { today, catalogue })
  return { kind: 'review', verdict, steps, supportedUsers, plan: instead }
}

function wrong(index: number, step: string, problem: WrongProposal['problem']): WrongProposal {
  return { kind: 'wrong-proposal', position: index + 1, step, problem }
}

type Asked = {
  readonly before: System
  readonly today: string
  readonly unknown: readonly string[]
  readonly claim: string | null
  readonly about: readonly string[]
}

function reviewedStep(
  bound: BoundStep,
  { before, today, unknown, claim, about }: Asked,
): { reviewed: ReviewedStep; after: System } {
  const { name: step, input } = bound
  const prediction = bound.predict(before)
  if ('kind' in prediction) {
    const { supportedUsers } = assess(before, { today, unknown })
    const nothing = { truths: [], reasons: [], judgement: null }
    const refused = { verdict: 'block', refusal: prediction, ...nothing } as const
    return { reviewed: { step, input, claim, ...refused, supportedUsers }, after: before }
  }
  const { needs, acts } = bound
  const judgement = judge(before, prediction, { today, unknown, needs, acts })
  const { verdict, reasons } = judgement
  const isBlocked = verdict === 'block'
  const { supportedUsers } = isBlocked ? judgement.now : judgement.after
  const truths = truthsOf(judgement, about)
  const found = { verdict, reasons, refusal: null, supportedUsers, judgement }
  return {
    reviewed: { step, input, claim, truths, ...found },
    after: isBlocked ? before : prediction.after,
  }
}

/** What the author speaks of; where nobody says what that is, whatever moves and is no advice. */
function truthsOf({ now, after }: Judgement, about: readonly string[]): readonly Truth[] {
  const pairs = after.findings
    .filter(({ unit, limit }) => unit !== undefined && limit !== null)
    .map((finding) => ({ before: findingOf(now, finding) ?? null, after: finding }))
  if (about.length > 0)
    return about.flatMap((law) => pairs.filter((pair) => pair.after.law === law))
  return pairs.filter((pair) => isMoved(pair) && !isAdvice(pair.after.law))
}

function isMoved({ before, after }: Truth): boolean {
  return before?.demand !== after.demand || before?.limit !== after.limit
}

const rank = { clear: 0, review: 1, block: 2 } as const

function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>((most, one) => (rank[one] > rank[most] ? one : most), 'clear')
}
