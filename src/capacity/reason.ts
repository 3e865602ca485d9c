/**
 * Why a verdict is not clear (or why it is, where nothing changes): typed data that a face renders
 * in words. capacity.md, 4.
 */

/**
 * In which state a law was looked at: `users` after the step at the full load, `now-users` at the
 * quiet hour, in a phase or after.
 */
export type Moment =
  | { readonly at: 'users'; readonly users: number }
  | { readonly at: 'now-users'; readonly users: number; readonly phase: string }

/** A law's numbers in that state; null for a rule without any. */
type LawValues = {
  readonly moment: Moment
  readonly demand: number | null
  readonly limit: number | null
  readonly unit: string | null
}

/** Each code with the values that its sentence needs. */
export type Reasons = {
  'law-broken': LawValues
  'law-worse': LawValues
  'law-tight': LawValues
  'supported-users-fall': { users: number; nowUsers: number }
  /** What is left of a block that saves a drowning database. */
  relief: { nowUsers: number; turnedAway: number }
  disruption: { secondsMax: number; source: string; nowUsers: number }
  'fact-unknown': { fact: string; neededBy: 'step' | 'law' }
  'now-users-unknown': { users: number }
  'load-above-supported': { testUsers: number; nowUsers: number; supportedUsers: number }
  'load-near-supported': { testUsers: number; nowUsers: number; supportedUsers: number }
  'worker-class-changes': { from: string; to: string }
  'two-beats': { service: string }
  'min-instances-zero': { service: string }
  'replica-smaller': { tier: string; primaryTier: string }
  'tier-leaves-binding': { tier: string; users: number; supportedUsers: number }
  'alert-misplaced': { threshold: number; usable: number | null; recommended: number | null }
  /** A month, at list prices; `moreUsers` null where either number of users is not known. */
  'cost-rises': {
    riseUsd: number
    expectedUsd: number
    budgetUsd: number
    leavesBudget: boolean
    moreUsers: number | null
  }
  'no-change': Record<never, never>
}

export type ReasonCode = keyof Reasons

/** `note` explains a clear verdict. */
export type Weight = 'block' | 'review' | 'note'

export type ReasonOf<Code extends ReasonCode> = {
  [Each in Code]: {
    readonly code: Each
    readonly weight: Weight
    readonly law: string | null
    /** The path in the System. */
    readonly subject: string | null
    /**
     * For a law its headroom, for supported users the users; null where there is no such number.
     */
    readonly before: number | null
    readonly after: number | null
    readonly values: Readonly<Reasons[Each]>
  }
}[Code]

export type Reason = ReasonOf<ReasonCode>

type Fields = Pick<Reason, 'weight'> & Partial<Pick<Reason, 'law' | 'subject' | 'before' | 'after'>>

export function because<Code extends ReasonCode>(
  code: Code,
  { weight, law = null, subject = null, before = null, after = null }: Fields,
  values: Reasons[Code],
) {
  return { code, weight, law, subject, before, after, values }
}
