/** Where document and world differ, with who says so, and what would make the document say the same. Pure. */
import type { Rewrite } from '../capacity/rewrite.ts'
import { type Drift, factNamed, isMeasured, type View } from './facts.ts'

export type Difference = Drift & { readonly source: string; readonly observedAt: number }

/** Facts that nobody could read, by who did not say them and why. */
export type Silence = {
  readonly source: string
  readonly why: string
  readonly facts: readonly string[]
}

export type DriftReport = {
  readonly differences: readonly Difference[]
  readonly silent: readonly Silence[]
  readonly observedAt: number | null
  /** How many configured facts were asked for; 0: nobody looked. */
  readonly asked: number
  readonly changes: readonly Rewrite[]
}

export function driftReport(view: View): DriftReport {
  const configured = view.facts.filter(({ name }) => !isMeasured(name))
  const differences = view.drift.flatMap((drift): readonly Difference[] => {
    const fact = factNamed(view.facts, drift.fact)
    if (fact?.kind !== 'observed') return []
    return [{ ...drift, source: fact.source, observedAt: fact.observedAt }]
  })
  return {
    differences,
    silent: silencesOf(view, configured),
    observedAt: view.observedAt,
    asked: configured.length,
    changes: differences.flatMap((one) => changesFor(view, one)),
  }
}

/** Of these facts. */
export function silencesOf(view: View, facts: View['facts']): readonly Silence[] {
  const missing = facts
    .filter(({ name }) => view.unknown.includes(name))
    .map((fact) => {
      const why = fact.kind === 'unavailable' ? fact.why : 'what it said is too old'
      return { name: fact.name, source: fact.source, why }
    })
  const groups = Map.groupBy(missing, ({ source, why }) => JSON.stringify([source, why]))
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    return [{ source: first.source, why: first.why, facts: group.map(({ name }) => name) }]
  })
}

/** A replica is written whole, and only where all of it was seen; its place is below its database's `replicas`. */
function changesFor(
  { system }: View,
  { fact, declared, observed }: Difference,
): readonly Rewrite[] {
  const path = fact.split('.')
  if (path.at(-1) !== 'replicaNames') return [{ path, value: observed }]
  const [folder, database = ''] = path
  const replicas = system.databases[database]?.replicas ?? {}
  const place = (name: string) => [String(folder), database, 'replicas', name]
  const [old, seen] = [texts(declared), texts(observed)]
  const gone = old.filter((name) => !seen.includes(name))
  const found = seen.filter((name) => !old.includes(name) && name in replicas)
  return [
    ...gone.map((name) => ({ path: place(name), value: undefined })),
    ...found.map((name) => ({ path: place(name), value: replicas[name] })),
  ]
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
