/**
 * When whoever is waited for is reminded: before it would be too late or forgotten, ever more seldom,
 * and not for ever. Pure: the fold knows how often it was said, so nobody says it twice.
 */
import { isFollowUpOpen } from './follow-up.ts'
import { type Approval, isAgreed, type Run } from './stage.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Where only a person brings the run on, parked or a manual step: each is counted from the one before. */
const standingMs = [30 * minuteMs, 2 * hourMs, 8 * hourMs, dayMs] as const
/** After the end of a run for which the glass was broken. */
const followUpMs = [dayMs, 2 * dayMs, 4 * dayMs] as const

/** The next one; null: nobody is waited for, or it was said often enough. */
export function remindAt(run: Run): number | null {
  const { stage, wait } = run
  switch (stage.kind) {
    case 'consulting':
    case 'waiting':
      return wait.reminders === 0 ? halfOf(stage.approval, wait.since) : null
    case 'asked':
    case 'parked':
      return nth(standingMs, wait)
    case 'ended':
      return isFollowUpOpen(run) ? nth(followUpMs, wait) : null
    default:
      return null
  }
}

/** Whether only a person brings it on. */
export function waitsForPerson(run: Run): boolean {
  const { kind } = run.stage
  return ['consulting', 'waiting', 'asked', 'parked'].includes(kind) || isFollowUpOpen(run)
}

/** Whether the reminder that was recorded last is the last one that there will be. */
export function isLastReminder(run: Run): boolean {
  return run.wait.reminders > 0 && remindAt(run) === null
}

/** From the one before, so that a bot that was away says one of those that it missed, not all. */
function nth(pausesMs: readonly number[], { since, reminders, remindedAt }: Run['wait']) {
  const pauseMs = pausesMs[reminders]
  return pauseMs === undefined ? null : (remindedAt ?? since) + pauseMs
}

/** Half of an approval's time is left then, for somebody to come and read. */
function halfOf(approval: Approval, since: number): number | null {
  return isAgreed(approval) ? null : since + Math.floor((approval.expiresAt - since) / 2)
}
