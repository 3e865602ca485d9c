/** What an end must fulfil at the wished users. capacity.md, 5. */

import { type AtUsers, atUsers } from '../at-users.ts'
import { instancesBeforeClamp } from '../derive.ts'
import type { Finding } from '../finding.ts'
import { type Law, silent } from '../law.ts'
import { laws } from '../laws/catalogue.ts'
import { djangoDatabase } from '../laws/django-database.ts'
import { isAdvice, isLoad, isStructural } from '../outlook.ts'
import { drowningNow, turningAway } from '../relief.ts'
import type { System } from '../system.ts'
import type { Wish } from './domain.ts'
import type { Blame } from './routing.ts'

/** No step of the catalogue mends these; where they are broken today they may stay so. */
const unmendable = ['version-supported', 'redis-eviction', 'replica-max-connections']

const capacityLaws: readonly Law[] = [...laws.filter(({ capacity }) => capacity), djangoDatabase]

export type Checked = {
  readonly problems: readonly Blame[]
  /** How often the laws were evaluated. */
  readonly evaluations: number
}

/** What stands in the way of an end; nothing where it carries the users. */
export function checkEnd(wish: Wish, end: System): Checked {
  const { users } = wish.peak
  const { today } = wish
  const whole = atUsers(end, { users, scale: 'maximum', today })
  const structural = findingsOf(laws, whole).filter((finding) => isAmiss(wish, finding))
  if (structural.length > 0) return { problems: structural.map(blame), evaluations: 1 }
  const planned = findingsOf(capacityLaws, { ...whole, scale: 'planned' })
  const unsupported = planned.filter(({ severity }) => severity !== 'ok' && severity !== 'tight')
  if (unsupported.length > 0) return { problems: unsupported.map(blame), evaluations: 2 }
  const needed: AtUsers = { ...whole, scale: 'needed' }
  const strained = [
    ...findingsOf(laws, needed).filter(({ law, severity }) => isLoad(law) && severity !== 'ok'),
  ]
  const short = whole.services.filter(
    ({ it }) => it.kind !== 'celery-beat' && instancesBeforeClamp(needed, it) > it.maxInstances,
  )
  const problems = [
    ...strained.map(blame),
    ...short.map(({ path, it }) => ({
      law: it.kind === 'web' ? 'web-slots' : 'celery-throughput',
      subject: path,
    })),
  ]
  return { problems, evaluations: 3 }
}

/**
 * Laws of the quiet hour that this end breaks and today's System does not: no order avoids it.
 * Turning users away is allowed where something drowns now, and only there.
 */
export function brokenNow(wish: Wish, end: System): Checked {
  const { nowUsers } = end.workload
  const { today } = wish
  const at = atUsers(end, { users: nowUsers, scale: 'needed', today })
  const isBroken = ({ law, severity }: Finding) => severity === 'broken' && !isAdvice(law)
  const broken = findingsOf(laws, at).filter(isBroken)
  const before = findingsOf(laws, wish.now).filter(isBroken)
  const drowns = before.some(({ law }) => drowningNow.includes(law))
  if (!drowns) {
    const fallen = fallsBelowNow(wish, { ...at, scale: 'planned' })
    if (fallen.length > 0) return { problems: fallen, evaluations: 4 }
  }
  if (broken.length === 0) return { problems: [], evaluations: 4 }
  const news = broken.filter(
    ({ law, subject }) =>
      !(drowns && turningAway.includes(law)) &&
      !before.some((one) => one.law === law && one.subject === subject),
  )
  return { problems: news.map(blame), evaluations: 4 }
}

/**
 * Supported users may fall below what must be carried only where that relieves something, and then
 * not below those who are there now.
 */
function fallsBelowNow({ now, documentUsers }: Wish, end: AtUsers): readonly Blame[] {
  const users = Math.min(end.users, documentUsers)
  const isBroken = (at: AtUsers) => capacityLaws.some((law) => law.isBroken(at))
  if (isBroken({ ...now, users, scale: 'planned' })) return []
  return findingsOf(capacityLaws, { ...end, users })
    .filter(({ severity }) => severity === 'broken')
    .map(blame)
}

/** A structural law that a step can mend, or an alert that does not fire in time. */
function isAmiss({ system, today }: Wish, { law, subject, severity }: Finding): boolean {
  if (law === 'alert-fires') return severity !== 'ok'
  if (!isStructural(law) || severity === 'ok' || severity === 'tight') return false
  if (severity === 'unknown') return law !== 'version-supported'
  const isBeyond = unmendable.includes(law) || subject.includes('.replicas.') || isStuckBeat()
  if (!isBeyond) return true
  const at = atUsers(system, { users: system.workload.users, scale: 'maximum', today })
  return !findingsOf(laws, at).some(
    (one) => one.law === law && one.subject === subject && one.severity === 'broken',
  )

  /** Two revisions at once: instances alone do not make it one. */
  function isStuckBeat(): boolean {
    if (law !== 'beat-singleton') return false
    const service = system.services[subject.slice('services.'.length)]
    return (service?.revisionsServing ?? 1) > 1
  }
}

function findingsOf(some: readonly Law[], at: AtUsers): readonly Finding[] {
  const findings: Finding[] = []
  for (const law of some) law.evaluate(at, silent, findings)
  return findings
}

function blame({ law, subject }: Finding): Blame {
  return { law, subject }
}
