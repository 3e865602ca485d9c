/** Events and backlogs in English: who comes when, what breaks, what must be done how long before. words.md. */
import type { Backlog } from '../capacity/backlog.ts'
import type { ComingEvent } from '../capacity/events.ts'
import type { Preparation } from '../define/preparation.ts'
import type { Crowd } from '../gate/fingerprint.ts'
import type { StatusFace } from './en.ts'
import { lawName } from './en-reasons.ts'

import { count, list, number, span, windowText } from './numbers.ts'

/** That a forecast is judged as if an event were on; null where none is near. */
export function crowdSentence(crowd: Crowd | null): string | null {
  if (crowd === null || crowd.event === null) return null
  const { name, users, until } = crowd.event
  return `Judged as if ${name} were on: ${number(users)} users, until ${until}.`
}

/** Beyond these a person asks for JSON. */
const eventsAtMost = 3

export type EventsAt = {
  readonly now: number
  readonly region: string
  readonly preparation: Preparation | null
  readonly face: StatusFace
}

/** A line for each event, the soonest first. */
export function eventLines(events: readonly ComingEvent[], at: EventsAt): readonly string[] {
  const more = events.length - eventsAtMost
  const lines = events.slice(0, eventsAtMost).map((event) => eventLine(event, at))
  return more <= 0 ? lines : [...lines, `${count(more, 'more event')} after these.`]
}

function eventLine(event: ComingEvent, at: EventsAt): string {
  const { now, face } = at
  const { name, users, from, to, local } = event
  const when = from <= now ? `on for ${span(to - now)} more` : `in ${span(from - now)}`
  const what = `Event ${face.literal(name)}, ${when} (${windowText(local)}): ${number(users)} users`
  return `${what}, ${[outcome(event), before(event, at)].filter((part) => part !== null).join(' ')}`
}

function outcome({ isCarried, supportedUsers, breaks }: ComingEvent): string {
  if (isCarried === null) return 'and nobody knows whether they are carried.'
  if (isCarried)
    return supportedUsers === null
      ? 'carried; no limit is found.'
      : `carried (up to ${number(supportedUsers)}).`
  const [first, ...others] = [...new Set(breaks.map(({ law }) => lawName(law)))]
  const then = others.length === 0 ? '' : `, then ${list(others)}`
  return `not carried: above ${number(supportedUsers ?? 0)} breaks ${first ?? 'a law'}${then}.`
}

function before(event: ComingEvent, at: EventsAt): string | null {
  if (event.isCarried === false)
    return at.preparation?.event === event.name ? prepared(at.preparation, at) : null
  return event.from <= at.now ? null : started(event, at)
}

function prepared(preparation: Preparation, { now, face }: EventsAt): string {
  const { plan, workMinutes, restarts, reviews, startBy } = preparation
  const command = face.planCommand(plan.users)
  if (plan.kind === 'infeasible' || startBy === null)
    return `Nothing that I may propose carries them; ${command} says why.`
  const parts = [
    count(plan.steps.length, 'step'),
    `${number(workMinutes)} min of work`,
    ...(reviews === 0 ? [] : [count(reviews, 'approval')]),
    ...(restarts === 0 ? [] : [count(restarts, 'restart')]),
  ]
  const begin =
    startBy > now
      ? `begin by ${face.time(startBy)}, in ${span(startBy - now)}, approvals apart.`
      : `that had to begin ${span(now - startBy)} ago: what restarts something is refused now, so do the rest.`
  return `Before it ${command}: ${list(parts)}; ${begin}`
}

/** An autoscaler starts instances when requests wait already. */
function started({ starts }: ComingEvent, { face, region }: EventsAt): string | null {
  if (starts.length === 0) return null
  const each = starts.map(
    ({ service, minInstances, instances }) =>
      `${number(instances)} of ${face.literal(service)} (${number(minInstances)} sure today)`,
  )
  const cpus = starts.reduce((sum, one) => sum + one.cpus, 0)
  return (
    `Start before its first minute, with minInstances of scale-service: ${list(each)}; ` +
    `the quota of ${face.text(region)} must hold their ${number(cpus)} vCPU, and I cannot see it.`
  )
}

/** `12,000 tasks wait: celery-worker works them off in 25 min ...`. */
export function backlogLine(backlog: Backlog, face: StatusFace): string {
  const { service, backlogTasks, instances, nowUsers, drainSeconds, hidden } = backlog
  const { seconds, instances: needed } = backlog.wished
  const sure = `the ${count(instances, 'instance')} that ${instances === 1 ? 'is' : 'are'} sure`
  const how =
    drainSeconds === null
      ? `never works them off with ${sure}`
      : `works them off in ${span(1000 * drainSeconds)} with ${sure}`
  const most =
    needed > backlog.maxInstances ? `, and at most ${number(backlog.maxInstances)} may run` : ''
  const faster =
    needed <= instances ? '' : ` ${number(needed)} would in ${span(1000 * seconds)}${most}.`
  return (
    `${count(backlogTasks, 'task')} wait: ${face.literal(service)} ${how}, while ` +
    `${count(nowUsers, 'user')} add new ones.${faster} Its workers may hold ` +
    `${number(hidden)} more that the queue does not show.`
  )
}
