/**
 * Facts -> forecast -> verdict: what one step would do to the System as it is now, and whether it
 * may. Pure. DESIGN.md, 6.
 */
import { type Judgement, judge } from '../capacity/compare.ts'
import type { Moment } from '../capacity/events.ts'
import type { Prediction } from '../capacity/prediction.ts'
import type { Reason } from '../capacity/reason.ts'
import type { Refusal } from '../capacity/refusal.ts'
import type { System, SystemDocument } from '../capacity/system.ts'
import type { BoundStep } from '../define/step.ts'
import type { Fact } from '../world/world.ts'
import { clockDoubts } from './clocks.ts'
import { digestOf } from './digest.ts'
import { factNamed, type View, viewOf } from './facts.ts'
import { type Basis, fingerprintOf, type Judged } from './fingerprint.ts'
import { crowdAt, meeting, viewAt } from './meeting.ts'
import type { GateReason } from './reason.ts'
import { type History, rulesAgainst } from './rules.ts'

/** A change that somebody else was cleared for and that is not over: its claim carries the reservation. */
export type Reservation = {
  readonly run: string
  readonly target: string
  /** Null: its step belongs to newer code, so what it reserves cannot be computed. */
  readonly step: BoundStep | null
}

export type Examination = {
  readonly verdict: 'clear' | 'review' | 'block'
  readonly reasons: readonly (Reason | GateReason)[]
  /** Null where the target's own rules refuse the input: then there is nothing to forecast. */
  readonly judgement: Judgement | null
  readonly refusal: Refusal | null
  readonly prediction: Prediction | null
  readonly view: View
  readonly basis: Basis
  readonly judged: Judged
  readonly fingerprint: string
}

export type Question = {
  readonly document: SystemDocument
  readonly facts: readonly Fact[]
  readonly step: BoundStep
  readonly reservations: readonly Reservation[]
  /** What the rules of the policy remember. */
  readonly history: History
  /** Which run asks; null: none yet. */
  readonly run: string | null
  readonly now: number
  /** When the run is to begin; absent or null: now. What time alone brings, a freeze or a sale, is judged for then. */
  readonly notBefore?: number | null
}

/** At most so many changes are under way in one System: every combination of them is judged. */
export const reservationsAtMost = 4

export function examine(question: Question): Examination {
  const { document, facts, step, now } = question
  const seen = viewOf(document, facts, now)
  const moment: Moment = { now: beginOf(question), stepMinutes: step.minutes }
  const view = viewAt(seen, moment)
  const today = dayOf(moment.now)
  const prediction = step.predict(view.system)
  const refusal = 'kind' in prediction ? prediction : null
  const worst = judgeReserved(view.system, step, {
    reservations: question.reservations,
    today,
    unknown: view.unknown,
  })
  const outside =
    step.act.kind === 'read' ? [] : [...standing(question), ...meeting(seen.system, worst, moment)]
  const verdict =
    refusal !== null || worst === null ? 'block' : worstVerdict(worst.verdict, outside)
  // A wish whose change came to nothing stands there and is not so: it is written again.
  const isMissed = typeof observedValue(facts, `${step.target}.problem`) === 'string'
  const own = (worst?.reasons ?? []).filter(({ code }) => !isMissed || code !== 'no-change')
  const reasons = [...outside, ...own]
  const basis: Basis = {
    step: step.name,
    input: step.input,
    document: digestOf(document),
    policy: digestOf(document.policy),
    version: versionOf(facts, step.target),
    facts,
  }
  const disruptions = (worst?.phases ?? []).flatMap(({ disruption }) =>
    disruption === null ? [] : [disruption],
  )
  const costDeltaUsd = worst?.costDeltaUsd ?? null
  const crowd = crowdAt(seen, moment)
  const judged: Judged = { verdict, reasons, disruptions, costDeltaUsd, crowd }
  return {
    verdict,
    reasons,
    judgement: worst,
    refusal,
    prediction: 'kind' in prediction ? null : prediction,
    view,
    basis,
    judged,
    fingerprint: fingerprintOf(basis, judged),
  }
}

export function beginOf({ now, notBefore }: Pick<Question, 'now' | 'notBefore'>): number {
  return Math.max(now, notBefore ?? now)
}

/** With what stands beside the model's own verdict. */
export function worstVerdict(
  verdict: Examination['verdict'],
  outside: readonly GateReason[],
): Examination['verdict'] {
  const all = [verdict, ...outside.map(({ weight }) => weight)]
  return all.reduce((worst, one) => (rank[one] > rank[worst] ? one : worst))
}

/** UTC day of an instant, `2026-11-23`. */
export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10)
}

/**
 * The worst that the step may come to, whatever becomes of the changes that are under way. Null
 * where the target's own rules refuse it.
 */
function judgeReserved(
  system: System,
  step: BoundStep,
  {
    reservations,
    today,
    unknown,
  }: Pick<Question, 'reservations'> & Pick<Context, 'today' | 'unknown'>,
): Judgement | null {
  const context = { today, unknown, needs: step.needs }
  return worstOf(
    baselines(system, reservations).map((reserved) => judgeOn(reserved, step, context)),
  )
}

/** The world with every combination of the reservations in force: none of them may be left short. */
function baselines(system: System, reservations: readonly Reservation[]): readonly System[] {
  const systems = [system]
  for (const { step } of reservations.slice(0, reservationsAtMost)) {
    if (step === null) continue
    const reserved = systems.map((before) => step.predict(before))
    for (const prediction of reserved) if (!('kind' in prediction)) systems.push(prediction.after)
  }
  return systems
}

type Context = {
  readonly today: string
  readonly unknown: readonly string[]
  readonly needs: readonly string[]
}

function judgeOn(system: System, step: BoundStep, context: Context): Judgement | null {
  const prediction = step.predict(system)
  const { acts } = step
  return 'kind' in prediction ? null : judge(system, prediction, { ...context, acts })
}

const rank = { clear: 0, review: 1, block: 2 } as const

/** Null where on some combination there is nothing to judge: that counts as the worst. */
function worstOf(judgements: readonly (Judgement | null)[]): Judgement | null {
  return judgements.reduce<Judgement | null>((worst, one, index) => {
    if (one === null || (index > 0 && worst === null)) return null
    return worst === null || rank[one.verdict] > rank[worst.verdict] ? one : worst
  }, null)
}

const nothing = { weight: 'block', law: null, before: null, after: null } as const

/** What stands in the way of a write at this moment, whatever the capacity. facts/cloudsql.md, 11. */
export function standing(question: Question): readonly GateReason[] {
  const { document, facts, step, reservations, history, run } = question
  const { target } = step
  const now = beginOf(question)
  const reason = (
    code: GateReason['code'],
    values: Readonly<Record<string, string>>,
  ): GateReason => ({ ...nothing, code, subject: target, values })
  const holder = reservations.find((other) => other.target === target)
  const strange = reservations.find((other) => other.step === null)
  const operation = operationOf(facts, target)
  const state = observedValue(facts, `${target}.state`)
  return [
    ...(step.act.kind === 'write'
      ? rulesAgainst(document.policy, { target, run, now }, history)
      : []),
    ...(holder === undefined ? [] : [reason('target-claimed', { run: holder.run })]),
    ...(reservations.length > reservationsAtMost
      ? [reason('not-allowed', { rule: `at most ${reservationsAtMost} changes under way` })]
      : []),
    ...(strange === undefined
      ? []
      : [reason('not-allowed', { rule: `run ${strange.run} does a step that I do not know` })]),
    ...(typeof operation === 'string' ? [reason('target-busy', { operation })] : []),
    ...(typeof state === 'string' && state !== 'RUNNABLE'
      ? [reason('not-runnable', { state })]
      : []),
    ...clockDoubts(facts, target),
  ]
}

/** Of the target, or of what belongs to it: work on a replica occupies its primary. facts/cloudsql.md, 11, 2. */
function operationOf(facts: readonly Fact[], target: string): unknown {
  const names = facts
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`${target}.`) && name.endsWith('.operation'))
  return names.map((name) => observedValue(facts, name)).find((one) => typeof one === 'string')
}

function observedValue(facts: readonly Fact[], name: string): unknown {
  const fact = factNamed(facts, name)
  return fact?.kind === 'observed' ? fact.value : null
}

/** What the world calls the version of a target: a write is conditional on it. writes.md. */
const versionFields = ['settingsVersion', 'etag', 'mutatedAt']

function versionOf(facts: readonly Fact[], target: string): string | null {
  const values = versionFields.map((field) => observedValue(facts, `${target}.${field}`))
  return values.find((value) => typeof value === 'string') ?? null
}
