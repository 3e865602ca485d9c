/**
 * A prediction with the laws applied to it: now, in each phase and after, at the full load and at
 * the quiet hour. capacity.md, 4.
 */
import { type AssessContext, assess, assessAt } from './assess.ts'
import type { Assessment, Finding } from './finding.ts'
import type { Law } from './law.ts'
import { laws } from './laws/catalogue.ts'
import type { Phase, Prediction } from './prediction.ts'
import type { System } from './system.ts'

/** A phase with its assessment at the users of the quiet hour; null where nothing is carried. */
export type PhaseOutlook = { readonly phase: Phase; readonly quiet: Assessment | null }

export type Outlook = {
  readonly before: System
  readonly after: System
  /** At `users` and maxInstances. */
  readonly now: Assessment
  readonly later: Assessment
  /** At `nowUsers` and instances(nowUsers): when the change happens. */
  readonly nowUsers: number
  readonly nowQuiet: Assessment
  readonly laterQuiet: Assessment
  readonly phases: readonly PhaseOutlook[]
  /** Nobody knows how many are there now: the full load stands in. */
  readonly nowUsersUnknown: boolean
}

export const nowUsersFact = 'workload.nowUsers'

export function outlookOf(
  before: System,
  { phases, after }: Prediction,
  context: AssessContext,
): Outlook {
  const nowUsersUnknown = context.unknown?.includes(nowUsersFact) === true
  const { nowUsers } = before.workload
  const quickly: AssessContext = { ...context, withSupportedUsers: false }
  return {
    before,
    after,
    now: assess(before, context),
    later: assess(after, context),
    nowUsers,
    nowQuiet: assessAt(before, { users: nowUsers }, quickly),
    laterQuiet: assessAt(after, { users: nowUsers }, quickly),
    phases: phases.map((phase) => ({ phase, quiet: quietOf(phase, { nowUsers, context }) })),
    nowUsersUnknown,
  }
}

/** Null where nothing is carried. */
export function quietOf(
  phase: Phase,
  { nowUsers, context }: { nowUsers: number; context: AssessContext },
): Assessment | null {
  switch (phase.kind) {
    case 'disruption':
      return null
    case 'system':
      return assessAt(phase.system, { users: nowUsers }, context)
    case 'load':
      return assessAt(phase.system, { users: nowUsers + phase.users }, context)
  }
}

const lawsById: ReadonlyMap<string, Law> = new Map(laws.map((law) => [law.id, law]))

/** It depends on what is configured and its breach is no matter of taste. capacity.md, 4. */
export function isStructural(law: string): boolean {
  const found = lawsById.get(law)
  return found?.depends === 'configuration' && !found.advice
}

export function isLoad(law: string): boolean {
  return lawsById.get(law)?.depends === 'load'
}

export function isAdvice(law: string): boolean {
  return lawsById.get(law)?.advice === true
}

export function findingOf(
  { findings }: Assessment,
  { law, subject }: { law: string; subject: string },
): Finding | undefined {
  return findings.find((one) => one.law === law && one.subject === subject)
}

export function isBroken(assessment: Assessment, key: { law: string; subject: string }): boolean {
  return findingOf(assessment, key)?.severity === 'broken'
}

/**
 * Users that are carried: infinite where no limit was found; undefined where an unknown number
 * hides it.
 */
export function carried({ supportedUsers, findings }: Assessment): number | undefined {
  if (supportedUsers !== null) return supportedUsers
  const isHidden = findings.some(
    ({ law, severity }) => severity === 'unknown' && lawsById.get(law)?.capacity === true,
  )
  return isHidden ? undefined : Number.POSITIVE_INFINITY
}
