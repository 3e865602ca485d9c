/** A plan as a whole: rehearsed, asked for once, and judged again before it begins. */
import { approvalsNeeded } from '../define/approvals-needed.ts'
import { bindItems, type PlanItem } from '../define/plan-item.ts'
import { viewOf } from '../gate/facts.ts'
import type { Moved } from '../gate/fingerprint.ts'
import { examinePlan, type PlanExamination, stepsOf, strayedFrom } from '../gate/plan.ts'
import { observeNow } from '../world/observe.ts'
import { askFor, voided } from './consenting.ts'
import { blindAtMostMs, restAfterMs } from './decide.ts'
import type { PlanForecast } from './events.ts'
import { type Done, decided, reservationsOf, rest, type Task } from './means.ts'
import { shownPlan } from './shown-plan.ts'

type PlanTask = Pick<Task, 'means' | 'run'>

export async function forecastPlan(task: PlanTask): Promise<Done> {
  const { means } = task
  const examination = await examined(task)
  if (examination === null) return parkRefused(task)
  await means.journal.keepDocument(examination.document, means.document)
  return decided(task, { type: 'plan-forecast', v: 1, forecast: shownPlan(examination) })
}

/** Blocked somewhere, asked for, or begun without asking. */
export async function settlePlan(task: PlanTask): Promise<Done> {
  const { means, run } = task
  const { forecast } = run.proposal
  const items = bindItems(run.plan, means.catalogue)
  if (forecast === null || 'kind' in items) return parkRefused(task)
  if (forecast.verdict === 'block') return decided(task, { type: 'plan-blocked', v: 1 })
  const needed = approvalsOf(task, forecast, items)
  return needed === 0 ? decided(task, { type: 'plan-accepted', v: 1 }) : askFor(task, needed)
}

/** Looks again: what was agreed to must still be what would happen. */
export async function grantPlan(task: PlanTask): Promise<Done> {
  const { run } = task
  const shown = run.proposal.forecast
  const fresh = await examined(task)
  if (fresh === null || shown === null) return parkRefused(task)
  const moved = movedPlan(shown, fresh, task)
  if (moved.length === 0) return decided(task, { type: 'plan-accepted', v: 1 })
  const isSilence = fresh.view.unknown.length > 0 && moved.every(({ what }) => what === 'verdict')
  const waitedMs = (await task.means.journal.now()) - run.lastAt
  // A source that does not answer for a moment voids nothing.
  if (isSilence && waitedMs < blindAtMostMs) return rest(restAfterMs.fault)
  return decided(task, voided(moved))
}

/** The strictest of its steps' rules, where there is a step that the plan's approval can cover. */
function approvalsOf(
  { means }: PlanTask,
  { items: shown }: PlanForecast,
  items: readonly PlanItem[],
): number {
  const { policy } = means.document
  const writes = items.flatMap((item) =>
    item.kind === 'step' && item.step.act.kind === 'write' ? [item.step] : [],
  )
  const clear = shown.filter((item) => item.kind === 'step' && item.verdict === 'clear')
  const isCovering = clear.some((item) => item.kind === 'step' && item.writes)
  if (!isCovering) return 0
  return Math.max(...writes.map(({ risk }) => approvalsNeeded(policy, risk, 'clear')))
}

async function examined({ means, run }: PlanTask): Promise<PlanExamination | null> {
  const { document, world, journal } = means
  const items = bindItems(run.plan, means.catalogue)
  if ('kind' in items) return null
  const headroom = await journal.headroom(run.system)
  const facts = await observeNow(document, world.read, { ...means, now: journal.now })
  const now = await journal.now()
  const reservations = reservationsOf(means, headroom, run.id, now)
  return examinePlan({
    ...{ document, facts, items, reservations, now },
    ...{ history: headroom, run: run.id, runbook: run.runbook, notBefore: run.notBefore },
  })
}

function parkRefused(task: PlanTask): Promise<Done> {
  const why = 'this version refuses an input of the stored plan'
  return decided(task, { type: 'run-parked', v: 1, why: { code: 'stored-input-refused', why } })
}

const rank = { clear: 0, review: 1, block: 2 } as const

/** What is configured, by equality; each step's verdict and cost, by "no worse". */
function movedPlan(
  shown: PlanForecast,
  fresh: PlanExamination,
  { means, run }: PlanTask,
): readonly Moved[] {
  // What blocks, blocks; a doubt that people saw and agreed to is no news.
  const outside = fresh.outside.filter(
    ({ code, weight }) => weight === 'block' || shown.reasons.every((seen) => seen.code !== code),
  )
  if (shown.fingerprint === fresh.fingerprint && outside.length === 0) return []
  if (shown.document !== fresh.document)
    return [{ what: 'document', before: shown.document, after: fresh.document }]
  const before = viewOf(means.document, shown.facts, run.proposal.forecastAt ?? 0)
  const configured = strayedFrom(before.system, fresh.view.system)
  const steps = stepsOf(fresh.rehearsed)
  const judged = shown.items.flatMap((old): readonly Moved[] => {
    if (old.kind !== 'step') return []
    const now = steps.find(({ position }) => position === old.position)
    const verdict = now?.verdict ?? 'block'
    const costs = now?.judgement.costDeltaUsd ?? 0
    return [
      ...(rank[verdict] > rank[old.verdict]
        ? [{ what: 'verdict', before: `${old.step} ${old.verdict}`, after: verdict }]
        : []),
      ...(costs > (old.costDeltaUsd ?? 0)
        ? [{ what: 'cost', before: old.costDeltaUsd, after: costs }]
        : []),
    ]
  })
  const reasons = outside.map(({ code }) => ({ what: 'reason', before: null, after: code }))
  return [...configured, ...judged, ...reasons]
}
