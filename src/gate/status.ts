/** The System as it is seen now, assessed: what `/capacity status` and `plimsoll status` answer. Pure. */
import { assess } from '../capacity/assess.ts'
import { type Cost, costOf } from '../capacity/cost.ts'
import type { Assessment } from '../capacity/finding.ts'
import type { SystemDocument } from '../capacity/system.ts'
import type { Fact } from '../world/world.ts'
import { factNamed, type View, viewOf } from './facts.ts'
import { dayOf } from './gate.ts'

export type Status = {
  readonly system: string
  readonly assessment: Assessment
  readonly cost: Cost
  readonly view: View
  readonly now: number
}

export function statusOf(document: SystemDocument, facts: readonly Fact[], now: number): Status {
  const view = viewOf(document, facts, now)
  const sourceOf = (path: string) => {
    const fact = factNamed(view.facts, path)
    return fact?.kind === 'observed' ? fact.source : 'system.yml'
  }
  const assessment = assess(view.system, { today: dayOf(now), unknown: view.unknown, sourceOf })
  const cost = costOf(view.system, { unknown: view.unknown })
  return { system: document.name, assessment, cost, view, now }
}
