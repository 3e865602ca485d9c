/** Whether the one yes to a plan still covers the step that is reached. Pure. DESIGN.md, 3 and 6. */
import type { BoundStep } from '../define/step.ts'
import type { Moved } from '../gate/fingerprint.ts'
import { stateAfter, strayedFrom } from '../gate/plan.ts'
import type { Look, Means, Task } from './means.ts'
import type { Run } from './stage.ts'

/**
 * Whether the plan's approval covers the step that is reached: it was clear when people agreed, it
 * is clear now, and the world is as the plan foretold it. Null: it was never covered; else what
 * strayed, empty where it is.
 */
export function strayed(
  { means, run, step }: Task,
  { examination }: Look,
): readonly Moved[] | null {
  const { forecast, forecastAt, acceptedAt } = run.proposal
  const planned = forecast?.steps[run.index]
  if (forecast === null || forecastAt === null || acceptedAt === null) return null
  if (planned?.verdict !== 'clear' || examination.verdict !== 'clear') return null
  if (step.act.kind !== 'write') return null
  if (forecast.document !== examination.basis.document)
    return [{ what: 'document', before: forecast.document, after: examination.basis.document }]
  const before = boundSteps(means, run)?.slice(0, run.index)
  const question = { document: means.document, facts: forecast.facts, now: forecastAt }
  const expected = before === undefined ? null : stateAfter(question, before)
  return expected === null ? null : strayedFrom(expected, examination.view.system)
}

/** Null where the code of today refuses a stored input. */
export function boundSteps(
  { catalogue }: Pick<Means, 'catalogue'>,
  { plan }: Run,
): readonly BoundStep[] | null {
  const bound = plan.map(({ step, input }) => catalogue.bind(step, input))
  const steps = bound.filter((step): step is BoundStep => !('kind' in step))
  return steps.length === plan.length ? steps : null
}
