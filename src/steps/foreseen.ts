/**
 * What the steps share that can be foreseen and have no hands yet: how a changed System becomes a
 * prediction, and why nobody performs it.
 */
import { rollOutsBetween } from '../capacity/phases.ts'
import type { Phase, Prediction } from '../capacity/prediction.ts'
import { type Refusal, refusalSide } from '../capacity/refusal.ts'
import type { System } from '../capacity/system.ts'
import type { Unable } from '../define/step.ts'

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

export function noHandsYet(step: string): Unable {
  return { kind: 'unable', code: 'no-hands-yet', step }
}

/** Where the setting is baked into the image: the patch to make. */
export function bakedOr(
  step: string,
  system: System,
  {
    service,
    binding,
    setting,
    value,
  }: {
    service: string
    binding: 'gunicorn' | 'connMaxAge' | 'databaseHost' | 'celery'
    setting: string
    value: string | number
  },
): Unable {
  const bound = system.services[service]?.bindings?.[binding]
  if (bound === undefined || !('image' in bound)) return noHandsYet(step)
  const where = bound.image
  return { kind: 'unable', code: 'baked-into-image', service, where, setting, value }
}

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
