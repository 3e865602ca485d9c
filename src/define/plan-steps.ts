/** The steps of a plan as data: each with its verdict and what it buys. Pure. */
import { assess } from '../capacity/assess.ts'
import { atUsers } from '../capacity/at-users.ts'
import type { Judgement } from '../capacity/compare.ts'
import { instancesNeeded } from '../capacity/derive.ts'
import type { Assessment, Binding, Finding } from '../capacity/finding.ts'
import { isBroken } from '../capacity/outlook.ts'
import type { End } from '../capacity/planner/ends.ts'
import type { Reason } from '../capacity/reason.ts'
import type { System } from '../capacity/system.ts'
import type { Order } from './plan-order.ts'
import type { JsonObject } from './step.ts'

/** What a step brings: users, money, laws that hold again. Null where a number is not known. */
export type Buys = {
  readonly usersBefore: number | null
  readonly usersAfter: number | null
  /** A month; below zero it saves. */
  readonly costDeltaUsd: number | null
  readonly mended: readonly Binding[]
}

export type PlannedStep = {
  readonly step: string
  readonly input: JsonObject
  readonly verdict: Judgement['verdict']
  readonly reasons: readonly Reason[]
  readonly buys: Buys
}

export function plannedSteps(
  start: System,
  { edges }: Order,
  today: string,
): readonly PlannedStep[] {
  let before: Assessment = assess(start, { today })
  return edges.map(({ step, judgement, to }) => {
    const after = assess(to.system, { today })
    const buys = bought(before, after, judgement.costDeltaUsd)
    before = after
    const { verdict, reasons } = judgement
    return { step: step.name, input: step.input, verdict, reasons, buys }
  })
}

function bought(before: Assessment, after: Assessment, costDeltaUsd: number | null): Buys {
  return {
    usersBefore: before.supportedUsers,
    usersAfter: after.supportedUsers,
    costDeltaUsd,
    mended: before.findings
      .filter((finding: Finding) => isBroken(before, finding) && !isBroken(after, finding))
      .map(({ law, subject }) => ({ law, subject })),
  }
}

/** The last step where nothing scales the workers on their queue: a person does, and goes back. */
export function confirmation(
  { system, needsConfirm }: End,
  supportedUsers: number | null,
): readonly PlannedStep[] {
  if (!needsConfirm) return []
  const { users } = system.workload
  // The day matters to no instance.
  const at = atUsers(system, { users, scale: 'needed', today: '' })
  const words = at.workers
    .filter(({ it }) => it.celery.scalesOnQueue !== true)
    .map(({ name, it }) => ({ name, least: it.minInstances, most: instancesNeeded(at, it) }))
    .filter(({ least, most }) => most > least)
    .map(
      ({ name, least, most }) =>
        `scale-service service=${name} minInstances=${most} before the event, ` +
        `minInstances=${least} after it`,
    )
  const usersNow = { usersBefore: supportedUsers, usersAfter: supportedUsers }
  const buys = { ...usersNow, costDeltaUsd: 0, mended: [] }
  const input = { what: words.join('; ') }
  return [{ step: 'confirm', input, verdict: 'clear', reasons: [], buys }]
}
