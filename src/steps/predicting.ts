/** What the steps share that change a System: how it becomes a prediction, and how it is said. */
import { z } from 'zod'
import { rollOutsBetween } from '../capacity/phases.ts'
import type { Phase, Prediction } from '../capacity/prediction.ts'
import { type Refusal, refusalSide } from '../capacity/refusal.ts'
import type { System } from '../capacity/system.ts'
import type { JsonObject } from '../define/step.ts'

type Changed = System | Refusal

/** A change that takes effect at once. */
export function settled(after: Changed, phases: readonly Phase[] = []): Prediction | Refusal {
  return 'code' in after ? after : { phases, after }
}

/** A change of a service: where it needs a new revision, old and new stand side by side. */
export function rolledOut(
  before: System,
  after: Changed,
  input: { readonly service: string },
): Prediction | Refusal {
  return 'code' in after ? after : settled(after, rollOutsBetween(before, after, input))
}

/** What no System could accept, or what this document lacks. */
export function missingFrom(changed: Changed): Refusal | null {
  return 'code' in changed && refusalSide(changed) === 'usage' ? changed : null
}

/** The fields that are asked for, as they were: the input that leads back. */
export function asBefore(
  before: Readonly<Record<string, unknown>> | undefined,
  wished: Readonly<Record<string, unknown>>,
): JsonObject {
  const fields = Object.keys(wished).filter((name) => wished[name] !== undefined)
  return json.parse(Object.fromEntries(fields.map((name) => [name, before?.[name]])))
}

const json = z.record(z.string(), z.json())

/** `maxInstances 200 -> 203, concurrency 36`: what is asked for, beside what is there. */
export function changesText(
  before: Readonly<Record<string, unknown>> | undefined,
  wished: Readonly<Record<string, unknown>>,
): string {
  return Object.entries(wished)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const was = before?.[name]
      const from = was === undefined ? '' : `${shown(was)} -> `
      return `${name} ${from}${shown(value)}`
    })
    .join(', ')
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
