/** How PostgreSQL, PgBouncer, or their silence, becomes a Fault. By code, never by text. facts/cloudsql.md, 1 and 3. */
import { z } from 'zod'
import { Fault, type FaultCode } from './fault.ts'

const longestMessage = 300

/** What the server itself said: SQLSTATE, of 5 signs. Node's own codes (EPIPE) come without severity. */
const serverError = z.object({ code: z.string(), severity: z.string(), message: z.string() })
const nodeError = z.object({ code: z.string() })

export function postgresFault(
  subject: string,
  error: unknown,
  sent: 'yes' | 'no' | 'unknown' = 'no',
): Fault {
  if (error instanceof Fault)
    return error.sent === sent
      ? error
      : new Fault(error.code, sent, error.message, { cause: error })
  const said = serverError.safeParse(error)
  if (said.success) {
    const { code, message } = said.data
    const why = remedyOf(code) ?? `${clipped(message)} (${code})`
    return new Fault(codeOf(code), sent, `${subject}: ${why}`, { cause: error })
  }
  const node = nodeError.safeParse(error)
  // Node's message would name host and port, which are part of the URL; the driver's own does not.
  const why = node.success ? `not reachable (${node.data.code})` : clipped(String(error))
  return new Fault('unreachable', sent, `${subject}: ${why}`, { cause: error })
}

export function noAnswer(subject: string, sent: 'yes' | 'no' | 'unknown' = 'no'): Fault {
  return new Fault('time-out', sent, `${subject}: no answer in time`)
}

/** The connection is gone, whatever was asked: a restart (57P0x), class 08, or no word from the server at all. */
export function isLost(error: unknown): boolean {
  const said = serverError.safeParse(error)
  return !said.success || codeOf(said.data.code) === 'unreachable'
}

function codeOf(sqlState: string): FaultCode {
  switch (sqlState) {
    case '53300':
      return 'busy'
    case '57014':
      return 'time-out'
    case '57P01':
    case '57P02':
    case '57P03':
      return 'unreachable'
    case '3D000':
      return 'not-found'
    case '42501':
      return 'forbidden'
    default:
      if (sqlState.startsWith('08')) return 'unreachable'
      return sqlState.startsWith('28') ? 'forbidden' : 'server-error'
  }
}

function remedyOf(sqlState: string): string | null {
  switch (sqlState) {
    case '53300':
      return 'no connection slot is left for its role (53300): a role that may use the reserved ones (pg_use_reserved_connections, from PostgreSQL 16) could still look'
    case '57014':
      return 'the question was cancelled after its time-out (57014)'
    case '57P01':
    case '57P02':
    case '57P03':
      return `it is restarting (${sqlState})`
    default:
      return null
  }
}

const clipped = (message: string): string =>
  message.length <= longestMessage ? message : `${message.slice(0, longestMessage)}...`
