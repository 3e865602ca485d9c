/**
 * Capping what drowns a database is allowed although fewer users are carried: such a block becomes
 * a review. capacity.md, 4.
 */
import { ceil } from './arithmetic.ts'
import type { Assessment, Finding } from './finding.ts'
import { carried, findingOf, isBroken, type Outlook } from './outlook.ts'
import { because, type Reason } from './reason.ts'

/** What drowns by configuration; at the quiet hour by load too. */
const drowning = ['db-connections', 'db-memory', 'pooler-clients', 'redis-clients']
export const drowningNow = [...drowning, 'db-cpu', 'pooler-busy']
/** Where users are turned away instead. */
export const turningAway = ['web-slots', 'web-cpu']

/**
 * The blocks as reviews, with the reason; null where nothing is relieved, or where a block is left
 * that it does not excuse.
 */
export function relieved(outlook: Outlook, blocks: readonly Reason[]): readonly Reason[] | null {
  const { now, later, nowQuiet, laterQuiet, nowUsers } = outlook
  const mendedNow = mended(nowQuiet, laterQuiet, drowningNow)
  const isEnough = (carried(later) ?? 0) >= nowUsers
  const relief = mendedNow ?? (isEnough ? mended(now, later, drowning) : undefined)
  if (relief === undefined) return null
  const isExcused = (block: Reason) =>
    block.code === 'supported-users-fall' || (mendedNow !== undefined && isTurningAway(block))
  if (!blocks.every(isExcused)) return null
  return [
    because(
      'relief',
      { weight: 'review', law: relief.law, subject: relief.subject },
      { nowUsers, turnedAway: turnedAway(outlook) },
    ),
    ...blocks.map((block): Reason => ({ ...block, weight: 'review' })),
  ]
}

/** Whether it mends what drowns a database at these users: then even a disruption may be worth it. */
export function relieves(before: Assessment, after: Assessment): boolean {
  return mended(before, after, drowningNow) !== undefined
}

function isTurningAway(block: Reason): boolean {
  if (block.code !== 'law-broken' || block.values.moment.at !== 'now-users') return false
  return turningAway.includes(block.law ?? '')
}

/**
 * The first of these laws that was broken and is not any more; one whose numbers are unknown is not
 * mended.
 */
function mended(
  before: Assessment,
  after: Assessment,
  laws: readonly string[],
): Finding | undefined {
  return before.findings.find(
    (finding) =>
      finding.severity === 'broken' &&
      laws.includes(finding.law) &&
      !isBroken(after, finding) &&
      findingOf(after, finding)?.severity !== 'unknown',
  )
}

/** Users of the quiet hour that find no slot or no core, over all web services. */
function turnedAway({ after, laterQuiet }: Outlook): number {
  let users = 0
  for (const [name, service] of Object.entries(after.services)) {
    if (service.kind !== 'web') continue
    const parts = turningAway.map((law) =>
      missingPart(laterQuiet, { law, subject: `services.${name}` }),
    )
    users += service.share * laterQuiet.users * Math.max(...parts)
  }
  return ceil(users)
}

function missingPart(assessment: Assessment, key: { law: string; subject: string }): number {
  const finding = findingOf(assessment, key)
  const demand = finding?.demand ?? 0
  return demand > 0 ? Math.max(0, 1 - (finding?.limit ?? 0) / demand) : 0
}
