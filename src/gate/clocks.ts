/**
 * A clock that is not the others': ages, expiries and freeze windows are then not what they seem, so a person looks.
 * DESIGN.md, 3. Pure.
 */
import type { Fact } from '../world/world.ts'
import type { GateReason } from './reason.ts'

/** However old the observation is: the next answer that agrees takes it away. */
export function clockDoubts(facts: readonly Fact[], target: string): readonly GateReason[] {
  return facts.flatMap((fact) => {
    if (!fact.name.startsWith('clocks.') || fact.kind !== 'observed') return []
    const seconds = Number(fact.value)
    return [
      {
        ...{ code: 'clock-differs', weight: 'review', law: null, subject: target },
        ...{ before: null, after: null },
        values: {
          of: fact.source,
          seconds: String(Math.abs(Math.round(seconds))),
          direction: seconds > 0 ? 'ahead' : 'behind',
        },
      },
    ]
  })
}
