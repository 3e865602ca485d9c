/** A System's headroom stream: who holds which target, and with it the reservation of what that step will take. */

import type { JsonObject } from '../define/step.ts'
import type { Recorded } from '../ledger/ledger.ts'
import { type HeadroomEvent, headroomEventSchema } from './events.ts'
import { readEvents } from './read-events.ts'

export type Claim = {
  readonly run: string
  readonly target: string
  readonly step: string
  readonly input: JsonObject
  /** Null while its run goes on; then it ends by itself. */
  readonly until: number | null
}

export type Headroom = { readonly version: number; readonly claims: readonly Claim[] }

export const headroomStream = (system: string) => `system/${system}`

export function headroomOf(records: readonly Recorded[]): Headroom {
  const events = readEvents(headroomEventSchema, records)
  return {
    version: records.length,
    claims: events.reduce<readonly Claim[]>((claims, { event }) => evolve(claims, event), []),
  }
}

function evolve(claims: readonly Claim[], event: HeadroomEvent): readonly Claim[] {
  const { run, target } = event
  const others = claims.filter((claim) => claim.run !== run || claim.target !== target)
  const held = claims.find((claim) => claim.run === run && claim.target === target)
  switch (event.type) {
    case 'claimed':
      return [...others, { run, target, step: event.step, input: event.input, until: null }]
    case 'released':
      return event.until === null || held === undefined
        ? others
        : [...others, { ...held, until: event.until }]
  }
}

/** What stands at `now` for anybody but `run`. */
export function claimsOfOthers(
  headroom: Headroom,
  run: string | null,
  now: number,
): readonly Claim[] {
  return headroom.claims.filter(
    (claim) => claim.run !== run && (claim.until === null || claim.until > now),
  )
}
