/** What is noted of a run and moves no stage: reminders, and what people say of it afterwards. Pure. */
import type { RunEvent } from './events.ts'
import { isFollowUpOpen } from './follow-up.ts'
import { IllegalEvent } from './moves.ts'
import { remindAt } from './reminders.ts'
import type { Run, Stage } from './stage.ts'

export function fresh(at: number): Run['wait'] {
  return { since: at, reminders: 0, remindedAt: null }
}

/** A yes of several does not begin the wait anew; whatever moves the run does. */
export function waitAt({ stage: before, wait }: Run, stage: Stage, at: number): Run['wait'] {
  return before.kind === stage.kind ? wait : fresh(at)
}

/** Null: the event is none of these. */
export function note(run: Run, event: RunEvent, at: number): Partial<Run> | null {
  const { stage, wait } = run
  switch (event.type) {
    case 'person-reminded':
      if (remindAt(run) === null) throw new IllegalEvent(event.type, stage.kind)
      return { wait: { ...wait, reminders: wait.reminders + 1, remindedAt: at } }
    case 'followed-up':
      if (!isFollowUpOpen(run)) throw new IllegalEvent(event.type, stage.kind)
      return { followedUp: { by: event.by, at, text: event.what } }
    case 'no-judged': {
      if (run.prevented.length === 0) throw new IllegalEvent(event.type, 'prevented from nothing')
      const { by, isRight, why } = event
      return { judgement: { by, at, isRight, text: why } }
    }
    default:
      return null
  }
}
