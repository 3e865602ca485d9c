/** The System as it is seen now, assessed: what `/capacity status` and `plimsoll status` answer. Pure. */
import { assess } from '../capacity/assess.ts'
import { type Backlog, backlogsOf } from '../capacity/backlog.ts'
import { type Cost, costOf } from '../capacity/cost.ts'
import { type ComingEvent, comingEvents } from '../capacity/events.ts'
import type { Assessment } from '../capacity/finding.ts'
import type { SystemDocument } from '../capacity/system.ts'
import type { Fact } from '../world/world.ts'
import { type Silence, silencesOf } from './drift.ts'
import { factNamed, fieldOf, type View, viewOf } from './facts.ts'
import { dayOf } from './gate.ts'
import { viewAt } from './meeting.ts'

export type Status = {
  readonly system: string
  readonly assessment: Assessment
  readonly cost: Cost
  readonly view: View
  /** What the document announces and is not over, soonest first. */
  readonly events: readonly ComingEvent[]
  /** For each worker service; none where nobody knows how many tasks wait. */
  readonly backlogs: readonly Backlog[]
  /** Who did not say what he was asked, and why. */
  readonly silent: readonly Silence[]
  readonly now: number
}

/** `backlogTasks`: how many tasks wait, where a person says so; else what the brokers were seen to hold. */
export function statusOf(
  document: SystemDocument,
  facts: readonly Fact[],
  { now, backlogTasks = null }: { now: number; backlogTasks?: number | null },
): Status {
  const seen = viewOf(document, facts, now)
  const view = viewAt(seen, { now, stepMinutes: 0 })
  const sourceOf = (path: string) => {
    const fact = factNamed(view.facts, path)
    return fact?.kind === 'observed' ? fact.source : 'system.yml'
  }
  const context = { today: dayOf(now), unknown: view.unknown, sourceOf }
  const assessment = assess(view.system, context)
  const cost = costOf(view.system, { unknown: view.unknown })
  const events = comingEvents(view.system, { now, assessment, ...context })
  const waiting = backlogTasks ?? tasksSeen(view)
  const backlogs = waiting === null ? [] : backlogsOf(view.system, { backlogTasks: waiting })
  const silent = silencesOf(view, view.facts)
  return { system: document.name, assessment, cost, view, events, backlogs, silent, now }
}

/** Over all brokers; null where none was asked, or one did not answer. */
function tasksSeen({ facts, unknown }: View): number | null {
  const waiting = facts.filter(({ name }) => fieldOf(name) === 'backlogTasks')
  if (waiting.length === 0) return null
  let sum = 0
  for (const fact of waiting) {
    if (fact.kind !== 'observed' || unknown.includes(fact.name)) return null
    if (typeof fact.value !== 'number') return null
    sum += fact.value
  }
  return sum
}
