/** A checklist: the fold of its events. Pure; an event that is illegal as it stands is a broken invariant. */
import type { Condition, StoredItem } from '../../define/plan-item.ts'
import type { JsonObject } from '../../define/step.ts'
import type { Recorded } from '../../ledger/ledger.ts'
import { IllegalEvent } from '../moves.ts'
import { type Read, readEvents } from '../read-events.ts'
import { storedItem } from '../run.ts'
import { type ChecklistEvent, checklistEventSchema, type Sight } from './events.ts'

/** What the world said of a box, since `at`. */
export type Seen = {
  readonly is: 'ticked' | 'open' | 'unknown'
  readonly sights: readonly Sight[]
  readonly at: number
}

export type Word = { readonly by: string; readonly at: number; readonly reason: string | null }

export type ChecklistBox = {
  readonly title: string
  readonly why: string
  readonly evidence: readonly Condition[]
  readonly items: readonly StoredItem[]
  readonly manual: boolean
  /** Null before the first look, and where there is nothing to see. */
  readonly seen: Seen | null
  /** Somebody says that it is so. */
  readonly tick: Word | null
  readonly skip: Word | null
  /** Since it was last taken back by a person. */
  readonly wasDone: boolean
  /** The newest one that was asked for from here. */
  readonly run: { readonly id: string; readonly by: string; readonly at: number } | null
}

export type Checklist = {
  readonly id: string
  readonly version: number
  readonly name: string
  readonly title: string
  readonly parameters: JsonObject
  readonly digest: string
  readonly system: string
  readonly by: string
  readonly channel: string
  readonly startedAt: number
  /** Of the newest event that people see. */
  readonly changedAt: number
  readonly boxes: readonly ChecklistBox[]
  readonly message: { readonly channel: string; readonly ts: string } | null
  readonly ended: { readonly by: string; readonly at: number } | null
}

/**
 * `seen`: the world shows it. `said`: a person says so, and the world shows nothing. `undone`: it was
 * done, and the world shows that it is so no more.
 */
export type Standing = 'seen' | 'said' | 'skipped' | 'undone' | 'open'

/** The world's answer beats a person's, whichever it is; a skip is about what is left undone. */
export function standingOf({ seen, tick, skip, wasDone }: ChecklistBox): Standing {
  if (seen?.is === 'ticked') return 'seen'
  if (skip !== null) return 'skipped'
  if (tick !== null) return 'said'
  return wasDone && seen?.is === 'open' ? 'undone' : 'open'
}

export function isDone(box: ChecklistBox): boolean {
  const standing = standingOf(box)
  return standing === 'seen' || standing === 'said'
}

/** Where its boxes leave a question: the first that is neither done nor skipped; null: none. */
export function nextBox({ boxes }: Checklist): number | null {
  const index = boxes.findIndex((box) => ['open', 'undone'].includes(standingOf(box)))
  return index < 0 ? null : index
}

const prefix = 'checklist/'
export const checklistStream = (checklist: string) => `${prefix}${checklist}`
export const isChecklistStream = (stream: string) => stream.startsWith(prefix)
export const checklistOfStream = (stream: string) => stream.slice(prefix.length)

/** Null for a stream without events. Throws UnknownEvent and IllegalEvent. */
export function checklistOf(records: readonly Recorded[]): Checklist | null {
  return readEvents(checklistEventSchema, records).reduce<Checklist | null>(evolve, null)
}

export function evolve(checklist: Checklist | null, { at, event }: Read<ChecklistEvent>) {
  if (checklist === null) return begin(event, at)
  const next = { ...checklist, version: checklist.version + 1 }
  if (event.type === 'message-posted')
    return { ...next, message: { channel: event.channel, ts: event.ts } }
  if (checklist.ended !== null) throw illegal(event.type, 'ended')
  if (event.type === 'checklist-started') throw illegal(event.type, 'open')
  if (event.type === 'checklist-ended')
    return { ...next, changedAt: at, ended: { by: event.by, at } }
  const before = checklist.boxes[event.box]
  if (before === undefined) throw illegal(event.type, `without a box ${event.box}`)
  const boxes = checklist.boxes.with(event.box, boxAfter(before, event, at))
  return { ...next, changedAt: at, boxes }
}

function begin(event: ChecklistEvent, at: number): Checklist {
  if (event.type !== 'checklist-started') throw illegal(event.type, 'not started')
  const { checklist: id, name, title, parameters, digest, system, by, channel } = event
  const boxes = event.boxes.map((box) => ({
    ...{ ...box, items: box.items.map(storedItem) },
    ...{ seen: null, tick: null, skip: null, wasDone: false, run: null },
  }))
  return {
    ...{ id, name, title, parameters, digest, system, by, channel, boxes },
    ...{ version: 1, startedAt: at, changedAt: at, message: null, ended: null },
  }
}

type BoxEvent = Extract<ChecklistEvent, { box: number }>

function boxAfter(box: ChecklistBox, event: BoxEvent, at: number): ChecklistBox {
  switch (event.type) {
    case 'box-seen': {
      const { is, sights } = event
      const seen = { is, sights, at }
      if (is === 'ticked') return { ...box, seen, tick: null, skip: null, wasDone: true }
      // What the world refutes nobody can vouch for.
      return is === 'open' ? { ...box, seen, tick: null } : { ...box, seen }
    }
    case 'box-ticked': {
      if (!takesWord(box)) throw illegal(event.type, standingOf(box))
      const { by, reason } = event
      return { ...box, tick: { by, at, reason }, skip: null, wasDone: true }
    }
    case 'box-skipped': {
      if (isDone(box)) throw illegal(event.type, standingOf(box))
      const { by, reason } = event
      return { ...box, skip: { by, at, reason } }
    }
    case 'box-unticked':
      if (box.tick === null && box.skip === null) throw illegal(event.type, standingOf(box))
      return { ...box, tick: null, skip: null, wasDone: box.skip !== null && box.wasDone }
    case 'box-applied':
      return { ...box, run: { id: event.run, by: event.by, at } }
  }
}

/** Whether a person's word counts: there is nothing to see, or nobody can see it. */
export function takesWord({ evidence, seen }: ChecklistBox): boolean {
  return evidence.length === 0 || seen?.is === 'unknown'
}

function illegal(type: string, standing: string): Error {
  return new IllegalEvent(type, standing, 'checklist or box')
}
