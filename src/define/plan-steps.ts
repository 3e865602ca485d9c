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
import type { Catalogue } from './catalogue.ts'
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
    const buys = bought(before, to.now, judgement.costDeltaUsd)
    before = to.now
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
export function confirmation({
  end,
  start,
  catalogue,
}: {
  end: End
  start: System
  catalogue: Catalogue
}): readonly PlannedStep[] {
  if (!end.needsConfirm) return []
  const { system } = end
  const { users } = system.workload
  const at = atUsers(system, { users, scale: 'needed', today: '' })
  const short = at.workers.filter(
    ({ it }) => it.celery.scalesOnQueue !== true && instancesNeeded(at, it) > it.minInstances,
  )
  if (short.length === 0 || 'kind' in catalogue.find('confirm')) return []
  const words = short.map(
    ({ name, it }) =>
      `scale-service service=${name} minInstances=${instancesNeeded(at, it)} before the event, ` +
      `minInstances=${it.minInstances} after it`,
  )
  const input = { what: words.join('; ') }
  const users0 = start.workload.users === users ? null : null
  const buys = { usersBefore: users0, usersAfter: null, costDeltaUsd: 0, mended: [] }
  return [{ step: 'confirm', input, verdict: 'clear', reasons: [], buys }]
}
