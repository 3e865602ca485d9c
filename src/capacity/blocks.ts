/**
 * What stands in the way of a step: laws that it would break, users that it would turn away.
 * capacity.md, 4.
 */
import { isNegative } from './arithmetic.ts'
import type { Assessment, Finding } from './finding.ts'
import { carried, findingOf, isAdvice, isBroken, isStructural, type Outlook } from './outlook.ts'
import { because, type Moment, type Reason, type Weight } from './reason.ts'

export function blocksOf(outlook: Outlook): readonly Reason[] {
  return [
    ...structuralBlocks(outlook),
    ...usersBlock(outlook),
    ...quietBlocks(outlook),
    ...loadBlocks(outlook),
  ]
}

/** A law's breach as a reason, with what was before it. */
export function breach(
  code: 'law-broken' | 'law-worse' | 'law-tight',
  finding: Finding,
  { weight, was, moment }: { weight: Weight; was: Finding | undefined; moment: Moment },
): Reason {
  return because(
    code,
    {
      weight,
      law: finding.law,
      subject: finding.subject,
      before: was?.headroom ?? null,
      after: finding.headroom ?? null,
    },
    {
      moment,
      demand: finding.demand ?? null,
      limit: finding.limit ?? null,
      unit: finding.unit ?? null,
    },
  )
}

/** Less headroom; a rule without numbers never gets worse. */
function isWorse(finding: Finding, was: Finding): boolean {
  const [headroom, before] = [finding.headroom ?? null, was.headroom ?? null]
  return headroom !== null && before !== null && isNegative(headroom - before)
}

/** How a broken finding compares with the state before: newly broken, or broken and worse. */
export function turn(finding: Finding, before: Assessment): 'law-broken' | 'law-worse' | null {
  if (finding.severity !== 'broken') return null
  const was = findingOf(before, finding)
  if (was?.severity !== 'broken') return 'law-broken'
  return isWorse(finding, was) ? 'law-worse' : null
}

function structuralBlocks({ now, later }: Outlook): readonly Reason[] {
  return later.findings.flatMap((finding) => {
    const code = turn(finding, now)
    const isNews =
      isStructural(finding.law) || (finding.law === 'celery-scaling' && code === 'law-broken')
    if (code === null || !isNews) return []
    const moment: Moment = { at: 'users', users: later.users }
    return [breach(code, finding, { weight: 'block', was: findingOf(now, finding), moment })]
  })
}

function usersBlock({ now, later, after, nowUsers }: Outlook): readonly Reason[] {
  const [before, left] = [carried(now), carried(later)]
  const { users } = after.workload
  if (before === undefined || left === undefined || left >= before || left >= users) return []
  const numbers = { before: now.supportedUsers, after: left }
  return [because('supported-users-fall', { weight: 'block', ...numbers }, { users, nowUsers })]
}

/** Each law once: the first phase in which it breaks says enough. */
function quietBlocks({ nowQuiet, laterQuiet, phases }: Outlook): readonly Reason[] {
  const quiets = [
    ...phases.map(({ phase, quiet }) => ({ phase: phase.name, quiet })),
    { phase: 'after', quiet: laterQuiet },
  ]
  const blocks = quiets.flatMap(({ phase, quiet }) =>
    (quiet?.findings ?? [])
      .filter(({ law, severity }) => severity === 'broken' && !isAdvice(law))
      .filter((finding) => !isBroken(nowQuiet, finding))
      .map((finding) => {
        const moment: Moment = { at: 'now-users', users: quiet?.users ?? 0, phase }
        const was = findingOf(nowQuiet, finding)
        return breach('law-broken', finding, { weight: 'block', was, moment })
      }),
  )
  return firstOfEach(blocks)
}

function firstOfEach(reasons: readonly Reason[]): readonly Reason[] {
  const first = new Map<string, Reason>()
  for (const reason of reasons) {
    const key = `${reason.law} ${reason.subject}`
    if (!first.has(key)) first.set(key, reason)
  }
  return [...first.values()]
}

function loadBlocks({ now, nowUsers, phases }: Outlook): readonly Reason[] {
  const most = carried(now)
  if (most === undefined) return []
  return phases.flatMap(({ phase }) => {
    if (phase.kind !== 'load' || nowUsers + phase.users <= most) return []
    const numbers = { before: nowUsers, after: nowUsers + phase.users }
    return [
      because(
        'load-above-supported',
        { weight: 'block', ...numbers },
        { testUsers: phase.users, nowUsers, supportedUsers: most },
      ),
    ]
  })
}
