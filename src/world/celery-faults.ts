/**
 * How Redis, or its silence, becomes a Fault. The client's own errors are never kept as a cause: they
 * carry the command that failed, and with AUTH the password.
 */
import { z } from 'zod'
import { Fault, type FaultCode } from './fault.ts'

type Sent = 'yes' | 'no' | 'unknown'

/** What Redis itself said: its first word is a code, such as WRONGPASS. The rest may repeat what it was told. */
const replyError = z.object({ name: z.literal('ReplyError'), message: z.string() })
const nodeError = z.object({ code: z.string() })

export function brokerFault(error: unknown, sent: Sent, deadline: AbortSignal): Fault {
  if (error instanceof Fault) return error
  if (deadline.aborted) return noBrokerAnswer(sent)
  const said = replyError.safeParse(error)
  if (said.success) {
    const code = /^[A-Z]+/.exec(said.data.message)?.[0] ?? 'ERR'
    return new Fault(codeOf(code), sent, `${subject}: ${wordsOf(code)}`)
  }
  const node = nodeError.safeParse(error)
  const why = node.success ? ` (${node.data.code})` : ''
  return new Fault('unreachable', sent, `${subject}: not reachable${why}`)
}

export function noBrokerAnswer(sent: Sent): Fault {
  return new Fault('time-out', sent, `${subject}: no answer in time`)
}

const subject = "Celery's broker"

function codeOf(code: string): FaultCode {
  switch (code) {
    case 'NOAUTH':
    case 'WRONGPASS':
    case 'NOPERM':
      return 'forbidden'
    case 'LOADING':
    case 'BUSY':
    case 'TRYAGAIN':
    case 'OOM':
      return 'busy'
    default:
      return 'server-error'
  }
}

function wordsOf(code: string): string {
  switch (code) {
    case 'NOAUTH':
    case 'WRONGPASS':
      return `the password of CELERY_BROKER_URL is not taken (${code})`
    case 'NOPERM':
      return 'the user of CELERY_BROKER_URL may not do this (NOPERM)'
    case 'OOM':
      return 'Redis has no memory left (OOM)'
    default:
      return `Redis refused (${code})`
  }
}
