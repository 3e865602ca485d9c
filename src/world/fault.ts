/**
 * A call to the outside that failed. Thrown by adapters, caught only in the executor and in
 * observation. DESIGN.md, 7.
 */
import { printable } from '../printable.ts'

export type FaultCode =
  | 'time-out'
  | 'unreachable'
  | 'not-found'
  | 'forbidden'
  | 'invalid'
  | 'version-moved'
  | 'busy'
  /** The name is in use, or was so lately that it cannot be given again. */
  | 'name-taken'
  | 'rate-limited'
  | 'expired'
  | 'server-error'
  | 'unreadable'

/** The other side's words stand in it: enough to find the cause by, whatever it answered. */
const messageAtMost = 1_000

export class Fault extends Error {
  readonly code: FaultCode
  /** Whether the request can have had an effect: the one question that decides whether it may be sent again. */
  readonly sent: 'yes' | 'no' | 'unknown'
  readonly retryAfterMs: number | null

  constructor(
    code: FaultCode,
    sent: 'yes' | 'no' | 'unknown',
    message: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(printable(message, messageAtMost), { cause: options.cause })
    this.name = 'Fault'
    this.code = code
    this.sent = sent
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}
