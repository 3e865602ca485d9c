/** A run: the fold of its events. Pure; an event that is illegal at its stage is a broken invariant. DESIGN.md, 3. */
import type { StoredItem } from '../define/plan-item.ts'
import type { Recorded } from '../ledger/ledger.ts'
import { type RunEvent, runEventSchema } from './events.ts'
import { move } from './move.ts'
import { end, IllegalEvent, type Moves } from './moves.ts'
import { fresh, note, waitAt } from './notes.ts'
import { preventedBy } from './prevented.ts'
import { type Read, readEvents } from './read-events.ts'
import { blankRecord, type Held, mayAbort, type Proposal, type Run } from './stage.ts'

export const runStream = (run: string) => `run/${run}`
export const isRunStream = (stream: string) => stream.startsWith(runStream(''))
export const runOfStream = (stream: string) => stream.replace(/^run\//, '')

/** Null for a stream without events. Throws UnknownEvent and IllegalEvent. */
export function runOf(records: readonly Recorded[]): Run | null {
  return readEvents(runEventSchema, records).reduce<Run | null>(evolve, null)
}

export function evolve(run: Run | null, read: Read<RunEvent>): Run {
  if (run === null) return begin(read)
  const { at, event } = read
  const version = run.version + 1
  // What is noted later is no step: the last thing that happened to an ended run stays its end.
  const noted = note(run, event, at)
  if (noted !== null) return { ...run, version, ...noted }
  const next = { ...run, version, lastAt: at }
  const besides = beside(run, event)
  if (besides !== null) return { ...next, ...besides }
  const moves = step(run, event, at)
  const no = preventedBy(run, event, at)
  const prevented = no === null ? run.prevented : [...run.prevented, no]
  return { ...next, ...moves, wait: waitAt(run, moves.stage, at), prevented }
}

const blankProposal: Proposal = {
  forecast: null,
  forecastAt: null,
  approval: null,
  moved: null,
  acceptedAt: null,
}

/** A plan of several steps, and a runbook's, is agreed to as a whole first. */
function begin({ at, event }: Read<RunEvent>): Run {
  if (event.type !== 'run-started') throw new IllegalEvent(event.type, 'not started')
  const { run: id, system, document, by, channel } = event
  const plan = event.plan.map(storedItem)
  const isWhole = plan.length > 1 || event.runbook !== undefined
  return {
    ...{ id, system, document, by, channel, plan },
    runbook: event.runbook ?? null,
    box: event.box ?? null,
    notBefore: event.notBefore ?? null,
    breakGlass: event.breakGlass ?? null,
    ...{ version: 1, startedAt: at, lastAt: at, index: 0, past: [], held: null, message: null },
    proposal: blankProposal,
    record: blankRecord,
    stage: isWhole ? { kind: 'planning' } : { kind: 'reached' },
    wait: fresh(at, 1),
    ...{ prevented: [], judgement: null, followedUp: null },
  }
}

/** A step of an older ledger has no kind and no reason. */
export function storedItem(item: Started['plan'][number]): StoredItem {
  return 'step' in item ? { ...item, kind: 'step', why: item.why ?? null } : item
}

type Started = Extract<RunEvent, { type: 'run-started' }>

type Beside = { readonly message: Run['message'] } | { readonly held: Held | null }

/** What may happen at any stage and moves none: the message, and what is held. Null: it is none of these. */
function beside({ stage, held, index }: Run, event: RunEvent): Beside | null {
  switch (event.type) {
    case 'message-posted':
      return { message: { channel: event.channel, ts: event.ts } }
    case 'hold-intended': {
      if (stage.kind !== 'claimed' || held !== null) throw new IllegalEvent(event.type, stage.kind)
      const { target, until, instance } = event
      return { held: { index, target, until, instance, isTaken: false } }
    }
    case 'hold-taken':
      if (stage.kind !== 'claimed' || held === null) throw new IllegalEvent(event.type, stage.kind)
      return { held: { ...held, isTaken: true } }
    case 'hold-released':
      if (held === null) throw new IllegalEvent(event.type, 'holding nothing')
      return { held: null }
    default:
      return null
  }
}

function step(run: Run, event: RunEvent, at: number): Moves {
  return event.type === 'run-aborted' && mayAbort(run.stage)
    ? end('aborted', event.by)
    : move(run, event, at)
}
