/** The way back from a run: the undo of each step that was done, the last one first. Pure. DESIGN.md, 5. */
import type { Catalogue } from '../define/catalogue.ts'
import { nothingChanged } from '../define/define-step.ts'
import type { PlanItem } from '../define/plan-item.ts'
import { isSurelyUnsent, type Run, recordsOf, type StepRecord } from './stage.ts'

export type WayBack = {
  readonly items: readonly PlanItem[]
  /** What cannot be undone, and why: by step. */
  readonly cannot: readonly { readonly step: string; readonly because: string }[]
}

/** Each undo goes through the gate like any other step; nothing is promised here. */
export function wayBack(run: Run, catalogue: Catalogue): WayBack {
  const done = recordsOf(run).toReversed().flatMap(attempts).filter(mayHaveChanged)
  const items: PlanItem[] = []
  const cannot: { step: string; because: string }[] = []
  for (const { forecast, endedAt } of done) {
    if (forecast === null || forecast.undo === null) continue
    const { undo } = forecast
    if (endedAt === null) {
      cannot.push({ step: forecast.step, because: 'nobody saw what became of it' })
      continue
    }
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

/** The newest first. */
function attempts(record: StepRecord): readonly StepRecord[] {
  return record.earlier === null ? [record] : [record, ...attempts(record.earlier.record)]
}

/** What was never sent, or was looked for and not found, has nothing to undo. */
function mayHaveChanged(record: StepRecord): boolean {
  const { endedAt, intendedAt, found } = record
  const isAbsent = isSurelyUnsent(record) || found?.progress.kind === 'absent'
  return intendedAt !== null && (endedAt !== null || !isAbsent)
}
