/** A plan as a whole: forecast, asked for once, and, at each step, whether that one yes still covers it. */

import { approvalsNeeded } from '../define/approvals-needed.ts'
import type { BoundStep, Risk } from '../define/step.ts'
import type { Moved } from '../gate/fingerprint.ts'
import { examinePlan, type PlanExamination, stateAfter, strayedFrom } from '../gate/plan.ts'
import { observe } from '../world/observe.ts'
import { askFor, voided } from './consenting.ts'
import { boundSteps } from './covering.ts'
import { restAfterMs } from './decide.ts'
import type { PlanForecast } from './events.ts'
import { type Done, decided, reservationsOf, rest, type Task } from './means.ts'
import { recordedFact } from './shown.ts'

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
  const forecast = run.proposal.forecast
  const steps = boundSteps(means, run)
  if (forecast === null || steps === null) return parkRefused(task)
  if (forecast.verdict === 'block') return decided(task, { type: 'plan-blocked', v: 1 })
  const needed = approvalsOf(task, forecast, steps)
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
  const waited = (await task.means.journal.now()) - run.lastAt
  // A source that does not answer for a moment voids nothing.
  if (isSilence && waited < blindAtMostMs) return rest(restAfterMs.fault)
  return decided(task, voided(moved))
}

const blindAtMostMs = 30_000

/** The strictest of its steps' rules, where there is a step that the plan's approval can cover. */
function approvalsOf(
  { means }: PlanTask,
  { steps: shown }: PlanForecast,
  steps: readonly BoundStep[],
): number {
  const { policy } = means.document
  const covered = steps.filter(
    ({ act }, index) => act.kind === 'write' && shown[index]?.verdict === 'clear',
  )
  if (covered.length === 0) return 0
  const risks = steps.filter(({ act }) => act.kind === 'write').map(({ risk }): Risk => risk)
  return Math.max(...risks.map((risk) => approvalsNeeded(policy, risk, 'clear')))
}

async function examined({ means, run }: PlanTask): Promise<PlanExamination | null> {
  const { document, world, clock, journal } = means
  const steps = boundSteps(means, run)
  if (steps === null) return null
  const headroom = await journal.headroom(run.system)
  const facts = await observe(document, world.read, clock)
  const now = await journal.now()
  const reservations = reservationsOf(means, headroom, run.id, now)
  return examinePlan({
    ...{ document, facts, steps, reservations, now },
    ...{ history: headroom, run: run.id },
  })
}

function parkRefused(task: PlanTask): Promise<Done> {
  const why = 'this version refuses an input of the stored plan'
  return decided(task, { type: 'run-parked', v: 1, why: { code: 'stored-input-refused', why } })
}

function shownPlan(examination: PlanExamination): PlanForecast {
  const { steps, verdict, supportedUsers, fingerprint, view, document } = examination
  return {
    steps: steps.map(({ step, before, verdict: judged, reasons, judgement }) => ({
      step: step.name,
      input: { ...step.input },
      effect: step.effect(before),
      verdict: judged,
      reasons: [...reasons],
      supportedUsers: judgement?.after.supportedUsers ?? null,
      disruptionSeconds: (judgement?.phases ?? []).reduce(
        (sum, { disruption }) => sum + (disruption?.secondsMax ?? 0),
        0,
      ),
      costDeltaUsd: judgement?.costDeltaUsd ?? null,
      minutes: step.minutes,
      manual: step.act.kind === 'manual',
    })),
    verdict,
    users: view.system.workload.users,
    supportedUsers,
    fingerprint,
    facts: view.facts.map(recordedFact),
    document,
  }
}

const rank = { clear: 0, review: 1, block: 2 } as const

/** What is configured, by equality; each step's verdict and cost, by "no worse". */
function movedPlan(
  shown: PlanForecast,
  fresh: PlanExamination,
  { means, run }: PlanTask,
): readonly Moved[] {
  if (shown.fingerprint === fresh.fingerprint) return []
  if (shown.document !== fresh.document)
    return [{ what: 'document', before: shown.document, after: fresh.document }]
  const question = {
    document: means.document,
    facts: shown.facts,
    now: run.proposal.forecastAt ?? 0,
  }
  const before = stateAfter(question, [])
  const configured = before === null ? [] : strayedFrom(before, fresh.view.system)
  const judged = shown.steps.flatMap((old, index): readonly Moved[] => {
    const now = fresh.steps[index]
    const verdict = now?.verdict ?? 'block'
    const costs = now?.judgement?.costDeltaUsd ?? 0
    return [
      ...(rank[verdict] > rank[old.verdict]
        ? [{ what: 'verdict', before: `${old.step} ${old.verdict}`, after: verdict }]
        : []),
      ...(costs > (old.costDeltaUsd ?? 0)
        ? [{ what: 'cost', before: old.costDeltaUsd, after: costs }]
        : []),
    ]
  })
  return [...configured, ...judged]
}
