/** A law evaluated on a subject, and all of them together. DESIGN.md, 2; capacity.md, 3. */

/** Worst first. */
export const severities = ['broken', 'unknown', 'tight', 'ok'] as const
export type Severity = (typeof severities)[number]

/** One term of a sum: a number, how it came about and where it was read. */
export type Term = {
  readonly term: string
  readonly value: number | string
  readonly formula: string
  readonly source: string
}

type FindingBase = {
  readonly law: string
  /** The path in the System, for example `databases.tuki-db-prod`. */
  readonly subject: string
  readonly severity: Severity
  /** The name of the fact that is missing or too old, when the severity is `unknown`. */
  readonly missing?: string
  /** Whether it rests on a workload that nobody measured. */
  readonly assumed: boolean
  /** Built on demand: an assessment without its derivations is cheap. */
  readonly derivation: () => readonly Term[]
}

/** Demand may not exceed the limit; both in `unit`, both null while unknown. */
export type QuantityFinding = FindingBase & {
  readonly kind: 'quantity'
  readonly demand: number | null
  readonly limit: number | null
  readonly headroom: number | null
  readonly unit: string
}

/** It holds or it does not; some rules carry numbers too. `holds` is null while unknown. */
export type RuleFinding = FindingBase & {
  readonly kind: 'rule'
  readonly holds: boolean | null
  readonly demand?: number | null
  readonly limit?: number | null
  readonly headroom?: number | null
  readonly unit?: string
}

export type Finding = QuantityFinding | RuleFinding

export type Binding = { readonly law: string; readonly subject: string }

export type Assessment = {
  readonly users: number
  readonly nowUsers: number
  /**
   * Null where no limit is found up to 10^7 users, or where an unknown fact hides it (then a
   * finding is `unknown`).
   */
  readonly supportedUsers: number | null
  readonly binding: readonly Binding[]
  readonly severity: Severity
  readonly findings: readonly Finding[]
}
