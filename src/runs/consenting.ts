/** From the forecast to the claim: judge, ask, and grant only what still fits. */
import { approvalsNeeded } from '../define/approvals-needed.ts'
import { readingOf } from '../gate/evidence.ts'
import { type Moved, movedSince } from '../gate/fingerprint.ts'
import { glassPasses } from '../gate/glass.ts'
import { glassApprovals } from '../gate/policy.ts'
import { Fault } from '../world/fault.ts'
import { strayed } from './covering.ts'
import { blindAtMostMs, restAfterMs } from './decide.ts'
import type { RunEvent } from './events.ts'
import { type Done, decided, decidedOn, forecastOf, lookAt, rest, type Task } from './means.ts'
import { boundOf, recordedFact, recordedJson, shownForecast } from './shown.ts'

export async function forecastStep(task: Task): Promise<Done> {
  const { means, step } = task
  const { examination } = await lookAt(task)
  await means.journal.keepDocument(examination.basis.document, means.document)
  const forecast = shownForecast(step, examination)
  return decided(task, { type: 'step-forecast', v: 1, forecast })
}

/** Judged: blocked, read at once, asked for, or granted without asking. */
export async function settleForecast(task: Task): Promise<Done> {
  const { means, run, step } = task
  const { verdict, reasons } = forecastOf(task)
  const changesNothing = reasons.some(({ code }) => code === 'no-change')
  if (verdict === 'clear' && changesNothing) return decided(task, { type: 'step-unneeded', v: 1 })
  if (run.breakGlass !== null) return breakGlass(task)
  if (verdict === 'block') return blocked(task)
  // Who must say yes to a write is asked now; a look, and a person's work, begin when they are to.
  const early = step.act.kind === 'write' ? 0 : await earlyMs(task)
  if (early > 0) return rest(early)
  if (step.act.kind === 'manual') return decided(task, { type: 'person-asked', v: 1 })
  if (step.act.kind === 'read') {
    const { facts } = await lookAt(task)
    const evidence = readingOf(step.act.shows, facts, means.world.read)
    return decided(task, { type: 'step-verified', v: 1, evidence: [...evidence] })
  }
  const needed = approvalsNeeded(means.document.policy, step.risk, verdict)
  if (needed === 0) return grantClaim(task)
  const look = await lookAt(task)
  const covered = strayed(task, look)
  if (covered === null) return askFor(task, needed)
  return covered.length === 0 ? grantClaim(task, { byPlan: true }) : askFor(task, needed, covered)
}

/** A plan waits where it is until the reason is gone; a step alone is asked for again. */
function blocked(task: Task): Promise<Done> {
  return task.run.plan.length === 1
    ? decided(task, { type: 'step-blocked', v: 1 })
    : decided(task, { type: 'run-parked', v: 1, why: { code: 'blocked' } })
}

/** The same forecast and the same numbers; a second person instead of the wait. */
async function breakGlass(task: Task): Promise<Done> {
  const { step } = task
  const { examination } = await lookAt(task)
  if (!glassPasses(examination)) return blocked(task)
  return step.act.kind === 'write' ? askFor(task, glassApprovals) : blocked(task)
}

/** Asks the people whom the policy names; `uncovered`: why the plan's own approval does not do. */
export async function askFor(
  task: Pick<Task, 'means' | 'run'>,
  needed: number,
  uncovered: readonly Moved[] = [],
): Promise<Done> {
  const { means, run } = task
  const { policy } = means.document
  const role = run.breakGlass === null ? 'approve' : 'breakGlass'
  const { users, group } = policy.roles?.[role] ?? { users: [], group: null }
  const members = group === null ? [] : await membersNow(means, group)
  if (members instanceof Fault) {
    if (await mayWait(task)) return rest(restAfterMs.fault)
    const why = { code: 'cannot-look', why: members.message } as const
    return decided(task, { type: 'run-parked', v: 1, why })
  }
  const approvers = [...new Set([...users, ...members])].sort()
  const named = role === 'breakGlass' ? ({ role } as const) : {}
  if (approvers.filter((user) => user !== run.by).length < needed) {
    const why = { code: 'nobody-may-approve', needed, ...named } as const
    return decided(task, { type: 'run-parked', v: 1, why })
  }
  return decided(task, {
    type: 'approval-requested',
    v: 1,
    approval: means.newId(),
    token: `${run.id}.${means.newId()}`,
    needed,
    ...named,
    approvers,
    expiresAt: (await means.journal.now()) + policy.approvals.expiresMinutes * 60_000,
    ...(uncovered.length === 0 ? {} : { strayed: recordedMoves(uncovered) }),
  })
}

/** Who does not answer for a moment is asked again; a group that is gone never answers, and a person must know. */
async function membersNow({ membersOf }: Task['means'], group: string) {
  try {
    return await membersOf(group)
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

/** Looks again, and claims the target with its reservation if what was agreed to still fits. */
export async function grantClaim(
  task: Task,
  { byPlan }: { byPlan: boolean } = { byPlan: false },
): Promise<Done> {
  const early = await earlyMs(task)
  if (early > 0) return rest(early)
  const look = await lookAt(task)
  if (!look.isClear && (await mayWait(task))) return rest(restAfterMs.fault)
  const moved = movedSince(boundOf(forecastOf(task)), look.examination)
  return moved.length === 0
    ? decidedOn(
        look,
        task,
        {
          ...({ type: 'step-claimed', v: 1, facts: look.facts.map(recordedFact) } as const),
          ...(byPlan ? { byPlan } : {}),
        },
        { claim: true },
      )
    : decidedOn(look, task, voided(moved))
}

/** How long it is until the run may begin. */
async function earlyMs({ means, run }: Task): Promise<number> {
  return run.notBefore === null ? 0 : run.notBefore - (await means.journal.now())
}

/** A source that does not answer for a moment voids nothing: it is asked again for a while. */
export async function mayWait({ means, run }: Pick<Task, 'means' | 'run'>): Promise<boolean> {
  return (await means.journal.now()) - run.lastAt < blindAtMostMs
}

export function voided(moved: readonly Moved[]): RunEvent {
  return { type: 'approval-voided', v: 1, moved: recordedMoves(moved) }
}

function recordedMoves(moved: readonly Moved[]) {
  return moved.map(({ what, before, after }) => ({
    what,
    before: recordedJson(before),
    after: recordedJson(after),
  }))
}

export function expireApproval(task: Pick<Task, 'means' | 'run'>): Promise<Done> {
  const { stage } = task.run
  const approval = stage.kind === 'waiting' || stage.kind === 'consulting' ? stage.approval.id : ''
  return decided(task, { type: 'approval-expired', v: 1, approval })
}
