/**
 * What is said in a run's thread to whoever it has waited for so long, with their names, so that Slack
 * rings. Pure.
 */
import type { Policy } from '../../capacity/system.ts'
import { isFollowUpOpen } from '../../runs/follow-up.ts'
import { isLastReminder } from '../../runs/reminders.ts'
import type { Run } from '../../runs/stage.ts'
import { parkedSentence } from '../../words/en.ts'
import { count, list, span } from '../../words/numbers.ts'
import { context, escaped, slackFace as face, type Message, plain, section } from './blocks.ts'
import { effectOf } from './run-about.ts'

export type ReminderView = {
  readonly run: Run
  readonly policy: Policy
  readonly now: number
  readonly note: string | null
}

/** Null: nobody is waited for any more. */
export function reminderMessage(view: ReminderView): Message | null {
  const text = reminderText(view)
  if (text === null) return null
  const { note } = view
  const notes = note === null ? [] : [context(note)]
  return { text: plain(text), blocks: [section(text), ...notes] }
}

function reminderText({ run, policy, now }: ReminderView): string | null {
  const { stage, wait } = run
  const what = effectOf(run)
  const since = span(now - wait.since)
  const last = isLastReminder(run) ? ' I say this for the last time.' : ''
  switch (stage.kind) {
    case 'consulting':
    case 'waiting': {
      const { needed, consents, expiresAt, role } = stage.approval
      const open = count(needed - consents.length, 'yes', 'yeses')
      const not = [run.by, ...consents.map(({ by }) => by)]
      return `*Still waiting for ${open}: ${what}.* ${list(holdersOf(policy, role, not), 'or')}: it expires ${face.time(expiresAt)}, which means no. The message above has the numbers and the buttons.`
    }
    case 'asked':
      return `*Still to be done, asked ${since} ago: ${what}.* ${decidersOf(run, policy)}: say above when it is done, or skip it.${last}`
    case 'parked':
      return `*Parked for ${since}: ${what}.* ${decidersOf(run, policy)}: ${escaped(parkedSentence(stage.why, run.record.forecast?.target ?? ''))} The buttons are above.${last}`
    case 'ended':
      if (!isFollowUpOpen(run)) return null
      return `*The glass was broken ${since} ago, and nobody has followed it up: ${what}.* ${decidersOf(run, policy)}: say what became of it, above or with ${face.literal(`/runbook follow-up ${run.id} <what>`)}.${last}`
    default:
      return null
  }
}

/** The one who asked; from the second time on those who may approve too. */
function decidersOf({ by, wait }: Run, policy: Policy): string {
  const more = wait.reminders > 1 ? holdersOf(policy, 'approve', [by]) : []
  return list([face.person(by), ...more])
}

/** A group is called by its name, once. */
function holdersOf(
  { roles }: Policy,
  role: 'approve' | 'breakGlass',
  not: readonly string[],
): readonly string[] {
  const { users, group } = roles?.[role] ?? { users: [], group: null }
  const people = users.filter((user) => !not.includes(user)).map(face.person)
  return group === null ? people : [...people, face.group(group)]
}
