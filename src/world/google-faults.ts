/** How no answer, or one that says no, becomes a Fault: the same for each Google API. */
import { z } from 'zod'
import { Fault, type FaultCode } from './fault.ts'

/** Quotas are per minute and refilled over it. facts/cloudsql.md, 4. */
const refillMs = 60_000
const longestMessage = 300

export function codeOf(status: number): FaultCode {
  switch (status) {
    case 401:
    case 403:
      return 'forbidden'
    case 404:
      return 'not-found'
    case 408:
      return 'time-out'
    case 409:
      return 'busy'
    case 412:
      return 'version-moved'
    case 429:
      return 'rate-limited'
    default:
      return status >= 400 && status < 500 ? 'invalid' : 'server-error'
  }
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
export function waitMs(retryAfter: string | null, now: number): number {
  if (retryAfter === null) return refillMs
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1000
  const at = Date.parse(retryAfter)
  return Number.isNaN(at) ? refillMs : Math.max(0, at - now)
}

const gaxError = z.object({
  message: z.string(),
  code: z.int().optional(),
  httpStatusCode: z.int().optional(),
})

/**
 * A read that failed, as Google's generated clients report it: a gRPC code and, where there was an
 * answer, its HTTP status.
 */
export function failedRead(what: string, error: unknown, permission: string): Fault {
  if (error instanceof Fault) return error
  if (error instanceof Error && error.cause instanceof SyntaxError)
    return new Fault('unreadable', 'no', clipped(`${what}: ${error.message}`), { cause: error })
  const judgement = gaxError.safeParse(error)
  if (!judgement.success)
    return new Fault(
      'unreachable',
      'no',
      clipped(`${what}: ${error instanceof Error ? String(error) : 'no answer'}`),
      { cause: error },
    )
  const { message, code, httpStatusCode } = judgement.data
  const fault = httpStatusCode === undefined ? silentCode(code) : codeOf(httpStatusCode)
  const said = withPermission(clipped(`${what}: ${message}`), fault, permission)
  return new Fault(fault, 'no', said, {
    cause: error,
    ...(fault === 'rate-limited' ? { retryAfterMs: refillMs } : {}),
  })
}

/** Whoever is refused wants to know what to ask for. */
export const withPermission = (said: string, code: FaultCode, permission: string): string =>
  code === 'forbidden' ? `${said} (it needs ${permission})` : said

/** What `withPermission` said; null: no permission was missing. */
export const neededPermission = (said: string): string | null =>
  /\(it needs ([\w.]+)\)$/.exec(said)?.[1] ?? null

/** No answer at all: 4 is DEADLINE_EXCEEDED. Anything else never reached the service. */
const silentCode = (code: number | undefined): FaultCode =>
  code === 4 ? 'time-out' : 'unreachable'

/** Google's proxies answer with whole pages of HTML. */
export const clipped = (message: string): string =>
  message.length <= longestMessage ? message : `${message.slice(0, longestMessage)}...`
