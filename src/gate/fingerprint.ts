/** What an approval is bound to, and what has moved since it was shown. DESIGN.md, 3. Pure. */
import type { EventAt } from '../capacity/events.ts'
import type { JsonObject } from '../define/step.ts'
import type { Fact } from '../world/world.ts'
import { digestOf } from './digest.ts'
import { fieldOf, isMeasured } from './facts.ts'

/** What a consent must still fit: the configured part, by equality; the judged part, by "no worse". */
export type Basis = {
  readonly step: string
  readonly input: JsonObject
  /** Digests of the System document (its policy is part of it). */
  readonly document: string
  readonly policy: string
  /** The target's version; null where the world has none. */
  readonly version: string | null
  readonly facts: readonly Fact[]
}

export type Judged = {
  readonly verdict: 'clear' | 'review' | 'block'
  readonly reasons: readonly { code: string; law: string | null; subject: string | null }[]
  readonly disruptions: readonly { target: string; secondsMax: number }[]
  readonly costDeltaUsd: number | null
  /** Null where the document names no events: they alone move these numbers with time. */
  readonly crowd: Crowd | null
}

/** Whom the document announces at this moment: nothing in it was measured. */
export type Crowd = {
  /** What must be carried. */
  readonly users: number
  /** The largest event that counts as now. */
  readonly event: (Pick<EventAt, 'name' | 'users'> & { readonly until: string }) | null
}

/**
 * What comes and goes by itself and is judged as a reason, each time anew; and what concerns its own
 * target alone, whose version is bound.
 */
const passing = [
  ...['operation', 'state', 'settingsVersion', 'etag'],
  ...['revision', 'latestReadyRevision', 'problem'],
  ...['mutatedAt', 'content', 'limits'],
]

function configuredFacts(facts: readonly Fact[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    facts
      .filter(({ name }) => !isMeasured(name) && !passing.includes(fieldOf(name)))
      .map((fact) => [fact.name, fact.kind === 'observed' ? fact.value : null]),
  )
}

function basisDigest(basis: Basis): string {
  return digestOf({ ...basis, facts: configuredFacts(basis.facts) })
}

export function fingerprintOf(basis: Basis, judged: Judged): string {
  const reasons = judged.reasons.map(reasonKey).sort()
  const { crowd, ...rest } = judged
  const announced = crowd === null ? {} : { crowd }
  return digestOf({ basis: basisDigest(basis), ...rest, reasons, ...announced })
}

export type Moved = { readonly what: string; readonly before: unknown; readonly after: unknown }

type Bound = { readonly basis: Basis; readonly judged: Judged }

/** Everything that no longer fits what was shown; empty when a consent to it still holds. */
export function movedSince(shown: Bound, fresh: Bound): readonly Moved[] {
  if (fingerprintOf(shown.basis, shown.judged) === fingerprintOf(fresh.basis, fresh.judged))
    return []
  const moved = [...movedFacts(shown.basis, fresh.basis), ...worse(shown.judged, fresh.judged)]
  // Nothing that a person can see differs, and still it is not the same request: never let that pass.
  if (moved.length === 0 && basisDigest(shown.basis) !== basisDigest(fresh.basis))
    return [{ what: 'request', before: basisDigest(shown.basis), after: basisDigest(fresh.basis) }]
  return moved
}

function movedFacts(shown: Basis, fresh: Basis): readonly Moved[] {
  const before = { ...configuredFacts(shown.facts), ...identity(shown) }
  const after: Readonly<Record<string, unknown>> = {
    ...configuredFacts(fresh.facts),
    ...identity(fresh),
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((what) => {
    const [old, now] = [Reflect.get(before, what), after[what]]
    return digestOf(old) === digestOf(now)
      ? []
      : [{ what, before: old ?? null, after: now ?? null }]
  })
}

function identity({ document, policy, version }: Basis) {
  return { document, policy, version }
}

const rank = { clear: 0, review: 1, block: 2 } as const

function worse(shown: Judged, fresh: Judged): readonly Moved[] {
  const known = new Set(shown.reasons.map(reasonKey))
  const added = fresh.reasons.filter((reason) => !known.has(reasonKey(reason)))
  const verdict = rank[fresh.verdict] > rank[shown.verdict]
  const longer = totalSeconds(fresh) > totalSeconds(shown)
  const dearer = (fresh.costDeltaUsd ?? 0) > (shown.costDeltaUsd ?? 0)
  return [
    ...(verdict ? [{ what: 'verdict', before: shown.verdict, after: fresh.verdict }] : []),
    ...added.map((reason) => ({ what: 'reason', before: null, after: reasonKey(reason) })),
    ...(longer
      ? [{ what: 'disruption', before: totalSeconds(shown), after: totalSeconds(fresh) }]
      : []),
    ...(dearer ? [{ what: 'cost', before: shown.costDeltaUsd, after: fresh.costDeltaUsd }] : []),
    ...largerCrowd(shown.crowd, fresh.crowd),
  ]
}

/** What was agreed to for a quiet hour is not agreed to for a sale; one that is over frightens nobody. */
function largerCrowd(shown: Crowd | null, fresh: Crowd | null): readonly Moved[] {
  if (fresh === null) return []
  const { users, event } = shown ?? { users: 0, event: null }
  const nearer = (fresh.event?.users ?? 0) > (event?.users ?? 0)
  return [
    ...(nearer
      ? [{ what: 'event', before: event?.name ?? null, after: fresh.event?.name ?? null }]
      : []),
    ...(fresh.users > users ? [{ what: 'users', before: users, after: fresh.users }] : []),
  ]
}

function totalSeconds({ disruptions }: Judged): number {
  return disruptions.reduce((sum, { secondsMax }) => sum + secondsMax, 0)
}

function reasonKey({ code, law, subject }: Judged['reasons'][number]): string {
  return [code, law ?? '-', subject ?? '-'].join(' ')
}
