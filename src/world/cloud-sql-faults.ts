/** How a refusal of the Cloud SQL Admin API becomes a Fault. */
import { z } from 'zod'
import { Fault, type FaultCode } from './fault.ts'
import { clipped, codeOf, waitMs, withPermission } from './google-faults.ts'

const googleError = z.object({
  error: z.object({
    message: z.string().optional(),
    errors: z.array(z.object({ reason: z.string().optional() })).optional(),
  }),
})

/** A write that was answered with anything but 2xx. `permission`: what the write needs. */
export function refusedWrite(
  status: number,
  reply: unknown,
  retryAfter: string | null,
  { now, permission }: { readonly now: number; readonly permission: string },
) {
  const judgement = googleError.safeParse(reply)
  const error = judgement.success ? judgement.data.error : undefined
  const reason = error?.errors?.[0]?.reason ?? ''
  const code = codeFor(status, reason)
  const said = clipped(`Cloud SQL answered ${status}: ${error?.message ?? 'no reason given'}`)
  const message = withPermission(said, code, permission)
  if (code === 'rate-limited')
    return new Fault(code, 'no', message, { retryAfterMs: waitMs(retryAfter, now) })
  // 4xx is a no that was decided before anything changed. Behind 5xx, and what we do not know, it
  // may have.
  return new Fault(
    code,
    status >= 400 && status < 500 && status !== 408 ? 'no' : 'unknown',
    message,
  )
}

function codeFor(status: number, reason: string): FaultCode {
  // The older API says 403 with the same reasons. facts/cloudsql.md, 4.
  if (reason === 'operationInProgress') return 'busy'
  if (reason === 'instanceAlreadyExists') return 'name-taken'
  if (reason === 'rateLimitExceeded' || reason === 'userRateLimitExceeded') return 'rate-limited'
  return codeOf(status)
}
