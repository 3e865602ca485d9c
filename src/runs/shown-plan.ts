/** A rehearsed plan as it is recorded: what the first approval shows, and how each step was judged. Pure. */
import { type PlanExamination, stepsOf } from '../gate/plan.ts'
import type { PlanForecast, PlannedItem } from './events.ts'
import { recordedFact } from './shown.ts'

export function shownPlan(examination: PlanExamination): PlanForecast {
  const { rehearsed, outside, verdict, fingerprint, view, document } = examination
  const { start, end, stop, longestOutage, minutes } = rehearsed
  const changes = stepsOf(rehearsed).map(({ judgement }) => judgement.costDeltaUsd)
  return {
    items: rehearsed.items.map(plannedItem),
    stop: stop === null ? null : stopOf(stop),
    reasons: [...outside],
    verdict,
    users: view.system.workload.users,
    supportedUsers: {
      now: start.assessment.supportedUsers,
      after: end.assessment.supportedUsers,
    },
    outageSeconds: longestOutage?.secondsMax ?? 0,
    minutes: { ...minutes },
    costDeltaUsd: changes.reduce<number | null>(
      (sum, one) => (sum === null || one === null ? null : sum + one),
      0,
    ),
    fingerprint,
    facts: view.facts.map(recordedFact),
    document,
  }
}

type Rehearsed = PlanExamination['rehearsed']

function plannedItem(item: Rehearsed['items'][number]): PlannedItem {
  const { position } = item
  if (item.kind === 'wait') return { kind: 'wait', position }
  if (item.kind === 'only-if') return { kind: 'only-if', position, isMet: item.isMet }
  const { step, judgement } = item
  return {
    kind: 'step',
    position,
    step: step.name,
    input: { ...step.input },
    effect: item.effect,
    verdict: item.verdict,
    reasons: [...item.reasons],
    supportedUsers: item.supportedUsers,
    disruptionSeconds: item.disruption?.secondsMax ?? 0,
    costDeltaUsd: judgement.costDeltaUsd,
    minutes: step.minutes,
    manual: step.act.kind === 'manual',
    writes: step.act.kind === 'write',
  }
}

function stopOf(stop: NonNullable<Rehearsed['stop']>): NonNullable<PlanForecast['stop']> {
  const { position, code } = stop
  switch (stop.code) {
    case 'blocked':
      return { position, code, step: stop.step.name, reasons: [...stop.judgement.reasons] }
    case 'missing':
    case 'refused':
      return { position, code, step: stop.step.name, reasons: [], refusal: stop.refusal }
    case 'fact-unknown':
    case 'no-such-fact':
      return { position, code, step: null, reasons: [], fact: stop.fact }
  }
}
