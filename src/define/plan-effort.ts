/** How long a plan is looked for, counted in what it does and not in time: the same answer on any machine. */

/** What was done, and what is left of it. */
export type Effort = {
  /** How often the laws were evaluated. */
  evaluations: number
  readonly evaluationsAtMost: number
  /** Steps that may still be judged. */
  judgementsLeft: number
  /** Choices that may still be looked at. */
  left: number
}

/** Altogether a second or two, where a plan is hard to find. `part`: of the usual patience. */
export function effortOf({ part = 1 }: { readonly part?: number | undefined }): Effort {
  return {
    evaluations: 0,
    evaluationsAtMost: part * 30_000,
    judgementsLeft: part * 5_000,
    left: part * 300_000,
  }
}

export function isSpent({ judgementsLeft, evaluations, evaluationsAtMost }: Effort): boolean {
  return judgementsLeft <= 0 || evaluations >= evaluationsAtMost
}
