/**
 * What a person should look at before it happens: disruptions, laws that tighten, facts that nobody
 * knows. capacity.md, 4.
 */
import { isDeepStrictEqual } from 'node:util'
import { breach, turn } from './blocks.ts'
import { recommendedThreshold } from './changes.ts'
import type { Assessment, Finding } from './finding.ts'
import {
  carried,
  findingOf,
  isAdvice,
  isLoad,
  isStructural,
  nowUsersFact,
  type Outlook,
} from './outlook.ts'
import { because, type Moment, type Reason } from './reason.ts'
import type { System } from './system.ts'
import { unknownAmong } from './trace.ts'

export type Known = {
  /** Paths of the facts that the step needs to be observed. */
  readonly needs: readonly string[]
  readonly unknown: readonly string[]
}

export function reviewsOf(outlook: Outlook, known: Known): readonly Reason[] {
  return [
    ...disruptions(outlook),
    ...lawReviews(outlook),
    ...worseInPhases(outlook),
    ...unknownNeeds(known),
    ...unknownFindings(outlook, known),
    ...nowUsersReview(outlook),
    ...loadReviews(outlook),
    ...tierReviews(outlook),
    ...alertReviews(outlook),
  ]
}

/** Each fact that the step needs and nobody knows. */
export function unknownNeeds(known: Known): readonly Reason[] {
  return unknownOf(known).map((fact) => unknownFact(fact, { neededBy: 'step' }))
}

function unknownOf({ needs, unknown }: Known): readonly string[] {
  return unknown.filter((fact) => unknownAmong(needs, [fact]) !== undefined)
}

function unknownFact(
  fact: string,
  { neededBy, law = null }: { neededBy: 'step' | 'law'; law?: string | null },
): Reason {
  return because('fact-unknown', { weight: 'review', law, subject: fact }, { fact, neededBy })
}

function disruptions({ phases, nowUsers }: Outlook): readonly Reason[] {
  return phases.flatMap(({ phase }) => {
    if (phase.kind !== 'disruption') return []
    const { target, secondsMax, source } = phase.disruption
    const values = { secondsMax, source, nowUsers }
    return [because('disruption', { weight: 'review', subject: target }, values)]
  })
}

/** At the full load: structural laws newly tight, load laws newly broken or broken and worse. */
function lawReviews({ now, later }: Outlook): readonly Reason[] {
  const moment: Moment = { at: 'users', users: later.users }
  return later.findings.flatMap((finding) => {
    const was = findingOf(now, finding)
    const isNewlyTight =
      finding.severity === 'tight' && was?.severity !== 'tight' && was?.severity !== 'broken'
    if (isNewlyTight && (isStructural(finding.law) || finding.law === 'web-processes'))
      return [breach('law-tight', finding, { weight: 'review', was, moment })]
    const code = isLoad(finding.law) ? turn(finding, now) : null
    return code === null ? [] : [breach(code, finding, { weight: 'review', was, moment })]
  })
}

/** Broken already at the quiet hour, and worse while it happens. */
function worseInPhases({ nowQuiet, phases }: Outlook): readonly Reason[] {
  return phases.flatMap(({ phase, quiet }) =>
    (quiet?.findings ?? []).flatMap((finding) => {
      if (turn(finding, nowQuiet) !== 'law-worse') return []
      const moment: Moment = { at: 'now-users', users: quiet?.users ?? 0, phase: phase.name }
      const was = findingOf(nowQuiet, finding)
      return [breach('law-worse', finding, { weight: 'review', was, moment })]
    }),
  )
}

/** A law without its number judges nothing: each missing fact once, advice aside. */
function unknownFindings({ later, laterQuiet, phases }: Outlook, known: Known): readonly Reason[] {
  const assessments: readonly (Assessment | null)[] = [
    later,
    laterQuiet,
    ...phases.map(({ quiet }) => quiet),
  ]
  const neededByStep = unknownOf(known)
  const missing = new Map<string, Finding>()
  for (const assessment of assessments)
    for (const finding of assessment?.findings ?? []) {
      const fact = finding.missing
      if (fact === undefined || isAdvice(finding.law)) continue
      if (!missing.has(fact) && !neededByStep.includes(fact)) missing.set(fact, finding)
    }
  return [...missing].map(([fact, { law }]) => unknownFact(fact, { neededBy: 'law', law }))
}

function nowUsersReview({ nowUsersUnknown, nowUsers }: Outlook): readonly Reason[] {
  if (!nowUsersUnknown) return []
  const fields = { weight: 'review', subject: nowUsersFact } as const
  return [because('now-users-unknown', fields, { users: nowUsers })]
}

const nearShare = 0.8

function loadReviews({ now, nowUsers, phases }: Outlook): readonly Reason[] {
  const most = carried(now)
  if (most === undefined) return []
  return phases.flatMap(({ phase }) => {
    if (phase.kind !== 'load') return []
    const total = nowUsers + phase.users
    if (total > most || total <= nearShare * most) return []
    const values = { testUsers: phase.users, nowUsers, supportedUsers: most }
    return [
      because('load-near-supported', { weight: 'review', before: nowUsers, after: total }, values),
    ]
  })
}

/**
 * A larger tier that leaves the binding law where it was: paid for, and the users are not reached.
 */
function tierReviews({ before, after, now, later }: Outlook): readonly Reason[] {
  const left = carried(later)
  const { users } = after.workload
  if (left === undefined || left >= users) return []
  const stillBinds = now.binding.find((law) =>
    later.binding.some((one) => isDeepStrictEqual(one, law)),
  )
  if (stillBinds === undefined) return []
  return changedTiers(before, after).map(({ subject, tier }) =>
    because(
      'tier-leaves-binding',
      { weight: 'review', law: stillBinds.law, subject, before: now.supportedUsers, after: left },
      { tier, users, supportedUsers: left },
    ),
  )
}

function changedTiers(before: System, after: System): readonly { subject: string; tier: string }[] {
  return Object.entries(after.databases).flatMap(([name, { tier }]) => {
    const was = before.databases[name]
    return was === undefined || was.tier === tier ? [] : [{ subject: `databases.${name}`, tier }]
  })
}

/** The alert does not fit any more, and this step is why. The follow-up is `retarget-alert`. */
function alertReviews({ after, now, later }: Outlook): readonly Reason[] {
  return Object.entries(after.alerts).flatMap(([name, alert]) => {
    const key = { law: 'alert-fires', subject: `alerts.${name}` }
    const finding = findingOf(later, key)
    if (finding === undefined || finding.severity === 'ok' || finding.severity === 'unknown')
      return []
    if (!isMoved(finding, findingOf(now, key))) return []
    const values = {
      threshold: alert.threshold,
      usable: finding.limit ?? null,
      recommended: recommendedThreshold(after, alert),
    }
    return [because('alert-misplaced', { weight: 'review', ...key }, values)]
  })
}

function isMoved(finding: Finding, was: Finding | undefined): boolean {
  return (
    finding.demand !== was?.demand ||
    finding.limit !== was?.limit ||
    finding.severity !== was?.severity
  )
}
