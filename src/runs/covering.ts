/** Whether the one yes to a plan still covers the step that is reached. Pure. DESIGN.md, 3 and 6. */
import { bindItems } from '../define/plan-item.ts'
import type { Moved } from '../gate/fingerprint.ts'
import { foretold, strayedFrom } from '../gate/plan.ts'
import type { Look, Task } from './means.ts'

/**
 * It was clear when people agreed, it is clear now, and the world is as the plan foretold it. Null:
 * it was never covered; else what strayed, empty where it is covered.
 */
export function strayed(
  { means, run, step }: Task,
  { examination }: Look,
): readonly Moved[] | null {
  const { forecast, forecastAt, acceptedAt } = run.proposal
  if (forecast === null || forecastAt === null || acceptedAt === null) return null
  const position = run.index + 1
  const planned = forecast.items.find((item) => item.position === position)
  if (planned?.kind !== 'step' || planned.verdict !== 'clear') return null
  if (examination.verdict !== 'clear' || step.act.kind !== 'write') return null
  if (forecast.document !== examination.basis.document)
    return [{ what: 'document', before: forecast.document, after: examination.basis.document }]
  const items = bindItems(run.plan, means.catalogue)
  if ('kind' in items) return null
  const question = { document: means.document, facts: forecast.facts, now: forecastAt }
  const expected = foretold(question, items, position)
  return expected === null ? null : strayedFrom(expected, examination.view.system)
}
