/** A System's headroom stream: who holds which target, and with it the reservation of what that step will take. */

import type { JsonObject } from '../define/step.ts'
import { type Change, type History, noHistory } from '../gate/rules.ts'
import type { Recorded } from '../ledger/ledger.ts'
import { type HeadroomEvent, headroomEventSchema } from './events.ts'
import { type Read, readEvents } from './read-events.ts'

export type Claim = {
  readonly run: string
  readonly target: string
  readonly step: string
  readonly input: JsonObject
  /** Null while its run goes on; then it ends by itself. */
  readonly until: number | null
}

export type Headroom = History & {
  readonly version: number
  /** How many events a forecast depends on. */
  readonly changes: number
  readonly claims: readonly Claim[]
  /** Who wants the stop switch lifted: two people must. */
  readonly lifting: readonly string[]
}

export const emptyHeadroom: Headroom = {
  ...noHistory,
  version: 0,
  changes: 0,
  claims: [],
  lifting: [],
}

/** What the rules look back on: an hour of the most that anybody allows. */
const rememberedAtMost = 200

export const headroomStream = (system: string) => `system/${system}`

export function headroomOf(records: readonly Recorded[]): Headroom {
  const events = readEvents(headroomEventSchema, records)
  return {
    ...events.reduce(evolve, emptyHeadroom),
    version: records.length,
    changes: events.filter(({ event }) => event.type !== 'run-sealed').length,
  }
}

function evolve(headroom: Headroom, { at, event }: Read<HeadroomEvent>): Headroom {
  switch (event.type) {
    case 'claimed':
      return {
        ...headroom,
        claims: claimsAfter(headroom.claims, event),
        claimed: remembered(headroom.claimed, { run: event.run, target: event.target, at }),
      }
    case 'released':
      return {
        ...headroom,
        claims: claimsAfter(headroom.claims, event),
        ended: remembered(headroom.ended, { run: event.run, target: event.target, at }),
      }
    case 'run-sealed':
      return headroom
    case 'stopped':
      return { ...headroom, stop: { by: event.by, reason: event.reason, at }, lifting: [] }
    case 'stop-lifting': {
      const lifting = [...new Set([...headroom.lifting, event.by])]
      return lifting.length < liftersNeeded
        ? { ...headroom, lifting }
        : { ...headroom, stop: null, lifting: [] }
    }
  }
}

/** One who pulled it in an emergency is not to be overruled by one who did not see it. */
const liftersNeeded = 2

/** The newest of each run and target: one that is claimed again and again drives no other out. */
function remembered(changes: readonly Change[], change: Change): readonly Change[] {
  const others = changes.filter(({ run, target }) => run !== change.run || target !== change.target)
  return [...others, change].slice(-rememberedAtMost)
}

type ClaimEvent = Extract<HeadroomEvent, { type: 'claimed' | 'released' }>

function claimsAfter(claims: readonly Claim[], event: ClaimEvent): readonly Claim[] {
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
