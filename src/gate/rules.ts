/**
 * The rules that concern time and number, whatever the capacity: the stop switch, freeze windows,
 * changes an hour, cool-downs. Checked before every write, releases aside. Pure. DESIGN.md, 6.
 */
import { instantOf } from '../capacity/local-time.ts'
import type { Policy } from '../capacity/system.ts'

/** A change of one target by one run, and when it was claimed or let go. */
export type Change = { readonly run: string; readonly target: string; readonly at: number }

/** What the System's headroom stream remembers. */
export type History = {
  /** Nothing is written while it stands. */
  readonly stop: { readonly by: string; readonly reason: string; readonly at: number } | null
  readonly claimed: readonly Change[]
  readonly ended: readonly Change[]
}

export const noHistory: History = { stop: null, claimed: [], ended: [] }

/** A rule that says no now; values for its sentence. */
export type RuleReason = {
  readonly code: 'stopped' | 'frozen' | 'too-many-changes' | 'cooling-down'
  readonly weight: 'block'
  readonly law: null
  readonly subject: string
  readonly before: null
  readonly after: null
  readonly values: Readonly<Record<string, string>>
}

export type Write = {
  readonly target: string
  /** Whose own claim does not count against it; null: nobody's yet. */
  readonly run: string | null
  readonly now: number
}

const hourMs = 3_600_000

export function rulesAgainst(
  policy: Policy,
  write: Write,
  history: History,
): readonly RuleReason[] {
  const say = (code: RuleReason['code'], values: RuleReason['values']): RuleReason => ({
    ...{ code, weight: 'block', law: null, subject: write.target, before: null, after: null },
    values,
  })
  const { stop } = history
  const cooling = coolingUntil(policy, write, history)
  return [
    ...(stop === null
      ? []
      : [say('stopped', { by: stop.by, reason: stop.reason, at: utc(stop.at) })]),
    ...freezesAt(policy, write.now).map(({ name, to, timeZone }) =>
      say('frozen', { name, until: `${to.replace('T', ' ')} ${timeZone}` }),
    ),
    ...tooMany(policy, write, history).map((values) => say('too-many-changes', values)),
    ...(cooling === null ? [] : [say('cooling-down', { until: utc(cooling) })]),
  ]
}

type Window = NonNullable<Policy['freezeWindows']>[number]

/** A window that cannot be read lasts for ever: nothing slips through a misspelt time zone. */
function freezesAt({ freezeWindows = [] }: Policy, now: number): readonly Window[] {
  return freezeWindows.filter(({ from, to, timeZone }) => {
    const begins = instantOf(from, { timeZone, edge: 'from' }) ?? Number.NEGATIVE_INFINITY
    const ends = instantOf(to, { timeZone, edge: 'to' }) ?? Number.POSITIVE_INFINITY
    return begins <= now && now < ends
  })
}

/** One run's change of one target counts once, however often it was claimed. */
function tooMany(
  { maxChangesPerHour }: Policy,
  { target, run, now }: Write,
  { claimed }: History,
): readonly RuleReason['values'][] {
  if (maxChangesPerHour === undefined) return []
  const within = claimed.filter(
    (one) => now - one.at < hourMs && !(one.run === run && one.target === target),
  )
  const first = new Map<string, number>()
  for (const one of within) {
    const key = `${one.run} ${one.target}`
    first.set(key, Math.max(first.get(key) ?? 0, one.at))
  }
  if (first.size < maxChangesPerHour) return []
  const times = [...first.values()].sort((one, other) => one - other)
  const freed = times[times.length - Math.max(1, maxChangesPerHour)] ?? now
  return [{ count: String(first.size), max: String(maxChangesPerHour), until: utc(freed + hourMs) }]
}

/** Null where the target may be written again. */
function coolingUntil(
  { coolDownMinutes }: Policy,
  { target, run, now }: Write,
  { ended }: History,
): number | null {
  if (coolDownMinutes === undefined) return null
  const others = ended.filter((one) => one.target === target && one.run !== run)
  const until = Math.max(...others.map(({ at }) => at + coolDownMinutes * 60_000))
  return now < until ? until : null
}

/** `14:05 UTC`. */
function utc(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`
}
