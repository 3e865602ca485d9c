/**
 * The System at a moment: what it must carry is the largest of what is usual and of the events of
 * the next 24 hours; what it carries while a step runs is at least the largest of those that are
 * near. capacity.md, 4.
 */
import { assess } from './assess.ts'
import type { Binding } from './finding.ts'
import { instantOf } from './local-time.ts'
import type { System } from './system.ts'

const aheadMs = 24 * 3_600_000
/** An event counts as now within so many times the step's own duration. */
const nearFactor = 2

export type Moment = {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** How long the step usually takes; 0: no step. */
  readonly stepMinutes: number
}

export type EventAt = {
  readonly name: string
  readonly users: number
  readonly from: number
  readonly to: number
}

/** The events with their instants; one that cannot be read lasts for ever: nothing hides behind it. */
function eventsOf({ workload }: System): readonly EventAt[] {
  return (workload.events ?? []).map(({ name, users, from, to, timeZone }) => ({
    name,
    users,
    from: instantOf(from, { timeZone, edge: 'from' }) ?? Number.NEGATIVE_INFINITY,
    to: instantOf(to, { timeZone, edge: 'to' }) ?? Number.POSITIVE_INFINITY,
  }))
}

/** The same System where the document names no events. */
export function systemAt(system: System, { now, stepMinutes }: Moment): System {
  const { workload } = system
  if (workload.events === undefined) return system
  const events = eventsOf(system)
  const base = workload.baseUsers ?? workload.users
  const users = Math.max(base, ...usersWithin(events, { now, forMs: aheadMs }))
  const near = usersWithin(events, { now, forMs: nearFactor * stepMinutes * 60_000 })
  const nowUsers = Math.max(workload.nowUsers, ...near)
  return { ...system, workload: { ...workload, users, nowUsers } }
}

function usersWithin(
  events: readonly EventAt[],
  { now, forMs }: { now: number; forMs: number },
): readonly number[] {
  return events.filter(({ from, to }) => from <= now + forMs && to > now).map(({ users }) => users)
}

export type ComingEvent = EventAt & {
  readonly supportedUsers: number | null
  /** What is broken at so many users; empty where they are carried. */
  readonly binding: readonly Binding[]
}

/** Each event that is not over, soonest first: whether it is carried, and what breaks. */
export function comingEvents(
  system: System,
  { now, today }: { now: number; today: string },
): readonly ComingEvent[] {
  const { supportedUsers, binding } = assess(system, { today })
  return eventsOf(system)
    .filter(({ to }) => to > now)
    .sort((one, other) => one.from - other.from)
    .map((event) => {
      const isCarried = supportedUsers === null || event.users <= supportedUsers
      return { ...event, supportedUsers, binding: isCarried ? [] : binding }
    })
}
