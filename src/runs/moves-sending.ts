/** From the intent to its answer: on its way, refused, lost, looked for, found. Pure. writes.md. */
import type { Intent, Progress } from '../define/step.ts'
import type { RunEvent } from './events.ts'
import { IllegalEvent, type Moves, park, voided } from './moves.ts'
import { mayHaveLeft, type Run, type Sending } from './stage.ts'

export function sent(run: Run, stage: Sending, event: RunEvent, at: number): Moves {
  const { record } = run
  const { intent } = stage
  // The answer to a write that was given up says nothing about the one that is on its way now.
  if ('intent' in event && event.intent !== intent.id)
    throw new IllegalEvent(event.type, 'sending another write')
  switch (event.type) {
    case 'write-accepted': {
      const accepted = { ...record, acceptedAt: at, operation: event.operation }
      return event.operation === null
        ? { stage: { kind: 'acted', intent, endedAt: at }, record: { ...accepted, endedAt: at } }
        : { stage: { kind: 'working', intent, operation: event.operation }, record: accepted }
    }
    case 'write-faulted': {
      const fate = event.sent === 'no' && !stage.earlierLeft ? 'not-sent' : 'unknown'
      const fault = { code: event.code, message: event.message, sent: event.sent, at }
      return {
        stage: { ...stage, fate, since: at + waitMs(event.retryAfterMs) },
        record: { ...record, fault },
      }
    }
    case 'write-probed':
      return found(run, stage, event.progress, at)
    case 'write-resent': {
      const again = sending({ ...intent, sendBefore: event.sendBefore }, stage.attempts + 1, at)
      return { stage: { ...again, earlierLeft: mayHaveLeft(stage) } }
    }
    case 'approval-voided':
      return voided(run, event.moved)
    case 'run-parked':
      return park(event.why, stage)
    default:
      throw new IllegalEvent(event.type, stage.kind)
  }
}

function found(run: Run, stage: Sending, progress: Progress, at: number): Moves {
  const record = { ...run.record, found: { progress, at } }
  const { intent } = stage
  switch (progress.kind) {
    case 'absent':
      return { stage: { ...stage, fate: 'absent', since: at }, record }
    case 'running':
      return {
        stage: { kind: 'working', intent, operation: progress.operation },
        record: { ...record, operation: progress.operation },
      }
    case 'done':
      return { stage: { kind: 'acted', intent, endedAt: at }, record: { ...record, endedAt: at } }
    case 'unknown': {
      // An earlier absence counts no more: it is looked for again before anything is sent.
      const looks = stage.looks + inVain(progress)
      return { stage: { ...stage, fate: 'unknown', looks, since: at }, record }
    }
  }
}

/** What we were asked to wait before anything else, within reason. */
const waitMs = (retryAfterMs = 0): number => Math.min(retryAfterMs, 120_000)

/** While an operation runs that may be this write, looking is waiting. */
function inVain({ operation }: { readonly operation: string | null }): number {
  return operation === null ? 1 : 0
}

export function sending(intent: Intent, attempts: number, since: number): Sending {
  return {
    kind: 'sending',
    intent,
    fate: 'unknown',
    earlierLeft: false,
    attempts,
    looks: 0,
    since,
  }
}
