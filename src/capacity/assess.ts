/** All laws on one System, worst first, with the users that it carries. capacity.md, 3. */
import { type AtUsers, atUsers, type Scale } from './at-users.ts'
import { type Assessment, type Finding, type Severity, severities } from './finding.ts'
import type { Law, LawContext, SourceOf } from './law.ts'
import { laws } from './laws/catalogue.ts'
import { responseTime } from './laws/response-time.ts'
import { supportedUsers } from './supported-users.ts'
import type { System } from './system.ts'
import { traceReads } from './trace.ts'

export type AssessContext = {
  /** The day of the assessment, YYYY-MM-DD. */
  readonly today: string
  /**
   * Paths of facts whose source did not answer, or too long ago: the document's value does not
   * stand in for them.
   */
  readonly unknown?: readonly string[]
  /** Where the value at a path was read; without it, the document. */
  readonly sourceOf?: SourceOf
  /** False: one evaluation of the laws; then `supportedUsers` is null with nothing binding. */
  readonly withSupportedUsers?: boolean
  /** False: without `response-time`, which costs most and weighs in no verdict. */
  readonly withResponseTime?: boolean
  /** Where supported users are likely to be: looked at first, for speed alone. */
  readonly nearUsers?: number
  /** Told how often the laws were evaluated. */
  readonly onLooks?: (count: number) => void
}

/** At `workload.users`, every service at its maximum: the day that it matters. */
export function assess(system: System, context: AssessContext): Assessment {
  return assessed(system, { users: system.workload.users, scale: 'maximum' }, context)
}

/** At this many users, every service at the instances that they need: a quiet hour. */
export function assessAt(
  system: System,
  { users }: { users: number },
  context: AssessContext,
): Assessment {
  return assessed(system, { users, scale: 'needed' }, context)
}

/** What the laws read of a System, by law and subject: `law subject` -> paths of facts. */
export function readsOf(
  system: System,
  { today }: { today: string },
): ReadonlyMap<string, ReadonlySet<string>> {
  const reads = new Map<string, Set<string>>()
  const trace = traceReads(system)
  const onReads = ({ law, subject }: Finding, facts: readonly string[]) => {
    const key = `${law} ${subject}`
    reads.set(key, new Set([...(reads.get(key) ?? []), ...facts]))
  }
  const context: LawContext = { sourceOf: document, unknown: [], trace, onReads }
  const users = system.workload.users
  findingsAt(atUsers(trace.system, { users, scale: 'maximum', today }), context)
  return reads
}

function assessed(
  system: System,
  { users, scale }: { users: number; scale: Scale },
  context: AssessContext,
): Assessment {
  const { today, unknown = [], sourceOf = document, withSupportedUsers = true } = context
  const trace = unknown.length === 0 ? undefined : traceReads(system)
  const read = trace?.system ?? system
  const reading: LawContext = { sourceOf, unknown, trace }
  const some = context.withResponseTime === false ? weighing : laws
  const findings = findingsAt(atUsers(read, { users, scale, today }), reading, some)
  const near = context.nearUsers === undefined ? {} : { nearUsers: context.nearUsers }
  const supported = withSupportedUsers
    ? supportedUsers(read, { today, context: reading, ...near })
    : undefined
  context.onLooks?.(1 + (supported?.looks ?? 0))
  return {
    users,
    nowUsers: system.workload.nowUsers,
    supportedUsers: supported?.users ?? null,
    binding: supported?.binding ?? [],
    severity: findings[0]?.severity ?? 'ok',
    findings,
  }
}

function document(): string {
  return 'system.yml'
}

const weighing: readonly Law[] = laws.filter(({ id }) => id !== responseTime.id)

const rank: Readonly<Record<Severity, number>> = { broken: 0, unknown: 1, tight: 2, ok: 3 }

/** Worst first; among equals in the catalogue's order. */
function findingsAt(
  at: AtUsers,
  context: LawContext,
  some: readonly Law[] = laws,
): readonly Finding[] {
  const all: Finding[] = []
  for (const law of some) law.evaluate(at, context, all)
  const findings = at.services.some(({ it }) => it.replaces !== undefined) ? worstOfEach(all) : all
  return severities.flatMap((severity) => findings.filter((one) => one.severity === severity))
}

/** In a roll-out both revisions are judged under one name: the worse one counts. */
function worstOfEach(findings: readonly Finding[]): readonly Finding[] {
  const worst = new Map<string, Finding>()
  for (const finding of findings) {
    const key = `${finding.law} ${finding.subject}`
    const other = worst.get(key)
    if (other === undefined || isWorse(finding, other)) worst.set(key, finding)
  }
  return [...worst.values()]
}

function isWorse(one: Finding, other: Finding): boolean {
  if (one.severity !== other.severity) return rank[one.severity] < rank[other.severity]
  return (one.headroom ?? 0) < (other.headroom ?? 0)
}
