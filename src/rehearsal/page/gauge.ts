/** The ship's side: water at the users who come, the Plimsoll line at those whom the system carries. */
import { z } from 'zod'
import { clockTime } from './dates.ts'

/** What is read of the status message's metadata; without `supportedUsers` no limit was found. */
export const capacityReading = z.object({
  users: z.number(),
  supportedUsers: z.number().optional(),
  sentence: z.string(),
})

export type CapacityReading = z.infer<typeof capacityReading>

/** What the page's script fills in: numbers in words, and heights in the drawing. */
export type Gauge = {
  readonly users: string
  readonly supported: string
  readonly sentence: string
  /** When the bot said so: the ship does not move by herself. */
  readonly saidAt: string
  readonly verdict: string
  readonly isOverloaded: boolean
  /** From the top of the drawing, in its own units. */
  readonly waterY: number
  readonly markY: number
  /** The draft marks at her bow, as on a ship: how much she would carry at that depth. */
  readonly draft: readonly { readonly label: string; readonly y: number }[]
}

/** The drawing's own units: the keel is zero users, the deck a little more than come. */
export const keelY = 292
export const deckY = 70
const roomAboveWater = 1.1

export function gaugeOf(reading: CapacityReading, now: number): Gauge {
  const supported = reading.supportedUsers
  const top = Math.max(reading.users, supported ?? 0, 1) * roomAboveWater
  const y = (users: number): number =>
    Math.round((keelY - ((keelY - deckY) * users) / top) * 10) / 10
  const missing = supported === undefined ? null : reading.users - supported
  return {
    users: count(reading.users),
    supported: supported === undefined ? 'no limit found' : count(supported),
    // The sum in one line; its terms stand in the message beside it.
    sentence: reading.sentence.split(': ', 1).join(''),
    saidAt: clockTime(now),
    verdict: verdictOf(missing),
    isOverloaded: missing !== null && missing > 0,
    waterY: y(reading.users),
    markY: y(supported ?? reading.users),
    draft: draftMarks(top).map((users) => ({ label: shortCount(users), y: y(users) })),
  }
}

/** Four to nine round numbers below the deck. */
function draftMarks(top: number): readonly number[] {
  const magnitude = 10 ** Math.floor(Math.log10(top))
  const step = [0.1, 0.2, 0.5, 1, 2]
    .map((factor) => factor * magnitude)
    .find((each) => top / each < 10)
  if (step === undefined) return []
  return Array.from({ length: Math.floor(top / step) }, (_, index) => (index + 1) * step)
}

function shortCount(users: number): string {
  return users >= 1000 ? `${users / 1000}k` : count(users)
}

function verdictOf(missing: number | null): string {
  if (missing === null) return 'no limit found'
  if (missing > 0) return `${count(missing)} too many`
  return `room for ${count(-missing)} more`
}

function count(value: number): string {
  return new Intl.NumberFormat('en-US').format(value)
}
