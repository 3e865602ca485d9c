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

export function list(items: readonly string[], joint = 'and'): string {
  if (items.length <= 1) return items[0] ?? ''
  return `${items.slice(0, -1).join(', ')} ${joint} ${items.at(-1)}`
}

/** `databases.tuki-db-prod` -> `tuki-db-prod`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}
