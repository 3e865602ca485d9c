/**
 * The verdict on a prediction: clear, review or block, each reason with its numbers. capacity.md,
 * 4.
 */
import { isDeepStrictEqual } from 'node:util'
import type { AssessContext } from './assess.ts'
import { blocksOf } from './blocks.ts'
import { costDelta, costReviews } from './cost-reviews.ts'
import type { Assessment } from './finding.ts'
import { type Outlook, outlookOf } from './outlook.ts'
import type { Disruption, Phase, Prediction } from './prediction.ts'
import { because, type Reason } from './reason.ts'
import { relieved } from './relief.ts'
import { type Known, reviewsOf, unknownNeeds } from './reviews.ts'
import { settingReviewsOf } from './setting-reviews.ts'
import type { System } from './system.ts'

export type Verdict = 'clear' | 'review' | 'block'

export type JudgeContext = AssessContext & {
  /** Paths of the facts that the step needs to be observed. */
  readonly needs: readonly string[]
  /**
   * What the step is after. `changes`: settings of the System, the usual case. `reads`: nothing, so
   * it is clear. `elsewhere`: something that the System does not hold (a backup, a dashboard, a
   * person's word).
   */
  readonly acts?: 'changes' | 'reads' | 'elsewhere'
}

type JudgedPhase = {
  readonly name: 'now' | Phase['name'] | 'after'
  /** A phase between at the users of the quiet hour, `now` and `after` at the full load. */
  readonly assessment: Assessment | null
  readonly disruption: Disruption | null
}

export type Judgement = {
  readonly verdict: Verdict
  /** What blocks first. */
  readonly reasons: readonly Reason[]
  readonly now: Assessment
  /** `now`, the phases between, `after`. */
  readonly phases: readonly JudgedPhase[]
  readonly after: Assessment
  /**
   * Of the expected total, in whole USD a month from 10 on, else to the cent; null while a line has
   * no price.
   */
  readonly costDeltaUsd: number | null
}

export function judge(now: System, prediction: Prediction, context: JudgeContext): Judgement {
  return judgeOutlook(outlookOf(now, prediction, context), context)
}

/** The verdict on laws that are applied already. */
export function judgeOutlook(outlook: Outlook, context: JudgeContext): Judgement {
  const { verdict, reasons } = decided(outlook, context)
  const { now, later } = outlook
  const delta = costDelta(now, later)
  const costDeltaUsd = delta === null ? null : roundedUsd(delta)
  return { verdict, reasons, now, phases: judgedPhases(outlook), after: later, costDeltaUsd }
}

function roundedUsd(usd: number): number {
  return Math.abs(usd) < 10 ? Math.round(usd * 100) / 100 + 0 : Math.round(usd)
}

type Decision = Pick<Judgement, 'verdict' | 'reasons'>

function decided(outlook: Outlook, context: JudgeContext): Decision {
  const { acts = 'changes', needs, unknown = [] } = context
  const known: Known = { needs, unknown }
  if (acts === 'reads') return { verdict: 'clear', reasons: [] }
  if (acts === 'changes' && changesNothing(outlook)) return unchanged(known)
  const blocks = blocksOf(outlook)
  const relief = blocks.length === 0 ? [] : relieved(outlook, blocks)
  const reviews = [
    ...reviewsOf(outlook, known),
    ...settingReviewsOf(outlook),
    ...costReviews(outlook),
  ]
  if (relief === null) return { verdict: 'block', reasons: distinct([...blocks, ...reviews]) }
  const reasons = distinct([...relief, ...reviews])
  return { verdict: reasons.length === 0 ? 'clear' : 'review', reasons }
}

/**
 * The same law with the same numbers in two moments is one reason: the first, which weighs more.
 */
function distinct(reasons: readonly Reason[]): readonly Reason[] {
  const seen = new Set<string>()
  return reasons.filter((reason) => {
    if (!('moment' in reason.values)) return true
    const { demand, limit } = reason.values
    const key = JSON.stringify([reason.code, reason.law, reason.subject, demand, limit])
    return !seen.has(key) && seen.add(key)
  })
}

function changesNothing({ before, after, phases }: Outlook): boolean {
  return phases.length === 0 && isDeepStrictEqual(before, after)
}

/** Clear, unless nobody knows whether it is so already. */
function unchanged(known: Known): Decision {
  const unknown = unknownNeeds(known)
  if (unknown.length > 0) return { verdict: 'review', reasons: unknown }
  return { verdict: 'clear', reasons: [because('no-change', { weight: 'note' }, {})] }
}

function judgedPhases({ now, later, phases }: Outlook): readonly JudgedPhase[] {
  return [
    { name: 'now', assessment: now, disruption: null },
    ...phases.map(({ phase, quiet }) => ({
      name: phase.name,
      assessment: quiet,
      disruption: phase.kind === 'disruption' ? phase.disruption : null,
    })),
    { name: 'after', assessment: later, disruption: null },
  ]
}
