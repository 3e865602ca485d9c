/** What each step of the catalogue is predicted to do, from its name and input. */
import type { Prediction } from '../../src/capacity/prediction.ts'
import type { Refusal } from '../../src/capacity/refusal.ts'
import type { System } from '../../src/capacity/system.ts'
import type { BoundStep } from '../../src/define/step.ts'
import { catalogue } from '../../src/steps/index.ts'

export function predict(step: string, now: System, input: unknown): Prediction | Refusal {
  return bound(step, input).predict(now)
}

/** Throws on an input that the step does not take: a test's mistake. */
export function bound(step: string, input: unknown): BoundStep {
  const found = catalogue.bind(step, input)
  if ('kind' in found) throw new Error(`${step} ${JSON.stringify(input)}: ${JSON.stringify(found)}`)
  return found
}
