/** How numbers and names are written in English: thousands with a comma, few digits after the point. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const one = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
const small = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 })

/** `1,890`, `6.1`, `0.15`; large numbers are whole, and what is below one is never rounded to nothing. */
export function number(value: number): string {
  const size = Math.abs(value)
  return (size >= 100 ? whole : size >= 1 ? one : small).format(value)
}

export function count(value: number, singular: string, plural = `${singular}s`): string {
  return `${number(value)} ${value === 1 ? singular : plural}`
}

/** `41 s`, `1 min 52 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const rest = seconds % 60
  return rest === 0
    ? `${Math.floor(seconds / 60)} min`
    : `${Math.floor(seconds / 60)} min ${rest} s`
}

/** `2 min`, `5 h 3 min`, `3 days 4 h`: as far away as a person counts. */
export function span(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000))
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return pair(`${hours} h`, minutes % 60, 'min')
  return pair(`${Math.floor(hours / 24)} days`, hours % 24, 'h')
}

function pair(whole: string, rest: number, unit: string): string {
  return rest === 0 ? whole : `${whole} ${rest} ${unit}`
}

/** `2026-12-01 20:00 to 23:00, America/Santiago`: a window as its document writes it. */
export function windowText({
  from,
  to,
  timeZone,
}: {
  from: string
  to: string
  timeZone: string
}): string {
  const [fromDay = '', fromTime = ''] = from.split('T')
  const [toDay = '', toTime = ''] = to.split('T')
  const end = fromDay === toDay ? toTime : `${toDay} ${toTime}`
  return `${fromDay} ${fromTime} to ${end}, ${timeZone}`
}

export function list(items: readonly string[], joint = 'and'): string {
  if (items.length <= 1) return items[0] ?? ''
  return `${items.slice(0, -1).join(', ')} ${joint} ${items.at(-1)}`
}

/** `databases.tuki-db-prod` -> `tuki-db-prod`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}
