/** A run: the fold of its events. Pure; an event that is illegal at its stage is a broken invariant. DESIGN.md, 3. */
import type { Intent, JsonObject, Progress } from '../define/step.ts'
import type { Recorded } from '../ledger/ledger.ts'
import { type Evidence, type Moved, type Parked, type RunEvent, runEventSchema } from './events.ts'
import { type Read, readEvents } from './read-events.ts'
import {
  type Approval,
  blankRecord,
  mayAbort,
  mayHaveLeft,
  type Outcome,
  type Resumable,
  type Sending,
  type Stage,
  type StepRecord,
} from './stage.ts'

export type Run = {
  readonly id: string
  readonly version: number
  readonly system: string
  readonly document: string
  readonly by: string
  readonly channel: string
  readonly startedAt: number
  readonly lastAt: number
  readonly plan: readonly { readonly step: string; readonly input: JsonObject }[]
  readonly index: number
  readonly message: { readonly channel: string; readonly ts: string } | null
  readonly record: StepRecord
  readonly stage: Stage
}

export const runStream = (run: string) => `run/${run}`
export const runOfStream = (stream: string) => stream.replace(/^run\//, '')

export class IllegalEvent extends Error {
  constructor(type: string, stage: string) {
    super(`${type} cannot happen to a run that is ${stage}`)
    this.name = 'IllegalEvent'
  }
}

/** Null for a stream without events. Throws UnknownEvent and IllegalEvent. */
export function runOf(records: readonly Recorded[]): Run | null {
  return readEvents(runEventSchema, records).reduce<Run | null>(evolve, null)
}

export function evolve(run: Run | null, read: Read<RunEvent>): Run {
  if (run === null) return begin(read)
  const { at, event } = read
  const next = { ...run, version: run.version + 1, lastAt: at }
  if (event.type === 'message-posted')
    return { ...next, message: { channel: event.channel, ts: event.ts } }
  return { ...next, ...move(run, event, at) }
}

function begin({ at, event }: Read<RunEvent>): Run {
  if (event.type !== 'run-started') throw new IllegalEvent(event.type, 'not started')
  const { run: id, system, document, by, channel, plan } = event
  return {
    ...{ id, system, document, by, channel, plan },
    ...{ version: 1, startedAt: at, lastAt: at, index: 0, message: null },
    record: blankRecord,
    stage: { kind: 'reached' },
  }
}

type Moves = { readonly stage: Stage; readonly record?: StepRecord; readonly index?: number }

/** The stage that an event leads to. What no stage names is illegal. */
function move(run: Run, event: RunEvent, at: number): Moves {
  const { stage, record } = run
  if (event.type === 'run-aborted' && mayAbort(stage)) return end('aborted', event.by)
  switch (stage.kind) {
    case 'reached':
      if (event.type === 'step-forecast')
        return {
          stage: { kind: 'judged' },
          record: { ...blankRecord, moved: record.moved, forecast: event.forecast },
        }
      if (event.type === 'run-parked') return park(event.why, stage)
      break
    case 'judged':
      return judged(run, event, at)
    case 'waiting':
      return waiting(run, stage.approval, event, at)
    case 'claimed':
      if (event.type === 'write-withheld') return end('withheld', null)
      if (event.type === 'approval-voided') return voided(event.moved)
      if (event.type === 'write-intended')
        return {
          stage: sending(event.intent, 1, at),
          record: { ...record, intendedAt: at },
        }
      if (event.type === 'run-parked') return park(event.why, stage)
      break
    case 'sending':
      return sent(run, stage, event, at)
    case 'working':
      if (event.type === 'operation-ended' && event.operation !== stage.operation) break
      if (event.type === 'operation-ended' && event.error === null)
        return {
          stage: { kind: 'acted', intent: stage.intent, endedAt: at },
          record: { ...record, endedAt: at },
        }
      if (event.type === 'operation-ended' && event.error !== null)
        return park({ code: 'operation-failed', error: event.error }, { kind: 'reached' })
      if (event.type === 'run-parked') return park(event.why, stage)
      break
    case 'acted':
      if (event.type === 'step-verified') return verified(run, event.evidence)
      if (event.type === 'run-parked') return park(event.why, stage)
      break
    case 'parked':
      if (event.type === 'run-resumed')
        return { stage: event.choice === 'retry' ? { kind: 'reached' } : rested(stage.from) }
      break
    case 'ended':
      break
  }
  throw new IllegalEvent(event.type, stage.kind)
}

function judged(run: Run, event: RunEvent, at: number): Moves {
  const { record, stage } = run
  switch (event.type) {
    case 'step-blocked':
      return end('blocked', null)
    case 'step-unneeded':
      return passed(run, 'unneeded', record)
    case 'approval-requested': {
      const { approval: id, token, needed, approvers, expiresAt } = event
      const approval = { id, token, needed, approvers, expiresAt, consents: [] }
      return { stage: { kind: 'waiting', approval }, record: { ...record, approval } }
    }
    case 'step-claimed':
      return { stage: { kind: 'claimed' }, record: { ...record, claimedAt: at } }
    case 'step-verified':
      return verified(run, event.evidence)
    case 'approval-voided':
      return voided(event.moved)
    case 'run-parked':
      return park(event.why, { kind: 'reached' })
    default:
      throw new IllegalEvent(event.type, stage.kind)
  }
}

function waiting(run: Run, approval: Approval, event: RunEvent, at: number): Moves {
  const { record, stage } = run
  switch (event.type) {
    case 'consent-given': {
      const consented = { ...approval, consents: [...approval.consents, { by: event.by, at }] }
      return {
        stage: { kind: 'waiting', approval: consented },
        record: { ...record, approval: consented },
      }
    }
    case 'approval-rejected':
      return end('rejected', event.by)
    case 'approval-expired':
      return end('expired', null)
    case 'run-parked':
      return park(event.why, { kind: 'reached' })
    case 'approval-voided':
      return voided(event.moved)
    case 'step-claimed':
      return { stage: { kind: 'claimed' }, record: { ...record, claimedAt: at } }
    default:
      throw new IllegalEvent(event.type, stage.kind)
  }
}

function sent(run: Run, stage: Sending, event: RunEvent, at: number): Moves {
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
      const fault = { code: event.code, message: event.message, at }
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
      return voided(event.moved)
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

function verified(run: Run, evidence: readonly Evidence[]): Moves {
  const record = { ...run.record, evidence }
  const outcome = outcomeOf(evidence)
  if (outcome === 'contradicted' && run.stage.kind === 'acted')
    return { ...park({ code: 'contradicted' }, run.stage), record }
  return outcome === 'verified'
    ? passed(run, 'verified', record)
    : { ...end('not-verified', null), record }
}

/** The next step is reached, or the run ends so. */
function passed(run: Run, outcome: 'verified' | 'unneeded', record: StepRecord): Moves {
  return run.index === run.plan.length - 1
    ? { ...end(outcome, null), record }
    : { stage: { kind: 'reached' }, record: blankRecord, index: run.index + 1 }
}

export function outcomeOf(
  evidence: readonly Evidence[],
): 'verified' | 'not-verified' | 'contradicted' {
  if (evidence.some(({ outcome }) => outcome === 'contradicted')) return 'contradicted'
  return evidence.every(({ outcome }) => outcome === 'confirmed') ? 'verified' : 'not-verified'
}

function sending(intent: Intent, attempts: number, since: number): Sending {
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

/** A person said to go on: it is looked at afresh. */
function rested(stage: Resumable): Stage {
  return stage.kind === 'sending'
    ? { ...stage, fate: 'unknown', earlierLeft: mayHaveLeft(stage), looks: 0, attempts: 1 }
    : stage
}

function voided(moved: readonly Moved[]): Moves {
  return { stage: { kind: 'reached' }, record: { ...blankRecord, moved } }
}

function park(why: Parked, from: Resumable): Moves {
  return { stage: { kind: 'parked', why, from } }
}

function end(outcome: Outcome, by: string | null): Moves {
  return { stage: { kind: 'ended', outcome, by } }
}
