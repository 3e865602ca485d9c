/** An entry of the catalogue with an input that it takes. */
import type { BoundStep, StepEntry } from '../../src/define/step.ts'
import { catalogue } from '../../src/steps/index.ts'

export function bound(entry: StepEntry, input: unknown): BoundStep {
  const step = entry.parse(input)
  if ('kind' in step) throw new Error(`${entry.name}: ${JSON.stringify(step)}`)
  return step
}

/** As it is typed: `scale-service service=backend maxInstances=60`. */
export function bindPlace(words: string): BoundStep {
  const [name = '', ...given] = words.split(' ')
  const input = Object.fromEntries(
    given.map((pair) => {
      const [field = '', value = ''] = pair.split('=')
      const isNumber = /^\d+$/.test(value) && field !== 'value'
      return [field, isNumber ? Number(value) : value]
    }),
  )
  const entry = catalogue.find(name)
  if ('kind' in entry) throw new Error(`${name} is gone`)
  return bound(entry, input)
}
