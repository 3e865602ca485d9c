/**
 * A whole plan before its first step: each step forecast and judged on the state that the ones
 * before leave. Pure. DESIGN.md, 2 and 6.
 */
import { assess } from '../capacity/assess.ts'
import type { Judgement } from '../capacity/compare.ts'
import type { Reason } from '../capacity/reason.ts'
import type { Refusal } from '../capacity/refusal.ts'
import type { System } from '../capacity/system.ts'
import type { BoundStep } from '../define/step.ts'
import { digestOf } from './digest.ts'
import { type View, viewOf } from './facts.ts'
import type { Moved } from './fingerprint.ts'
import { dayOf, type GateReason, judgeReserved, type Question, standing } from './gate.ts'

export type ExaminedStep = {
  readonly step: BoundStep
  /** The state that the steps before leave. */
  readonly before: System
  readonly verdict: 'clear' | 'review' | 'block'
  readonly reasons: readonly (Reason | GateReason)[]
  /** Where the target's own rules say no. */
  readonly refusal: Refusal | null
  readonly judgement: Judgement | null
}

export type PlanExamination = {
  /** A blocked one is the last: what comes after it has no state to start from. */
  readonly steps: readonly ExaminedStep[]
  readonly verdict: 'clear' | 'review' | 'block'
  readonly view: View
  readonly document: string
  readonly supportedUsers: { readonly now: number | null; readonly after: number | null }
  readonly fingerprint: string
}

export type PlanQuestion = Omit<Question, 'step'> & { readonly steps: readonly BoundStep[] }

const rank = { clear: 0, review: 1, block: 2 } as const

export function examinePlan(question: PlanQuestion): PlanExamination {
  const { document, facts, now } = question
  const view = viewOf(document, facts, now)
  const today = dayOf(now)
  const examined: ExaminedStep[] = []
  let system = view.system
  for (const step of question.steps) {
    const one = examineOn(system, step, question, view)
    examined.push(one)
    const prediction = step.predict(system)
    if (one.verdict === 'block' || 'kind' in prediction) break
    system = prediction.after
  }
  const verdict = examined.reduce<PlanExamination['verdict']>(
    (worst, one) => (rank[one.verdict] > rank[worst] ? one.verdict : worst),
    'clear',
  )
  const digest = digestOf(document)
  return {
    steps: examined,
    verdict,
    view,
    document: digest,
    supportedUsers: {
      now: assess(view.system, { today }).supportedUsers,
      after: assess(system, { today }).supportedUsers,
    },
    fingerprint: fingerprintOf(digest, view.system, examined),
  }
}

function examineOn(
  system: System,
  step: BoundStep,
  question: PlanQuestion,
  view: View,
): ExaminedStep {
  const outside = step.act.kind === 'read' ? [] : standing({ ...question, step })
  const prediction = step.predict(system)
  const refusal = 'kind' in prediction ? prediction : null
  const judgement = judgeReserved(system, step, {
    reservations: question.reservations,
    today: dayOf(question.now),
    unknown: view.unknown,
  })
  const isBlocked = outside.length > 0 || judgement === null
  return {
    step,
    before: system,
    verdict: isBlocked ? 'block' : judgement.verdict,
    reasons: [...outside, ...(judgement?.reasons ?? [])],
    refusal,
    judgement,
  }
}

/** What people agree to: what is there by the document and the world, and what each step will be judged to be. */
function fingerprintOf(document: string, system: System, steps: readonly ExaminedStep[]): string {
  const judged = steps.map(({ step, verdict, reasons, judgement }) => ({
    step: step.name,
    input: step.input,
    verdict,
    reasons: reasons.map(({ code, law, subject }) => [code, law, subject]),
    costDeltaUsd: judgement?.costDeltaUsd ?? null,
  }))
  return digestOf({ document, system: configured(system), steps: judged })
}

/** The state that the first `count` of these steps leave; null where one of them is refused. */
export function stateAfter(
  { document, facts, now }: Pick<Question, 'document' | 'facts' | 'now'>,
  steps: readonly BoundStep[],
): System | null {
  return steps.reduce<System | null>(
    (system, step) => {
      if (system === null) return null
      const prediction = step.predict(system)
      return 'kind' in prediction ? null : prediction.after
    },
    viewOf(document, facts, now).system,
  )
}

/** Where the world is not as the plan foretold it for this moment: somebody else changed it. */
export function strayedFrom(expected: System, seen: System): readonly Moved[] {
  return differences('', configured(expected), configured(seen))
}

/** What is measured comes and goes by itself; what is configured does not. */
function configured({ workload: _measured, ...system }: System): unknown {
  return system
}

function differences(path: string, before: unknown, after: unknown): readonly Moved[] {
  if (digestOf(before ?? null) === digestOf(after ?? null)) return []
  if (!isRecord(before) || !isRecord(after))
    return [{ what: path, before: before ?? null, after: after ?? null }]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(path === '' ? key : `${path}.${key}`, before[key], after[key]),
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
