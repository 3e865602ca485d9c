/**
 * The view of a moment: who must be carried and who is there, as the document announces it; and the
 * crowd that no restart meets. capacity.md, 4. Pure.
 */
import type { Judgement } from '../capacity/compare.ts'
import { type EventAt, eventNear, type Moment, systemAt } from '../capacity/events.ts'
import { relieves } from '../capacity/relief.ts'
import type { System } from '../capacity/system.ts'
import type { View } from './facts.ts'
import type { Crowd } from './fingerprint.ts'

/** A disruption would meet an event. */
export type EventReason = {
  readonly code: 'event-near'
  readonly weight: 'block'
  readonly law: null
  readonly subject: string
  readonly before: null
  readonly after: null
  readonly values: Readonly<Record<string, string>>
}

export function viewAt(seen: View, moment: Moment): View {
  return { ...seen, system: systemAt(seen.system, moment) }
}

/** Null where the document names no events. */
export function crowdAt(seen: View, moment: Moment): Crowd | null {
  const { workload } = systemAt(seen.system, moment)
  if (workload.events === undefined) return null
  const event = eventNear(seen.system, moment)
  const near =
    event === null ? null : { name: event.name, users: event.users, until: untilOf(event) }
  return { users: workload.users, event: near }
}

/**
 * No announced crowd meets a disruption that can wait: no restart two minutes before a sale. What
 * drowns a database under it already may be mended.
 */
export function meeting(
  system: System,
  judgement: Judgement | null,
  moment: Moment,
): readonly EventReason[] {
  const disruption = judgement?.phases.flatMap((phase) => phase.disruption ?? [])[0]
  const event = eventNear(system, moment)
  if (judgement === null || disruption === undefined || event === null) return []
  if (event.users <= system.workload.nowUsers || isWorthIt(event, judgement, moment)) return []
  const { target, secondsMax } = disruption
  return [
    {
      ...{ code: 'event-near', weight: 'block', law: null, before: null, after: null },
      subject: target,
      values: {
        ...{ event: event.name, users: String(event.users), until: untilOf(event) },
        secondsMax: String(secondsMax),
      },
    },
  ]
}

/** `2026-12-01 23:00 America/Santiago`. */
function untilOf({ local }: EventAt): string {
  return `${local.to.replace('T', ' ')} ${local.timeZone}`
}

function isWorthIt({ from }: EventAt, { now, after }: Judgement, moment: Moment): boolean {
  return from <= moment.now && relieves(now, after)
}
