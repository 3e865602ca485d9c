/**
 * A call to the outside that failed. Thrown by adapters, caught only in the executor and in
 * observation. DESIGN.md, 7.
 */

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
    super(message, { cause: options.cause })
    this.name = 'Fault'
    this.code = code
    this.sent = sent
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}
