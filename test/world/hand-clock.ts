/** A clock that moves when it is told to, so that a resize of two minutes lasts no time. */

export const started = Date.parse('2026-12-01T14:00:00Z')

export function handClock() {
  let at = started
  return { now: () => at, forward: (ms: number) => (at += ms) }
}
