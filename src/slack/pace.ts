/**
 * How often messages are drawn again: chat.update is tier 3, about 50 a minute for the whole workspace
 * (facts/slack.md, 2). Shared by everything that draws; what changed goes before what merely elapses.
 */
import type { Clock } from '../world/world.ts'

export type Pace = {
  /** Takes a turn and gives 0, or says in how many ms to ask again. */
  readonly turn: (why: 'changed' | 'elapsed') => number
  /** Slack asked for quiet: nobody has a turn before. */
  readonly quiet: (forMs: number) => void
}

/** Several runs at once change that often before it matters; Slack allows bursts. */
export const burst = 30
/** 40 a minute. */
export const turnEveryMs = 1_500
/** Beyond this many a turn is for a change alone. */
const keptForChanges = 15

export function paceOn(clock: Clock): Pace {
  let turns = burst
  let at = clock.now()
  let quietUntil = at
  return {
    turn: (why) => {
      const now = clock.now()
      if (now < quietUntil) return quietUntil - now
      turns = Math.min(burst, turns + Math.max(0, now - at) / turnEveryMs)
      at = now
      const needed = why === 'changed' ? 1 : 1 + keptForChanges
      if (turns < needed) return Math.ceil((needed - turns) * turnEveryMs)
      turns -= 1
      return 0
    },
    quiet: (forMs) => {
      quietUntil = Math.max(quietUntil, clock.now() + forMs)
    },
  }
}
