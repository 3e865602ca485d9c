/**
 * What a broken glass leaves to do: the wait was removed, not the record. It stays open until somebody
 * says what became of it. Pure. DESIGN.md, 6.
 */
import type { ShownForecast } from './events.ts'
import type { Run } from './stage.ts'

export type FollowUp = {
  readonly reason: string
  /** What the glass was broken for: doubts and blocks that were passed. */
  readonly passed: ShownForecast['reasons']
  /** Who asked, and who said yes. */
  readonly by: readonly string[]
  readonly undo: ShownForecast['undo']
}

/** Null: the glass is whole, or nothing was sent. */
export function followUpOf({ by, breakGlass, record, stage }: Run): FollowUp | null {
  const { forecast, approval, intendedAt } = record
  if (breakGlass === null || stage.kind !== 'ended') return null
  if (forecast === null || intendedAt === null) return null
  return {
    reason: breakGlass.reason,
    passed: forecast.reasons.filter(({ weight }) => weight !== 'note'),
    by: [by, ...(approval?.consents ?? []).map((consent) => consent.by)],
    undo: forecast.undo,
  }
}

export function isFollowUpOpen(run: Run): boolean {
  return run.followedUp === null && followUpOf(run) !== null
}

/** Whether somebody is still waited for: the run goes on, or what it left is not settled. */
export function isOpen(run: Run): boolean {
  return run.stage.kind !== 'ended' || isFollowUpOpen(run)
}
