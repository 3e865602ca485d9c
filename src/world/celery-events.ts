/**
 * What workers say of themselves on the exchange of Celery's events, read from one message of Redis:
 * a beat every two seconds, and how each task ended where they run with `-E`. Read in Celery 5.6.3
 * (`events/dispatcher.py`, `worker/heartbeat.py`, `worker/request.py`) and seen on the wire.
 */
import { z } from 'zod'
import { readMessage } from './celery-message.ts'

/** Workers with an event loop send task events in bundles (`task.multi`), others one by one. */
export const eventsPattern = (database: number): string => `/${database}.celeryev/*`

/** Which process speaks: workers may share a name, not a name and a process. */
type Speaker = { readonly hostname: string; readonly pid: number }

export type CeleryEvent =
  /** Tasks that it began since it started, and those that it has not ended. */
  | (Speaker & {
      readonly kind: 'beat'
      readonly processed: number
      readonly active: number
      readonly isFirst: boolean
    })
  /** Seconds of a task that succeeded; null where they are not said. */
  | (Speaker & { readonly kind: 'succeeded'; readonly seconds: number | null })
  | (Speaker & { readonly kind: 'failed' })
  /** It ended, and neither so nor so: retried, revoked, rejected, cancelled. */
  | (Speaker & { readonly kind: 'let-go' })
  /** Received or started. */
  | (Speaker & { readonly kind: 'begun' })

/** A traceback and a result travel along; more than this is nothing that Celery sends. */
const charactersAtMost = 1_000_000

const count = z.int().min(0)
const speaker = { hostname: z.string().min(1).max(300), pid: z.int() }
const beats = ['worker-online', 'worker-heartbeat', 'worker-offline'] as const

const beat = z.object({ ...speaker, type: z.enum(beats), processed: count, active: count })
const ofTask = z.object({
  ...speaker,
  type: z.string().startsWith('task-'),
  runtime: z.number().min(0).nullish().catch(null),
})

/** What cannot be read is left out: anybody who may publish there may write anything. */
export function readEvents(text: string): readonly CeleryEvent[] {
  if (text.length > charactersAtMost) return []
  const body = readMessage(text)?.body
  return (Array.isArray(body) ? body : [body]).flatMap(eventOf)
}

function eventOf(said: unknown): readonly CeleryEvent[] {
  const beaten = beat.safeParse(said)
  if (beaten.success) {
    const { type, hostname, pid, processed, active } = beaten.data
    const isFirst = type === 'worker-online'
    return [{ kind: 'beat', hostname, pid, processed, active, isFirst }]
  }
  const told = ofTask.safeParse(said)
  if (!told.success) return []
  const { type, hostname, pid, runtime } = told.data
  switch (type) {
    case 'task-sent':
      // By whoever asks for the task, under a name that is no worker's.
      return []
    case 'task-succeeded':
      return [{ kind: 'succeeded', hostname, pid, seconds: runtime ?? null }]
    case 'task-failed':
      return [{ kind: 'failed', hostname, pid }]
    case 'task-received':
    case 'task-started':
      return [{ kind: 'begun', hostname, pid }]
    default:
      return [{ kind: 'let-go', hostname, pid }]
  }
}
