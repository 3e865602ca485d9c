/**
 * What the gate prevented, and whether people say later that its no was right. Pure: counted from the
 * runs of the ledger. DESIGN.md, 6.
 */
import type { Moved, RunEvent } from './events.ts'
import type { Prevented, Run } from './stage.ts'

/** Null: this event is no no. */
export function preventedBy(run: Run, event: RunEvent, at: number): Prevented | null {
  switch (event.type) {
    case 'step-blocked':
      return { kind: 'blocked', at, codes: stepCodes(run) }
    case 'plan-blocked':
      return { kind: 'blocked', at, codes: planCodes(run) }
    case 'approval-voided':
      return { kind: 'voided', at, codes: [...new Set(event.moved.map(codeOfMove))] }
    case 'run-parked':
      return event.why.code === 'blocked' ? { kind: 'blocked', at, codes: stepCodes(run) } : null
    default:
      return null
  }
}

/** Where no reason blocks, the target's own rules refused the input. */
function stepCodes({ record }: Run): readonly string[] {
  const codes = blocking(record.forecast?.reasons ?? [])
  return codes.length === 0 ? ['target-refuses'] : codes
}

function planCodes({ proposal }: Run): readonly string[] {
  const { reasons = [], stop = null } = proposal.forecast ?? {}
  const codes = blocking([...reasons, ...(stop?.reasons ?? [])])
  return codes.length === 0 ? [stop?.refusal?.code ?? stop?.code ?? 'target-refuses'] : codes
}

type Weighed = { readonly code: string; readonly weight: string }

function blocking(reasons: readonly Weighed[]): readonly string[] {
  const codes = reasons.filter(({ weight }) => weight === 'block').map(({ code }) => code)
  return [...new Set(codes)]
}

/** What moves without being a fact of the world. */
const ownMoves: Readonly<Record<string, string>> = {
  verdict: 'verdict-worse',
  disruption: 'disruption-grew',
  cost: 'cost-rose',
  approval: 'approval-late',
  event: 'event-near',
  users: 'more-users-near',
  document: 'document-changed',
  policy: 'policy-changed',
}

function codeOfMove({ what, after }: Moved): string {
  // A new reason comes as its code, its law and its subject.
  if (what === 'reason') return String(after).split(' ')[0] ?? 'reason'
  return ownMoves[what] ?? 'world-moved'
}

export type Judged = { readonly right: number; readonly wrong: number; readonly open: number }

export type PreventedCode = Judged & {
  readonly code: string
  readonly count: number
  /** By month, UTC, `2026-11`: the oldest first. */
  readonly months: Readonly<Record<string, number>>
}

export type PreventedRecord = Judged & {
  /** Runs with at least one no; they are judged as a whole. */
  readonly runs: number
  readonly blocked: number
  readonly voided: number
  /** What is said most often comes first. */
  readonly codes: readonly PreventedCode[]
}

export function preventedRecordOf(all: readonly Run[]): PreventedRecord {
  const runs = all.filter(({ prevented }) => prevented.length > 0)
  const every = runs.flatMap((run) => run.prevented.map((no) => ({ run, no })))
  const pairs = every.flatMap((one) => one.no.codes.map((code) => ({ ...one, code })))
  const codes = [...Map.groupBy(pairs, ({ code }) => code)]
    .map(([code, group]) => ({
      ...{ code, count: group.length },
      ...judgedOf(group.map(({ run }) => run)),
      months: monthsOf(group.map(({ no }) => no.at)),
    }))
    .toSorted((one, other) => other.count - one.count || (one.code < other.code ? -1 : 1))
  const kinds = (kind: Prevented['kind']) => every.filter(({ no }) => no.kind === kind).length
  const [blocked, voided] = [kinds('blocked'), kinds('voided')]
  return { runs: runs.length, blocked, voided, ...judgedOf(runs), codes }
}

function judgedOf(runs: readonly Run[]): Judged {
  const said = runs.flatMap(({ judgement }) => (judgement === null ? [] : [judgement.isRight]))
  const right = said.filter((isRight) => isRight).length
  return { right, wrong: said.length - right, open: runs.length - said.length }
}

function monthsOf(times: readonly number[]): Readonly<Record<string, number>> {
  const months = Map.groupBy(
    times.toSorted((one, other) => one - other),
    (at) => new Date(at).toISOString().slice(0, 7),
  )
  return Object.fromEntries([...months].map(([month, group]) => [month, group.length]))
}
