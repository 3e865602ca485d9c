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
  /** How often the capacity laws were looked at. */
  readonly looks: number
}

export function supportedUsers(
  system: System,
  { today, context, nearUsers }: { today: string; context: LawContext; nearUsers?: number },
): SupportedUsers {
  const at = atUsers(system, { users: 1, scale: 'planned', today })
  const stopped = brokenOf([djangoDatabase], at, context)
  if (stopped.length > 0) return { users: 0, binding: stopped, looks: 1 }
  if (findingsOf(capacityLaws, at, context).some(({ severity }) => severity === 'unknown'))
    return { users: null, binding: [], looks: 1 }
  let looks = 2
  const isBrokenAt = (users: number) => {
    looks += 1
    return isBroken({ ...at, users })
  }
  const first = firstBroken(isBrokenAt, nearUsers)
  if (first === null) return { users: null, binding: [], looks }
  return {
    users: first - 1,
    binding: brokenOf(capacityLaws, { ...at, users: first }, context),
    looks,
  }
}

/** `nearUsers`: where the answer is likely; it is looked at first, and decides nothing. */
function firstBroken(isBrokenAt: (users: number) => boolean, nearUsers?: number): number | null {
  let holds = 0
  let broken = usersAtMost
  if (nearUsers !== undefined && nearUsers < usersAtMost) {
    if (isBrokenAt(nearUsers + 1)) broken = nearUsers + 1
    else holds = nearUsers + 1
  }
  if (broken === usersAtMost && !isBrokenAt(usersAtMost)) return null
  if (broken < usersAtMost && broken > 1 && !isBrokenAt(broken - 1)) return broken
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
