/**
 * The System at a moment: what it must carry is the largest of what is usual and of the events of
 * the next 24 hours; what it carries while a step runs is at least the largest of those that are
 * near. capacity.md, 4.
 */
import { type AssessContext, assess } from './assess.ts'
import { atUsers } from './at-users.ts'
import { instancesNeeded, usualNowUsers } from './derive.ts'
import type { Assessment, Binding } from './finding.ts'
import { laws } from './laws/catalogue.ts'
import { instantOf } from './local-time.ts'
import { carried } from './outlook.ts'
import type { Service, System } from './system.ts'

const aheadMs = 24 * 3_600_000
/** An event counts as now within so many times the step's own duration. */
const nearFactor = 2
const minuteMs = 60_000

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
  /** The same window as the document writes it, in the time of its place. */
  readonly local: { readonly from: string; readonly to: string; readonly timeZone: string }
}

/** The events with their instants; one that cannot be read lasts for ever: nothing hides behind it. */
function eventsOf({ workload }: System): readonly EventAt[] {
  return (workload.events ?? []).map(({ name, users, from, to, timeZone }) => ({
    name,
    users,
    from: instantOf(from, { timeZone, edge: 'from' }) ?? Number.NEGATIVE_INFINITY,
    to: instantOf(to, { timeZone, edge: 'to' }) ?? Number.POSITIVE_INFINITY,
    local: { from, to, timeZone },
  }))
}

/** The same System where the document names no events. */
export function systemAt(system: System, moment: Moment): System {
  const { workload } = system
  if (workload.events === undefined) return system
  const base = workload.baseUsers ?? workload.users
  const ahead = eventsWithin(system, { now: moment.now, forMs: aheadMs })
  const users = Math.max(base, ...ahead.map((event) => event.users))
  const usual = usualNowUsers(system)
  const nowUsers = Math.max(usual, eventNear(system, moment)?.users ?? 0)
  const raised = nowUsers > usual ? { usualNowUsers: usual } : {}
  return { ...system, workload: { ...workload, users, nowUsers, ...raised } }
}

/** The largest of the events that count as now for a step of this length; null where none does. */
export function eventNear(system: System, { now, stepMinutes }: Moment): EventAt | null {
  const near = eventsWithin(system, { now, forMs: nearFactor * stepMinutes * minuteMs })
  return near.reduce<EventAt | null>(
    (most, one) => (most === null || one.users > most.users ? one : most),
    null,
  )
}

function eventsWithin(
  system: System,
  { now, forMs }: { now: number; forMs: number },
): readonly EventAt[] {
  return eventsOf(system).filter(({ from, to }) => from <= now + forMs && to > now)
}

/** The last moment at which a step of this length begins before the event counts as now. */
export function lastQuietStart({ from }: Pick<EventAt, 'from'>, stepMinutes: number): number {
  return from - nearFactor * stepMinutes * minuteMs
}

export type ComingEvent = EventAt & {
  readonly supportedUsers: number | null
  /** Null while an unknown fact hides it. */
  readonly isCarried: boolean | null
  /** What is broken at so many users, what gives out first before the others; empty where they are carried. */
  readonly breaks: readonly Binding[]
  /** What must run at its first minute and does not yet; an autoscaler starts only after the requests came. */
  readonly starts: readonly Start[]
}

/** Instances to be started before an event. */
export type Start = {
  readonly service: string
  /** What is sure to run today, and what the event needs. */
  readonly minInstances: number
  readonly instances: number
  /** Of all of them: they must be in the region's quota. */
  readonly cpus: number
}

/** Each event that is not over, soonest first: whether it is carried, what breaks, what must be started. */
export function comingEvents(
  system: System,
  { now, assessment, ...context }: AssessContext & { now: number; assessment: Assessment },
): readonly ComingEvent[] {
  const most = carried(assessment)
  return eventsOf(system)
    .filter(({ to }) => to > now)
    .sort((one, other) => one.from - other.from)
    .map((event) => {
      const isCarried = most === undefined ? null : event.users <= most
      const breaks = isCarried === false ? breaksAt(system, event, { ...context, assessment }) : []
      const { supportedUsers } = assessment
      return { ...event, supportedUsers, isCarried, breaks, starts: startsFor(system, event) }
    })
}

function breaksAt(
  system: System,
  { users }: EventAt,
  { assessment, ...context }: AssessContext & { assessment: Assessment },
): readonly Binding[] {
  const then = { ...system, workload: { ...system.workload, users } }
  const { findings } = assess(then, { ...context, withSupportedUsers: false })
  const { binding } = assessment
  const others = findings.filter(
    ({ law, subject, severity }) =>
      severity === 'broken' &&
      capacityLaws.has(law) &&
      !binding.some((first) => first.law === law && first.subject === subject),
  )
  return [...binding, ...others.map(({ law, subject }) => ({ law, subject }))]
}

const capacityLaws: ReadonlySet<string> = new Set(
  laws.filter(({ capacity }) => capacity).map(({ id }) => id),
)

function startsFor(system: System, { users }: EventAt): readonly Start[] {
  // The day matters to no instance.
  const at = atUsers(system, { users, scale: 'needed', today: '' })
  return at.services
    .filter(({ it }) => it.kind !== 'celery-beat' && !isScaledOnQueue(it))
    .map(({ name, it }) => {
      const instances = instancesNeeded(at, it)
      return { service: name, minInstances: it.minInstances, instances, cpus: instances * it.cpu }
    })
    .filter(({ instances, minInstances }) => instances > minInstances)
}

function isScaledOnQueue(service: Service): boolean {
  return service.kind === 'celery-worker' && service.celery.scalesOnQueue === true
}
