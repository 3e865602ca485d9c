/** Slack's date tokens, as a reader on this machine sees them: `<!date^1700000000^{date_short_pretty} {time}|...>`. */

const dayMs = 24 * 60 * 60 * 1000

export function dateInWords(at: number, format: string, now = Date.now()): string {
  return format.replace(
    /\{(\w+)\}/g,
    (whole, token: string) => tokenInWords(token, at, now) ?? whole,
  )
}

export function clockTime(at: number): string {
  return inWords(at, { hour: '2-digit', minute: '2-digit', hour12: false })
}

function tokenInWords(token: string, at: number, now: number): string | undefined {
  switch (token) {
    case 'time':
      return clockTime(at)
    case 'time_secs':
      return inWords(at, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })
    case 'date_num':
      return new Date(at).toISOString().slice(0, 10)
    case 'date':
    case 'date_long':
    case 'date_short':
      return dateWords(token, at)
    case 'date_pretty':
    case 'date_long_pretty':
    case 'date_short_pretty':
      return nearby(at, now) ?? dateWords(token.replace('_pretty', ''), at)
    case 'ago':
      return `${Math.max(0, Math.round((now - at) / 1000))} s ago`
    default:
      return undefined
  }
}

function dateWords(token: string, at: number): string {
  const month = token === 'date_short' ? 'short' : 'long'
  const weekday = token === 'date_long' ? { weekday: 'long' as const } : {}
  return inWords(at, { ...weekday, month, day: 'numeric', year: 'numeric' })
}

function nearby(at: number, now: number): string | undefined {
  const days = Math.round((startOfDay(at) - startOfDay(now)) / dayMs)
  return new Map([
    [-1, 'yesterday'],
    [0, 'today'],
    [1, 'tomorrow'],
  ]).get(days)
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

function inWords(at: number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-US', options).format(at)
}
