/**
 * A whole plan before its first step: rehearsed on the System as it is seen, and what stands in the
 * way of it at this moment. Pure. DESIGN.md, 2 and 6.
 */
import type { System } from '../capacity/system.ts'
import { rehearse } from '../define/forecast.ts'
import type { PlanItem } from '../define/plan-item.ts'
import type { RehearsedRun, RehearsedStep } from '../define/rehearsed-run.ts'
import type { JsonObject } from '../define/step.ts'
import { digestOf } from './digest.ts'
import { type View, viewOf } from './facts.ts'
import type { Moved } from './fingerprint.ts'
import { beginOf, dayOf, type Question, standing, worstVerdict } from './gate.ts'
import { meeting, viewAt } from './meeting.ts'
import type { GateReason } from './reason.ts'

export type PlanExamination = {
  readonly rehearsed: RehearsedRun
  /** What stands in the way of the first write now, and events that a write would meet in its turn. */
  readonly outside: readonly GateReason[]
  readonly verdict: 'clear' | 'review' | 'block'
  readonly view: View
  /** Digest of the System document. */
  readonly document: string
  readonly fingerprint: string
}

export type PlanQuestion = Omit<Question, 'step'> & {
  readonly items: readonly PlanItem[]
  /** With the digest of its file; null: the steps are nobody's runbook. */
  readonly runbook: Digested | null
}

type Digested = { readonly name: string; readonly parameters: JsonObject; readonly digest: string }

export function examinePlan(question: PlanQuestion): PlanExamination {
  const { document, facts, now, items } = question
  const seen = viewOf(document, facts, now)
  const begin = beginOf(question)
  const view = viewAt(seen, { now: begin, stepMinutes: 0 })
  const { unknown } = view
  const rehearsed = rehearse(view.system, items, { today: dayOf(begin), now: begin, unknown })
  const writes = stepsOf(rehearsed).filter(({ step }) => step.act.kind === 'write')
  const [first] = writes
  const outside = [
    ...(first === undefined ? [] : standing({ ...question, step: first.step })),
    ...writes.flatMap((write) => metBy(seen.system, write, begin)),
  ]
  const digest = digestOf(document)
  return {
    rehearsed,
    outside,
    verdict: worstVerdict(rehearsed.verdict, outside),
    view,
    document: digest,
    fingerprint: fingerprintOf({ document: digest, runbook: question.runbook }, rehearsed),
  }
}

/** A later step's restart is foretold for its own time: an announced crowd does not wait for a plan. */
function metBy(system: System, { step, judgement, startsAt }: RehearsedStep, begin: number) {
  const moment = { now: begin + startsAt.usual * 60_000, stepMinutes: step.minutes }
  return meeting(system, judgement, moment)
}

export function stepsOf({ items }: RehearsedRun): readonly RehearsedStep[] {
  return items.filter((item): item is RehearsedStep => item.kind === 'step')
}

/**
 * What people agree to: the runbook's file, what is there by the document and the world, and what each
 * step will be judged to be.
 */
function fingerprintOf(
  { document, runbook }: { readonly document: string; readonly runbook: Digested | null },
  { start, items }: RehearsedRun,
): string {
  const judged = items.map((item) =>
    item.kind === 'step'
      ? {
          ...{ position: item.position, step: item.step.name, input: item.step.input },
          verdict: item.verdict,
          reasons: item.reasons.map(({ code, law, subject }) => [code, law, subject]),
          costDeltaUsd: item.judgement.costDeltaUsd,
        }
      : item,
  )
  return digestOf({ document, runbook, system: configured(start.system), items: judged })
}

/** The state in which the plan foretold that the item at this position (from 1) would be reached. */
export function foretold(
  { document, facts, now }: Pick<Question, 'document' | 'facts' | 'now'>,
  items: readonly PlanItem[],
  position: number,
): System | null {
  const { system, unknown } = viewAt(viewOf(document, facts, now), { now, stepMinutes: 0 })
  const rehearsed = rehearse(system, items, { today: dayOf(now), now, unknown })
  return stepsOf(rehearsed).find((step) => step.position === position)?.before ?? null
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
