/** What a person can have go wrong in the local cloud, in words: for the next change, or from now on. */
import { z } from 'zod'
import type { Mishap, WriteMishap } from '../cloud/mishaps.ts'

/** What the next change meets, in the order of the page. */
export const nextTroubles = [
  { how: 'busy', title: '409', words: 'another operation is under way' },
  { how: 'stale', title: '412', words: 'somebody else was quicker' },
  { how: 'rate-limited', title: '429', words: 'too many requests, with Retry-After' },
  { how: 'unavailable', title: '503', words: 'not available, and nothing took effect' },
  { how: 'request-lost', title: 'The request is lost', words: 'nothing took effect' },
  { how: 'reply-lost', title: 'The reply is lost', words: 'it took effect, and nobody says so' },
  { how: 'silence', title: 'Silence', words: 'it took effect, and no answer comes' },
  { how: 'operation-fails', title: 'Its operation fails', words: 'accepted, then an error' },
] as const satisfies readonly {
  readonly how: WriteMishap['how']
  readonly title: string
  readonly words: string
}[]

/** The metric that the users of now are counted from. */
export const stoppableMetric = 'run.googleapis.com/request_count'
export const readLagMs = 5_000

/** What lasts until it is switched off. */
export const lastingTroubles = [
  { what: 'reads-fail', title: 'Reads fail', words: 'each with 503' },
  { what: 'reads-lag', title: 'Reads lag', words: 'they show the cloud of 5 s ago' },
  {
    what: 'metric-stops',
    title: 'A metric stops',
    words: 'no new request counts, so no users now',
  },
] as const

const hows = nextTroubles.map(({ how }) => how)
const whats = lastingTroubles.map(({ what }) => what)

export const nextTrouble = z.enum([...hows, 'nothing'])
export const lastingTrouble = z.enum(whats)

export type NextTrouble = z.infer<typeof nextTrouble>
export type LastingTrouble = z.infer<typeof lastingTrouble>

export type TroubleView = {
  readonly next: NextTrouble
  readonly lasting: readonly LastingTrouble[]
  /** What a change met last, and the time of day; null: none yet. */
  readonly met: { readonly words: string; readonly at: string } | null
  /** Changes that reached the local cloud, and those of them that it took. */
  readonly sent: number
  readonly accepted: number
}

/** `429: too many requests`, or what happened where there is no number. */
export function saidOf(met: Mishap['how']): string {
  const found = nextTroubles.find(({ how }) => how === met)
  if (found === undefined) return met
  return /^\d+$/.test(found.title) ? `${found.title}: ${found.words}` : found.title
}
