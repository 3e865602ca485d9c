/** The way back from a run: the undo of each step that was done, the last one first. Pure. DESIGN.md, 5. */
import type { Catalogue } from '../define/catalogue.ts'
import { nothingChanged } from '../define/define-step.ts'
import type { PlanItem } from '../define/plan-item.ts'
import { type Run, recordsOf, type StepRecord } from './stage.ts'

export type WayBack = {
  readonly items: readonly PlanItem[]
  /** What cannot be undone, and why: by step. */
  readonly cannot: readonly { readonly step: string; readonly because: string }[]
}

/** Each undo goes through the gate like any other step; nothing is promised here. */
export function wayBack(run: Run, catalogue: Catalogue): WayBack {
  const done = recordsOf(run).filter(wasSent).toReversed()
  const items: PlanItem[] = []
  const cannot: { step: string; because: string }[] = []
  for (const { forecast } of done) {
    if (forecast === null || forecast.undo === null) continue
    const { undo } = forecast
    // A backup took nothing away.
    if (undo.kind === 'cannot' && undo.because === nothingChanged) continue
    if (undo.kind === 'cannot') {
      cannot.push({ step: forecast.step, because: undo.because })
      continue
    }
    const step = catalogue.bind(undo.step, undo.input)
    if ('kind' in step) cannot.push({ step: forecast.step, because: 'this version refuses it' })
    else items.push({ kind: 'step', step, why: `undoes ${forecast.step}` })
  }
  return { items, cannot }
}

/** A step that ended without anything sent has nothing to undo. */
function wasSent({ endedAt, intendedAt }: StepRecord): boolean {
  return endedAt !== null && intendedAt !== null
}
