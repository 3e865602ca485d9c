/**
 * How often messages are drawn again: chat.update is tier 3, about 50 a minute for the whole workspace
 * (facts/slack.md, 2). Shared by everything that draws; what changed goes before what merely elapses.
 */
import type { Clock } from '../world/world.ts'

export type Pace = {
  readonly turn: (why: 'changed' | 'elapsed') => Turn
  /** In how many ms a moment is there; later where Slack asked for quiet. */
  readonly until: (at: number) => number
  /** Slack asked for quiet: nobody has a turn before. */
  readonly quiet: (forMs: number) => void
}

/** `isKept`: nobody else has it; otherwise none can be spared now, and this is when to ask again. */
export type Turn = { readonly at: number; readonly isKept: boolean }

/** Several runs at once change that often before it matters; Slack allows bursts. */
export const burst = 30
/** 40 a minute. */
export const turnEveryMs = 1_500
/** Beyond this many a turn is for a change alone. */
const keptForChanges = 15

export function paceOn(clock: Clock): Pace {
  let turns = burst
  let at = clock.now()
  let sparedAt = at
  let quietUntil = at
  return {
    turn: (why) => {
      const now = clock.now()
      turns = Math.min(burst, turns + Math.max(0, now - at) / turnEveryMs)
      at = now
      const missing = (why === 'changed' ? 1 : 1 + keptForChanges) - turns
      const turnAt = now + Math.ceil(Math.max(0, missing) * turnEveryMs)
      if (why === 'changed' || missing <= 0) {
        // Below zero: those who wait already are before whoever comes next.
        turns -= 1
        return { at: turnAt, isKept: true }
      }
      // Not all of them at the same moment.
      sparedAt = Math.max(turnAt, sparedAt + turnEveryMs)
      return { at: sparedAt, isKept: false }
    },
    until: (moment) => Math.max(0, Math.max(moment, quietUntil) - clock.now()),
    quiet: (forMs) => {
      quietUntil = Math.max(quietUntil, clock.now() + forMs)
    },
  }
}
