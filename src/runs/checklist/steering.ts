/** What people may do to a checklist and its boxes, and why not. Pure: judged inside the append. */
import type { Policy } from '../../capacity/system.ts'
import { type Actor, type Denial, judgeRequest, judgeSteering } from '../../gate/policy.ts'
import { type Checklist, type ChecklistBox, isDone, takesWord } from './checklist.ts'
import type { ChecklistEvent } from './events.ts'
import type { ChecklistChange } from './journal.ts'

/** A value; a face says it to the person alone. `box` counts from 0. */
export type ChecklistNo =
  | Denial
  | { readonly kind: 'checklist-no'; readonly code: 'unknown-checklist' }
  | { readonly kind: 'checklist-no'; readonly code: 'open-already'; readonly checklist: Checklist }
  | { readonly kind: 'checklist-no'; readonly code: 'ended'; readonly checklist: Checklist }
  | { readonly kind: 'checklist-no'; readonly code: 'no-such-box'; readonly boxes: number }
  | { readonly kind: 'checklist-no'; readonly code: 'no-reason' }
  | BoxNo

export type BoxNo = {
  readonly kind: 'checklist-no'
  readonly index: number
  readonly box: ChecklistBox
} & (
  | { readonly code: 'done-already' }
  /** The world can show it: nobody's word stands in for that. */
  | { readonly code: 'world-says-no' }
  | { readonly code: 'not-looked' }
  | { readonly code: 'nothing-to-take-back' }
  | { readonly code: 'nothing-offered' }
  | { readonly code: 'asked-already' }
  /** The code of today refuses what was stored. */
  | { readonly code: 'stored-input-refused' }
)

export type BoxVerdict = ChecklistChange | ChecklistNo

export type FoundBox = {
  readonly kind: 'box'
  readonly index: number
  readonly box: ChecklistBox
}

export type BoxSteering = (found: FoundBox, by: string) => BoxVerdict

/** The box that somebody may act on: whoever may ask for anything here may take up what somebody else began. */
export function boxFor(
  checklist: Checklist,
  index: number,
  actor: Actor,
  policy: Policy,
): FoundBox | ChecklistNo {
  const judged = judgeRequest(policy, checklist.channel, actor)
  if (judged.kind === 'denied') return judged
  if (checklist.ended !== null) return { kind: 'checklist-no', code: 'ended', checklist }
  const box = checklist.boxes[index]
  if (box === undefined)
    return { kind: 'checklist-no', code: 'no-such-box', boxes: checklist.boxes.length }
  return { kind: 'box', index, box }
}

export function tickWith(reason: string): BoxSteering {
  return ({ index, box }, by) => {
    if (isDone(box)) return { kind: 'checklist-no', code: 'done-already', index, box }
    if (box.seen?.is === 'open') return { kind: 'checklist-no', code: 'world-says-no', index, box }
    if (!takesWord(box)) return { kind: 'checklist-no', code: 'not-looked', index, box }
    const said = reason.trim()
    const why = said === '' ? null : said
    return change({ type: 'box-ticked', v: 1, box: index, by, reason: why })
  }
}

export function skipBoxWith(reason: string): BoxSteering {
  return ({ index, box }, by) => {
    if (isDone(box)) return { kind: 'checklist-no', code: 'done-already', index, box }
    const why = reason.trim()
    if (why === '') return { kind: 'checklist-no', code: 'no-reason' }
    return change({ type: 'box-skipped', v: 1, box: index, by, reason: why })
  }
}

export const takeBack: BoxSteering = ({ index, box }, by) =>
  box.tick === null && box.skip === null
    ? { kind: 'checklist-no', code: 'nothing-to-take-back', index, box }
    : change({ type: 'box-unticked', v: 1, box: index, by })

export function judgeEnd(checklist: Checklist, actor: Actor, policy: Policy): BoxVerdict {
  const judged = judgeSteering(policy, checklist.by, actor)
  if (judged.kind === 'denied') return judged
  if (checklist.ended !== null) return { kind: 'checklist-no', code: 'ended', checklist }
  return change({ type: 'checklist-ended', v: 1, by: actor.user })
}

function change(event: ChecklistEvent): ChecklistChange {
  return { kind: 'change', events: [event] }
}
