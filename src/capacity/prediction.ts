/**
 * What a step is predicted to do: the Systems in between, or what is not carried meanwhile, and the
 * System after.
 */
import type { System } from './system.ts'

/** A time in which nothing is carried; `secondsMax` is the longest that `source` allows for. */
export type Disruption = {
  readonly target: string
  readonly secondsMax: number
  readonly source: string
}

export type Phase =
  | { readonly kind: 'system'; readonly name: 'roll-out'; readonly system: System }
  | {
      readonly kind: 'load'
      readonly name: 'load'
      readonly system: System
      readonly users: number
    }
  | { readonly kind: 'disruption'; readonly name: 'restart'; readonly disruption: Disruption }

export type Prediction = {
  readonly phases: readonly Phase[]
  readonly after: System
}
