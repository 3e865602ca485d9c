/** What to do next about a status: the plan that carries the users, and what comes before an event. Pure. */
import type { SystemDocument } from '../capacity/system.ts'
import type { Catalogue } from '../define/catalogue.ts'
import type { PlannedStep } from '../define/plan-steps.ts'
import { type Plan, plan } from '../define/planner.ts'
import { type Preparation, preparationFor } from '../define/preparation.ts'
import type { Effect } from '../define/step.ts'
import { dayOf, type Examination, examine } from '../gate/gate.ts'
import { noHistory } from '../gate/rules.ts'
import type { Status } from '../gate/status.ts'

export type Advice = {
  /** For the users of now; null where they are carried, or where nobody knows. */
  readonly plan: Plan | null
  readonly first: FirstStep | null
  /** For the soonest event that is not carried. */
  readonly preparation: Preparation | null
}

export type FirstStep = {
  readonly planned: PlannedStep
  readonly effect: Effect
  /** Why the gate would not let it pass at this moment; null where it would. */
  readonly obstacle: Examination['reasons'][number] | null
}

export type AdviceMeans = { readonly document: SystemDocument; readonly catalogue: Catalogue }

/** At most two plans are made, each of a few thousand assessments. */
export function adviseOn(status: Status, means: AdviceMeans): Advice {
  const { assessment, view, events, now } = status
  const { catalogue } = means
  const planFor = (users: number) => plan(view.system, users, { today: dayOf(now), catalogue })
  const { supportedUsers, users } = assessment
  const needed = supportedUsers !== null && supportedUsers < users ? planFor(users) : null
  const event = events.find(({ isCarried }) => isCarried === false)
  const known = needed !== null && needed.users === event?.users ? needed : null
  return {
    plan: needed,
    first: needed === null ? null : firstOf(needed, status, means),
    preparation:
      event === undefined ? null : preparationFor(event, known ?? planFor(event.users), catalogue),
  }
}

function firstOf(
  needed: Plan,
  { view, now }: Status,
  { document, catalogue }: AdviceMeans,
): FirstStep | null {
  const [planned] = needed.kind === 'feasible' ? needed.steps : []
  if (planned === undefined) return null
  const step = catalogue.bind(planned.step, planned.input)
  if ('kind' in step) throw new Error(`the plan's ${planned.step} is none of the catalogue`)
  const { facts } = view
  const { verdict, reasons } = examine({
    ...{ document, facts, step, reservations: [], now },
    ...{ history: noHistory, run: null },
  })
  const obstacle = verdict === 'block' ? (reasons[0] ?? null) : null
  return { planned, effect: step.effect(view.system), obstacle }
}
