/**
 * An expected no, with its reason and the remedy. A value, never thrown; a face renders it in
 * words. DESIGN.md, 2.
 */
import type { TierProblem } from './tier.ts'

/** Each code with the values that its sentence needs. */
export type Refusals = {
  /** What this System may not have: well formed, and against the target's own rules. */
  'edition-differs': { tier: string; edition: string; subject: string; nearest: readonly string[] }
  'min-above-max': { service: string; minInstances: number; maxInstances: number }
  'name-taken': { name: string; subject: string }
  'no-database': { service: string }
  'pooler-of-another-database': {
    pooler: string
    poolerDatabase: string
    service: string
    database: string
  }
  'flag-sum-too-large': { name: string; value: string; most: number }
  /** What no System could accept, or what names something that the document lacks. */
  'no-such': { what: string; name: string; known: readonly string[] }
  'wrong-kind': { service: string; kind: string; wanted: string }
  'malformed-tier': {
    tier: string
    problem: Exclude<TierProblem, 'edition'>
    nearest: readonly string[]
  }
  'flag-malformed': { name: string; value: string; least: number }
  'pool-min-above-max': { minSize: number; maxSize: number }
  /** Cloud Run has no such number of vCPUs, or not with this memory. */
  'no-such-cpu': { service: string; cpu: number; known: readonly number[] }
  'memory-out-of-shape': {
    service: string
    cpu: number
    memoryGib: number
    leastGib: number
    mostGib: number
  }
  /** A load test may only be sent to a host that the policy names. */
  'host-not-allowed': { host: string; known: readonly string[] }
  'usable-unknown': { alert: string; database: string }
}

export type RefusalCode = keyof Refusals

/**
 * `usage`: wrong input (exit code 2). `target`: the target's own rules say no, which is a verdict
 * (exit code 4). contract.md, 3.
 */
const sides = {
  'edition-differs': 'target',
  'min-above-max': 'target',
  'name-taken': 'target',
  'no-database': 'target',
  'pooler-of-another-database': 'target',
  'flag-sum-too-large': 'target',
  'no-such': 'usage',
  'wrong-kind': 'usage',
  'malformed-tier': 'usage',
  'flag-malformed': 'usage',
  'pool-min-above-max': 'usage',
  'no-such-cpu': 'usage',
  'memory-out-of-shape': 'target',
  'host-not-allowed': 'target',
  'usable-unknown': 'target',
} as const satisfies Record<RefusalCode, 'usage' | 'target'>

export type RefusalOf<Code extends RefusalCode> = {
  [Each in Code]: {
    readonly kind: 'refusal'
    readonly code: Each
    readonly values: Readonly<Refusals[Each]>
  }
}[Code]

export type Refusal = RefusalOf<RefusalCode>

export function refuse<Code extends RefusalCode>(
  code: Code,
  values: Refusals[Code],
): { readonly kind: 'refusal'; readonly code: Code; readonly values: Readonly<Refusals[Code]> } {
  return { kind: 'refusal', code, values }
}

export function refusalSide({ code }: Refusal): 'usage' | 'target' {
  return sides[code]
}
