/**
 * What people ask of checklists: start one, tick a box, skip it, take that back, ask for what it offers, end it. Each
 * is recorded before anybody is told yes.
 */
import { isDeepStrictEqual } from 'node:util'
import type { SystemDocument } from '../../capacity/system.ts'
import type { Catalogue } from '../../define/catalogue.ts'
import type { BoundRunbook } from '../../define/define-runbook.ts'
import { bindItems, type PlanItem, storedItems } from '../../define/plan-item.ts'
import { digestOf } from '../../gate/digest.ts'
import { type Actor, judgeRequest } from '../../gate/policy.ts'
import type { Append } from '../../ledger/ledger.ts'
import type { Journal } from '../journal.ts'
import type { Answer, Requests, Wish } from '../requests.ts'
import { type Checklist, isDone } from './checklist.ts'
import type { ChecklistEvent } from './events.ts'
import type { ChecklistChanged, ChecklistJournal } from './journal.ts'
import {
  type BoxNo,
  type BoxSteering,
  type BoxVerdict,
  boxFor,
  type ChecklistNo,
  type FoundBox,
  judgeEnd,
  skipBoxWith,
  takeBack,
  tickWith,
} from './steering.ts'

export type ChecklistAnswer = ChecklistChanged | ChecklistNo

/** `id`: asked for twice under one name, there is one. `digest`: of the checklist's file. */
export type ChecklistWish = {
  readonly id: string
  readonly bound: BoundRunbook
  readonly digest: string
  readonly channel: string
}

/** A box of a checklist, counted from 0. */
export type BoxPlace = { readonly checklist: string; readonly box: number }

export type ChecklistRequests = {
  readonly start: (wish: ChecklistWish, actor: Actor) => Promise<ChecklistAnswer>
  readonly tick: (place: BoxPlace, reason: string, actor: Actor) => Promise<ChecklistAnswer>
  readonly skip: (place: BoxPlace, reason: string, actor: Actor) => Promise<ChecklistAnswer>
  readonly takeBack: (place: BoxPlace, actor: Actor) => Promise<ChecklistAnswer>
  /** What the box offers, as a run like any other: through the gate. */
  readonly apply: (place: BoxPlace, actor: Actor) => Promise<Answer | ChecklistNo>
  readonly end: (checklist: string, actor: Actor) => Promise<ChecklistAnswer>
}

export type ChecklistMeans = {
  readonly document: SystemDocument
  readonly catalogue: Catalogue
  readonly checklists: ChecklistJournal
  readonly journal: Pick<Journal, 'read' | 'keepDocument'>
  readonly requests: Pick<Requests, 'start'>
  /** There is something to look at, now. */
  readonly wake: (checklist: string) => void
}

export function checklistRequestsOn(means: ChecklistMeans): ChecklistRequests {
  const { policy } = means.document
  const steered = (steer: BoxSteering) => (place: BoxPlace, actor: Actor) =>
    steering(means, place.checklist, (checklist) => {
      const found = boxFor(checklist, place.box, actor, policy)
      return found.kind === 'box' ? steer(found, actor.user) : found
    })
  return {
    start: (wish, actor) => start(means, wish, actor),
    tick: (place, reason, actor) => steered(tickWith(reason))(place, actor),
    skip: (place, reason, actor) => steered(skipBoxWith(reason))(place, actor),
    takeBack: steered(takeBack),
    apply: (place, actor) => apply(means, place, actor),
    end: (id, actor) => steering(means, id, (checklist) => judgeEnd(checklist, actor, policy)),
  }
}

async function start(
  means: ChecklistMeans,
  { id, bound, digest, channel }: ChecklistWish,
  actor: Actor,
): Promise<ChecklistAnswer> {
  const { document, checklists, journal } = means
  const judged = judgeRequest(document.policy, channel, actor)
  if (judged.kind === 'denied') return judged
  const there = await checklists.read(id)
  if (there !== null) return { kind: 'checklist-changed', checklist: there }
  const { name, title, parameters } = bound
  const twin = (await checklists.open()).find(
    (one) => one.name === name && isDeepStrictEqual(one.parameters, parameters),
  )
  if (twin !== undefined) return { kind: 'checklist-no', code: 'open-already', checklist: twin }
  const digestOfDocument = digestOf(document)
  await journal.keepDocument(digestOfDocument, document)
  const answer = await checklists.start({
    ...({ type: 'checklist-started', v: 1 } as const),
    ...{ checklist: id, name, title, parameters, digest, channel },
    ...{ system: document.name, document: digestOfDocument, by: actor.user },
    boxes: boxesOf(bound),
  })
  means.wake(answer.checklist.id)
  return answer
}

type StartedEvent = Extract<ChecklistEvent, { type: 'checklist-started' }>

/** The condition that its evidence makes of a box in a plan is left out: here somebody asks for an open box. */
function boxesOf({ boxes, items }: BoundRunbook): StartedEvent['boxes'] {
  return boxes.map(({ title, why, evidence, from, count }) => {
    const isGuarded = evidence.length > 0
    const own = items.slice(isGuarded ? from + 1 : from, from + count)
    const manual = own.every((item) => item.kind === 'step' && item.step.act.kind === 'manual')
    return { title, why, evidence: [...evidence], items: [...storedItems(own)], manual }
  })
}

/** Judged inside the append, on the state that its event will follow. */
async function steering(
  { checklists }: ChecklistMeans,
  id: string,
  judge: (checklist: Checklist) => BoxVerdict,
): Promise<ChecklistAnswer> {
  if ((await checklists.read(id)) === null)
    return { kind: 'checklist-no', code: 'unknown-checklist' }
  return checklists.change<ChecklistNo>(id, judge)
}

/** The run and the box that asks for it are one append: of two who click, one is told that it is asked for. */
async function apply(
  means: ChecklistMeans,
  place: BoxPlace,
  actor: Actor,
): Promise<Answer | ChecklistNo> {
  const { checklists, catalogue, requests } = means
  const checklist = await checklists.read(place.checklist)
  if (checklist === null) return { kind: 'checklist-no', code: 'unknown-checklist' }
  const offer = await offerOf(means, checklist, place, actor)
  if (offer.kind !== 'box') return offer
  const items = bindItems(offer.box.items, catalogue)
  if ('kind' in items) return boxNo('stored-input-refused', offer)
  const beside = (run: string) => linkTo(means, place, run, actor)
  const link = { box: place, beside }
  const wish = wishOf(checklist, items)
  const answer = await requests.start<ChecklistNo>(wish, checklist.channel, actor, link)
  if (answer.kind === 'changed') means.wake(place.checklist)
  return answer
}

/** Several steps are agreed to as a whole, as the checklist's; one alone asks once. */
function wishOf({ name, parameters, digest }: Checklist, items: readonly PlanItem[]): Wish {
  return items.length === 1 ? { items } : { items, runbook: { name, parameters, digest } }
}

async function linkTo(
  means: ChecklistMeans,
  place: BoxPlace,
  run: string,
  actor: Actor,
): Promise<readonly Append[] | ChecklistNo> {
  const checklist = await means.checklists.read(place.checklist)
  if (checklist === null) return { kind: 'checklist-no', code: 'unknown-checklist' }
  const offer = await offerOf(means, checklist, place, actor)
  if (offer.kind !== 'box') return offer
  const applied = { type: 'box-applied', v: 1, box: place.box, by: actor.user, run } as const
  return [await means.checklists.appendOf(checklist, applied)]
}

/** The box, if what it offers may be asked for now. */
async function offerOf(
  { document, journal }: ChecklistMeans,
  checklist: Checklist,
  place: BoxPlace,
  actor: Actor,
): Promise<FoundBox | ChecklistNo> {
  const found = boxFor(checklist, place.box, actor, document.policy)
  if (found.kind !== 'box') return found
  const { box } = found
  if (isDone(box)) return boxNo('done-already', found)
  if (box.manual || box.items.length === 0) return boxNo('nothing-offered', found)
  const before = box.run === null ? null : await journal.read(box.run.id)
  const goesOn = before !== null && before.stage.kind !== 'ended'
  return goesOn ? boxNo('asked-already', found) : found
}

function boxNo(code: BoxNo['code'], { index, box }: FoundBox): BoxNo {
  return { kind: 'checklist-no', code, index, box }
}
