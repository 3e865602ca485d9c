/**
 * How many users the System carries, and the laws that are broken at one more. Bisection: every
 * capacity law is monotone. capacity.md, 3.
 */
import { type AtUsers, atUsers } from './at-users.ts'
import type { Binding, Finding } from './finding.ts'
import type { Law, LawContext } from './law.ts'
import { laws } from './laws/catalogue.ts'
import { djangoDatabase } from './laws/django-database.ts'
import type { System } from './system.ts'

/** Beyond it no limit is found. */
const usersAtMost = 1e7

const capacityLaws: readonly Law[] = laws.filter(({ capacity }) => capacity)

export type SupportedUsers = {
  /** Null where no limit is found, or where an unknown number hides it. */
  readonly users: number | null
  readonly binding: readonly Binding[]
}

export function supportedUsers(
  system: System,
  { today, context }: { today: string; context: LawContext },
): SupportedUsers {
  const at = atUsers(system, { users: 1, scale: 'planned', today })
  const stopped = brokenOf([djangoDatabase], at, context)
  if (stopped.length > 0) return { users: 0, binding: stopped }
  if (findingsOf(capacityLaws, at, context).some(({ severity }) => severity === 'unknown'))
    return { users: null, binding: [] }
  const first = firstBroken((users) => isBroken({ ...at, users }))
  if (first === null) return { users: null, binding: [] }
  return {
    users: first - 1,
    binding: brokenOf(capacityLaws, { ...at, users: first }, context),
  }
}

function firstBroken(isBrokenAt: (users: number) => boolean): number | null {
  if (!isBrokenAt(usersAtMost)) return null
  let holds = 0
  let broken = usersAtMost
  while (broken - holds > 1) {
    const between = Math.floor((holds + broken) / 2)
    if (isBrokenAt(between)) broken = between
    else holds = between
  }
  return broken
}

function isBroken(at: AtUsers): boolean {
  for (const law of capacityLaws) if (law.isBroken(at)) return true
  return false
}

function findingsOf(some: readonly Law[], at: AtUsers, context: LawContext): readonly Finding[] {
  const findings: Finding[] = []
  for (const law of some) law.evaluate(at, context, findings)
  return findings
}

/** Each once: in a roll-out both revisions can be broken under one name. */
function brokenOf(some: readonly Law[], at: AtUsers, context: LawContext): readonly Binding[] {
  const binding: Binding[] = []
  for (const { law, subject, severity } of findingsOf(some, at, context))
    if (severity === 'broken' && !binding.some((one) => one.law === law && one.subject === subject))
      binding.push({ law, subject })
  return binding
}
