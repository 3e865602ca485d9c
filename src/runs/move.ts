/** The stage that an event leads to; what no stage names is illegal. Pure. DESIGN.md, 3. */
import type { RunEvent } from './events.ts'
import {
  end,
  IllegalEvent,
  type Moves,
  park,
  parkOnly,
  passed,
  passedOver,
  verified,
  voided,
} from './moves.ts'
import { consulting, judged, planned, waiting } from './moves-consenting.ts'
import { sending, sent } from './moves-sending.ts'
import {
  blankRecord,
  mayHaveLeft,
  type Resumable,
  type Run,
  type Stage,
  type StepRecord,
} from './stage.ts'

export function move(run: Run, event: RunEvent, at: number): Moves {
  switch (run.stage.kind) {
    case 'planning':
      return planning(run, event, at)
    case 'planned':
      return planned(run, event, at)
    case 'consulting':
      return consulting(run, run.stage.approval, event, at)
    case 'reached':
      return reached(run, event, at)
    case 'judged':
      return judged(run, event, at)
    case 'waiting':
      return waiting(run, run.stage.approval, event, at)
    case 'watching':
      return watching(run, run.stage, event, at)
    case 'asked':
      return asked(run, event, at)
    case 'claimed':
      return claimed(run, event, at)
    case 'sending':
      return sent(run, run.stage, event, at)
    case 'working':
      return working(run, run.stage, event, at)
    case 'acted':
      if (event.type === 'step-verified') return verified(run, event.evidence, at)
      return parkOnly(event, run.stage)
    case 'parked':
      return parked(run, run.stage.from, event, at)
    case 'ended':
      throw new IllegalEvent(event.type, 'ended')
  }
}

function planning(run: Run, event: RunEvent, at: number): Moves {
  if (event.type !== 'plan-forecast') return parkOnly(event, { kind: 'planning' })
  const { moved } = run.proposal
  const { forecast } = event
  return {
    stage: { kind: 'planned' },
    proposal: { forecast, forecastAt: at, approval: null, moved, acceptedAt: null },
  }
}

function reached(run: Run, event: RunEvent, at: number): Moves {
  const { stage, record } = run
  if (event.type === 'condition-judged')
    return event.isMet ? passed(run, 'passed', { at }) : passedOver(run, event.skips, at)
  if (event.type === 'watch-begun')
    return { stage: { kind: 'watching', since: at, calmSince: null } }
  if (event.type === 'step-forecast')
    return {
      stage: { kind: 'judged' },
      record: {
        ...{ ...blankRecord, moved: record.moved, earlier: record.earlier },
        forecast: event.forecast,
      },
    }
  if (event.type === 'run-parked') return park(event.why, { kind: 'reached' })
  throw new IllegalEvent(event.type, stage.kind)
}

function watching(
  run: Run,
  stage: Extract<Stage, { kind: 'watching' }>,
  event: RunEvent,
  at: number,
): Moves {
  switch (event.type) {
    case 'calm-began':
      return { stage: { ...stage, calmSince: at } }
    case 'calm-ended':
      return { stage: { ...stage, calmSince: null } }
    case 'watch-over':
      return passed(run, 'passed', { at })
    case 'step-skipped':
      return passed(run, 'skipped', { at, skipped: { by: event.by, reason: event.reason } })
    case 'run-parked':
      return park(event.why, { kind: 'reached' })
    default:
      throw new IllegalEvent(event.type, 'watching')
  }
}

function asked(run: Run, event: RunEvent, at: number): Moves {
  switch (event.type) {
    case 'person-answered':
      return {
        stage: { kind: 'acted', intent: null, endedAt: at },
        record: { ...run.record, answered: { by: event.by, at }, endedAt: at },
      }
    case 'step-skipped':
      return passed(run, 'skipped', { at, skipped: { by: event.by, reason: event.reason } })
    case 'run-parked':
      return park(event.why, { kind: 'reached' })
    default:
      throw new IllegalEvent(event.type, 'asked')
  }
}

function claimed(run: Run, event: RunEvent, at: number): Moves {
  const { stage, record } = run
  switch (event.type) {
    case 'write-withheld':
      return end('withheld', null)
    case 'approval-voided':
      return voided(run, event.moved)
    case 'write-intended':
      return { stage: sending(event.intent, 1, at), record: { ...record, intendedAt: at } }
    case 'run-parked':
      return park(event.why, { kind: 'claimed' })
    default:
      throw new IllegalEvent(event.type, stage.kind)
  }
}

function working(
  { record }: Run,
  stage: Extract<Stage, { kind: 'working' }>,
  event: RunEvent,
  at: number,
): Moves {
  if (event.type !== 'operation-ended') return parkOnly(event, stage)
  if (event.operation !== stage.operation)
    throw new IllegalEvent(event.type, 'working on another operation')
  return event.error === null
    ? {
        stage: { kind: 'acted', intent: stage.intent, endedAt: at },
        record: { ...record, endedAt: at },
      }
    : park({ code: 'operation-failed', error: event.error }, { kind: 'reached' })
}

function parked(run: Run, from: Resumable, event: RunEvent, at: number): Moves {
  switch (event.type) {
    case 'run-resumed': {
      const isPlan = from.kind === 'planning'
      const afresh: Stage = isPlan ? { kind: 'planning' } : { kind: 'reached' }
      const stage = event.choice === 'retry' ? afresh : rested(from)
      return stage.kind === 'reached' ? { stage, record: begunAgain(run, event.by, at) } : { stage }
    }
    case 'step-skipped': {
      // A plan that nobody agreed to has no step to leave out.
      if (from.kind === 'planning') break
      const skipped = { by: event.by, reason: event.reason }
      return passed(run, from.kind === 'acted' ? 'not-verified' : 'skipped', { at, skipped })
    }
    default:
      break
  }
  throw new IllegalEvent(event.type, 'parked')
}

/** The same step from its beginning: what was sent of it stands behind it. */
function begunAgain({ stage, record }: Run, by: string, at: number): StepRecord {
  if (stage.kind !== 'parked' || record.intendedAt === null) return record
  return { ...blankRecord, earlier: { by, at, why: stage.why, record } }
}

/** A person said to go on: it is looked at afresh. */
function rested(stage: Resumable): Stage {
  return stage.kind === 'sending'
    ? { ...stage, fate: 'unknown', earlierLeft: mayHaveLeft(stage), looks: 0, attempts: 1 }
    : stage
}
