/**
 * What must be done before an event and how long before: the plan that carries its users, walked
 * backwards from its first minute. Pure.
 */
import { type EventAt, lastQuietStart } from '../capacity/events.ts'
import type { Catalogue } from './catalogue.ts'
import type { PlannedStep } from './plan-steps.ts'
import type { Plan } from './planner.ts'

const minuteMs = 60_000

export type Preparation = {
  readonly event: string
  readonly plan: Plan
  /** Of work, one step after the other; whoever approves takes time of his own. */
  readonly workMinutes: number
  /** Steps during which nothing is carried for a while, and steps that somebody must approve. */
  readonly restarts: number
  readonly reviews: number
  /** The last moment to begin; null where there is nothing that could be begun. */
  readonly startBy: number | null
}

/** Each step ends before the next must begin, and begins before the event counts as now for it. */
export function preparationFor(event: EventAt, plan: Plan, catalogue: Catalogue): Preparation {
  const steps = plan.kind === 'feasible' ? plan.steps : []
  const minutes = steps.map((step) => minutesOf(step, catalogue))
  const startBy = minutes.reduceRight(
    (next, lasts) => Math.min(next - lasts * minuteMs, lastQuietStart(event, lasts)),
    event.from,
  )
  return {
    event: event.name,
    plan,
    workMinutes: minutes.reduce((sum, lasts) => sum + lasts, 0),
    restarts: steps.filter(isRestart).length,
    reviews: steps.filter(({ verdict }) => verdict === 'review').length,
    startBy: steps.length === 0 ? null : startBy,
  }
}

function isRestart({ reasons }: Pick<PlannedStep, 'reasons'>): boolean {
  return reasons.some(({ code }) => code === 'disruption')
}

function minutesOf({ step }: Pick<PlannedStep, 'step'>, { find }: Catalogue): number {
  const entry = find(step)
  if ('kind' in entry) throw new Error(`the plan names ${step}, and the catalogue does not`)
  return entry.minutes
}
