/** How each source's answers become facts: all with one source and time, or all unavailable with the reason. */
import { Fault } from '../fault.ts'
import { before } from '../google-call.ts'
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

/**
 * So long is any source waited for, whatever its adapter would wait: an answer to a person has 5 s,
 * and what hangs costs its own facts only.
 */
export const sourceTimeOutMs = 4_000

/** A Fault, or no answer in time, makes the facts unavailable; anything else is our bug and goes on. */
export async function factsOr(
  names: readonly string[],
  source: string,
  ask: () => Promise<readonly Fact[]>,
): Promise<readonly Fact[]> {
  const deadline = AbortSignal.timeout(sourceTimeOutMs)
  const unavailable = (why: string): readonly Fact[] =>
    names.map((name) => ({ kind: 'unavailable', name, source, why }))
  try {
    return await before(deadline, ask())
  } catch (error) {
    if (error instanceof Fault) return unavailable(error.message)
    if (error !== deadline.reason) throw error
    return unavailable(`${source} did not answer within ${sourceTimeOutMs / 1_000} s`)
  }
}
