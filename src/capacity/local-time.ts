/**
 * A date and time of a place as an instant. Where a clock is put forward or back, a local time is
 * none or two: the reading that makes a window longer is taken. Temporal is behind a flag in Node 24.
 */

/** Which end of a window it is. */
export type Edge = 'from' | 'to'

const pattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?$/
const dayMs = 86_400_000

/** Milliseconds since the epoch; null where the text or the time zone is none. */
export function instantOf(
  local: string,
  { timeZone, edge }: { timeZone: string; edge: Edge },
): number | null {
  const asUtcMs = utcMs(local)
  if (asUtcMs === null || !isTimeZone(timeZone)) return null
  // Offsets change at most once in two days.
  const offsets = [asUtcMs - dayMs, asUtcMs + dayMs].map((at) => offsetMs(at, timeZone))
  const readings = offsets.map((offset) => asUtcMs - offset)
  const valid = readings.filter((at, index) => offsetMs(at, timeZone) === offsets[index])
  const choices = valid.length > 0 ? valid : readings
  return edge === 'from' ? Math.min(...choices) : Math.max(...choices)
}

export function isTimeZone(timeZone: string): boolean {
  try {
    formatOf(timeZone)
    return true
  } catch (fault) {
    if (fault instanceof RangeError) return false
    throw fault
  }
}

/** The date as if the place were at Greenwich; a day that no month has is none. */
function utcMs(local: string): number | null {
  const match = pattern.exec(local)
  if (match === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0))
  const at = Date.UTC(year, month - 1, day, hour, minute, second)
  const seconds = match[6] === undefined ? ':00' : ''
  return new Date(at).toISOString().startsWith(`${local}${seconds}`) ? at : null
}

/** How far the place's clock is ahead of Greenwich at an instant. */
function offsetMs(at: number, timeZone: string): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type))
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  return shown - Math.floor(at / 1000) * 1000
}

/** Throws a RangeError for a time zone that there is not. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
}
