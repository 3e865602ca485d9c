/** How each source's answers become facts: all with one source and time, or all unavailable with the reason. */
import { Fault } from '../fault.ts'
import type { Fact } from '../world.ts'

export function observed(
  path: string,
  values: Readonly<Record<string, unknown>>,
  source: string,
  observedAt: number,
): readonly Fact[] {
  return Object.entries(values).map(([field, value]) => ({
    kind: 'observed',
    name: `${path}.${field}`,
    value,
    source,
    observedAt,
  }))
}

/** A Fault makes the facts unavailable; anything else is our bug and goes on. */
export async function factsOr(
  names: readonly string[],
  source: string,
  ask: () => Promise<readonly Fact[]>,
): Promise<readonly Fact[]> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return names.map((name) => ({ kind: 'unavailable', name, source, why: error.message }))
  }
}
