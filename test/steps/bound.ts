/** An entry of the catalogue with an input that it takes. */
import type { BoundStep, StepEntry } from '../../src/define/step.ts'

export function bound(entry: StepEntry, input: unknown): BoundStep {
  const step = entry.parse(input)
  if ('kind' in step) throw new Error(`${entry.name}: ${JSON.stringify(step)}`)
  return step
}
