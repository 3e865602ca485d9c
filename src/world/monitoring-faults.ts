/** How a failed call of Cloud Monitoring's two clients becomes a Fault. */
import { Fault, type FaultCode } from './fault.ts'
import { clipped, codeOf, failedRead, waitMs, withPermission } from './google-faults.ts'
import type { Answered } from './monitoring-google.ts'

/** The dashboards' client is a generation older: it gives a `status`, and no gRPC code. */
export function failedMonitoringRead(what: string, error: unknown, permission: string): Fault {
  const status = statusOf(error)
  if (error instanceof Fault || status === null) return failedRead(what, error, permission)
  const fields = { cause: error, ...(status === 429 ? { retryAfterMs: waitMs(null, 0) } : {}) }
  const code = codeOf(status)
  const said = withPermission(clipped(`${what}: ${messageOf(error)}`), code, permission)
  return new Fault(code, 'no', said, fields)
}

/** A write that was answered with anything but 2xx. */
export function refusedMonitoringWrite(
  what: string,
  { status, retryAfter }: Answered,
  {
    error,
    now,
    permission,
  }: { readonly error: unknown; readonly now: number; readonly permission: string },
): Fault {
  const code = refusalCode(status)
  const said = clipped(`${what}: Cloud Monitoring answered ${status}: ${messageOf(error)}`)
  const message = withPermission(said, code, permission)
  if (code === 'rate-limited')
    return new Fault(code, 'no', message, { retryAfterMs: waitMs(retryAfter, now) })
  // 4xx is a no that was decided before anything changed. Behind 5xx, and what we do not know, it
  // may have.
  const isNo = status >= 400 && status < 500 && status !== 408
  return new Fault(code, isNo ? 'no' : 'unknown', message, { cause: error })
}

/** A stale etag is ABORTED, a taken name ALREADY_EXISTS: both 409, and the world moved. */
const refusalCode = (status: number): FaultCode =>
  status === 409 ? 'version-moved' : codeOf(status)

function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || 'httpStatusCode' in error) return null
  const status: unknown = Reflect.get(error, 'status')
  return typeof status === 'number' ? status : null
}

/** Google's own words: they stand in the message, or in the JSON that the message is. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const inner = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(message)?.[1]
  return inner ?? message
}
