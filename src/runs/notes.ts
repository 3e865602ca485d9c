/** What is noted of a run and moves no stage: reminders, and what people say of it afterwards. Pure. */
import type { RunEvent } from './events.ts'
import { isFollowUpOpen } from './follow-up.ts'
import { IllegalEvent } from './moves.ts'
import { waitsForPerson } from './reminders.ts'
import type { Run, Stage } from './stage.ts'

export function fresh(at: number, version: number): Run['wait'] {
  return { since: at, version, reminders: 0, remindedAt: null, posted: 0 }
}

/** A yes of several does not begin the wait anew; whatever moves the run does. */
export function waitAt({ stage: before, wait, version }: Run, stage: Stage, at: number) {
  return before.kind === stage.kind ? wait : fresh(at, version + 1)
}

/**
 * Null: the event is none of these. How often somebody is reminded, and what counts as prevented, are rules
 * that may change: what was recorded by older ones stays legal.
 */
export function note(run: Run, event: RunEvent, at: number): Partial<Run> | null {
  const { stage, wait } = run
  switch (event.type) {
    case 'person-reminded':
      if (!waitsForPerson(run)) throw new IllegalEvent(event.type, stage.kind)
      return { wait: { ...wait, reminders: wait.reminders + 1, remindedAt: at } }
    case 'reminder-posted':
      // The run may have moved on while it was said: then it is none of this stand's.
      return event.stand === wait.version ? { wait: { ...wait, posted: event.reminders } } : {}
    case 'followed-up':
      if (!isFollowUpOpen(run)) throw new IllegalEvent(event.type, stage.kind)
      return { followedUp: { by: event.by, at, text: event.what } }
    case 'no-judged':
      return { judgement: { by: event.by, at, isRight: event.isRight, text: event.why } }
    default:
      return null
  }
}
