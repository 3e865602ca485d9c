/** What the moves of a run are made of: parked, voided, passed on, ended. Pure. */
import type { Evidence, Moved, Parked, RunEvent } from './events.ts'
import {
  blankRecord,
  type Outcome,
  type PastStep,
  type Proposal,
  type Resumable,
  type Run,
  type Stage,
  type StepOutcome,
  type StepRecord,
} from './stage.ts'

export class IllegalEvent extends Error {
  constructor(type: string, stage: string, what = 'run') {
    super(`${type} cannot happen to a ${what} that is ${stage}`)
    this.name = 'IllegalEvent'
  }
}

export type Moves = {
  readonly stage: Stage
  readonly record?: StepRecord
  readonly proposal?: Proposal
  readonly index?: number
  readonly past?: readonly PastStep[]
}

export function verified(run: Run, evidence: readonly Evidence[], at: number): Moves {
  const { stage } = run
  const record = { ...run.record, evidence }
  const outcome = outcomeOf(evidence)
  if (outcome === 'contradicted' && stage.kind === 'acted')
    return { ...park({ code: 'contradicted' }, stage), record }
  if (outcome === 'verified') {
    const byPerson = record.answered !== null && evidence.length === 0
    return passed({ ...run, record }, byPerson ? 'by-person' : 'verified', { at })
  }
  // The steps after it rest on it: they do not start before a person has said so.
  return isLast(run)
    ? { ...end('not-verified', null), record }
    : { ...park({ code: 'not-verified' }, resumable(stage)), record }
}

function resumable(stage: Stage): Resumable {
  return stage.kind === 'acted' ? stage : { kind: 'reached' }
}

function isLast({ index, plan }: Run): boolean {
  return index === plan.length - 1
}

/** The next step is reached, or the run ends as its steps did. */
export function passed(
  run: Run,
  outcome: StepOutcome,
  { at, skipped = null }: { at: number; skipped?: PastStep['skipped'] },
): Moves {
  const { record } = run
  const past = [...run.past, { outcome, record, at, skipped }]
  if (!isLast(run))
    return { stage: { kind: 'reached' }, record: blankRecord, index: run.index + 1, past }
  return { ...end(endOf(past), skipped?.by ?? null), record, past }
}

/** A condition that does not hold: the items that it guards are left out, and it with them. */
export function passedOver(run: Run, skips: number, at: number): Moves {
  const left = { outcome: 'passed-over', record: blankRecord, at, skipped: null } as const
  const past = [...run.past, ...Array.from({ length: 1 + skips }, () => left)]
  const index = run.index + 1 + skips
  if (index < run.plan.length)
    return { stage: { kind: 'reached' }, record: blankRecord, index, past }
  return { ...end(endOf(past), null), past }
}

function endOf(past: readonly PastStep[]): Outcome {
  const outcomes = past.map(({ outcome }) => outcome)
  if (outcomes.every((one) => one === 'unneeded' || one === 'passed-over')) return 'unneeded'
  const sound: readonly StepOutcome[] = [
    ...(['verified', 'unneeded', 'by-person', 'passed', 'passed-over'] as const),
  ]
  return outcomes.every((one) => sound.includes(one)) ? 'verified' : 'not-verified'
}

export function outcomeOf(
  evidence: readonly Evidence[],
): 'verified' | 'not-verified' | 'contradicted' {
  if (evidence.some(({ outcome }) => outcome === 'contradicted')) return 'contradicted'
  return evidence.every(({ outcome }) => outcome === 'confirmed') ? 'verified' : 'not-verified'
}

/** What was sent before is not forgotten with the approval. */
export function voided({ record: { earlier } }: Run, moved: readonly Moved[]): Moves {
  return { stage: { kind: 'reached' }, record: { ...blankRecord, moved, earlier } }
}

export function parkOnly(event: RunEvent, from: Resumable): Moves {
  if (event.type !== 'run-parked') throw new IllegalEvent(event.type, from.kind)
  return park(event.why, from)
}

export function park(why: Parked, from: Resumable): Moves {
  return { stage: { kind: 'parked', why, from } }
}

export function end(outcome: Outcome, by: string | null): Moves {
  return { stage: { kind: 'ended', outcome, by } }
}
