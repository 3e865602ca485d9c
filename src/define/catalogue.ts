/** The steps that there are, by name. Handed to whoever needs to find one; nobody else imports the steps. */
import { closest, distance } from 'fastest-levenshtein'
import type { BoundStep, InputProblem, StepEntry } from './step.ts'

export type UnknownStep = {
  readonly kind: 'unknown-step'
  readonly name: string
  readonly nearest: string | null
}

export type Catalogue = {
  readonly entries: readonly StepEntry[]
  readonly find: (name: string) => StepEntry | UnknownStep
  readonly bind: (name: string, input: unknown) => BoundStep | UnknownStep | InputProblem
}

export function catalogueOf(entries: readonly StepEntry[]): Catalogue {
  const names = entries.map((entry) => entry.name)
  const find = (name: string): StepEntry | UnknownStep => {
    const entry = entries.find((one) => one.name === name)
    return entry ?? { kind: 'unknown-step', name, nearest: nearestName(name, names) }
  }
  return {
    entries,
    find,
    bind: (name, input) => {
      const entry = find(name)
      return 'kind' in entry ? entry : entry.parse(input)
    },
  }
}

/** What was meant, where a name is close enough to one that there is. */
export function nearestName(name: string, names: readonly string[]): string | null {
  if (names.length === 0) return null
  const partOf = names.find((one) => name !== '' && name.split('-').every((p) => one.includes(p)))
  if (partOf !== undefined) return partOf
  const nearest = closest(name, names)
  return distance(name, nearest) <= Math.max(3, name.length / 3) ? nearest : null
}
