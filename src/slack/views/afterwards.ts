/** What an ended run leaves: what is there now by the forecast, what to do next, and how to go back. Pure. */
import type { ShownForecast } from '../../runs/events.ts'
import { type FollowUp, followUpOf } from '../../runs/follow-up.ts'
import type { Run, Said } from '../../runs/stage.ts'
import { stepLine } from '../../words/en.ts'
import { reasonSentence } from '../../words/en-reasons.ts'
import { count, list, number } from '../../words/numbers.ts'
import { escaped, slackFace as face } from './blocks.ts'
import { isThrough } from './plan-run.ts'

export function afterwards(run: Run): readonly string[] {
  const { stage, record, proposal } = run
  if (isThrough(run))
    return [...carried(proposal.forecast), `Undo: ${face.literal(`/runbook undo ${run.id}`)}`]
  const { forecast } = record
  // A broken glass says its own way back.
  const isGlass = run.breakGlass !== null
  if (stage.kind !== 'ended' || record.endedAt === null || forecast === null) return []
  const { reasons, undo } = forecast
  return [
    ...carried(forecast),
    ...reasons
      .filter(({ code }) => code === 'alert-misplaced')
      .map((reason) => `Next: ${escaped(reasonSentence(reason))}`),
    ...(undo?.kind === 'step' && !isGlass
      ? [`Undo: ${face.literal(stepLine('/runbook do', undo.step, undo.input))}`]
      : []),
  ]
}

function carried(
  forecast: Pick<ShownForecast, 'supportedUsers' | 'users'> | null,
): readonly string[] {
  if (forecast === null) return []
  const { supportedUsers, users } = forecast
  const { now, after } = supportedUsers
  return now === null || after === null
    ? []
    : [
        `By the forecast it carries ${number(after)} of ${number(users)} users; before, ${number(now)}.`,
      ]
}

/** That whoever is waited for was told, where they may not have seen it. */
export function remindedLines({ wait }: Run): readonly string[] {
  return wait.remindedAt === null ? [] : [`Reminded ${face.time(wait.remindedAt)}, in the thread.`]
}

/** What people have still to say of it, or have said: of a broken glass, and of the gate's no. */
export function saidLines(run: Run): readonly string[] {
  const { followedUp, judgement, breakGlass, stage } = run
  const followUp = followUpOf(run)
  return [
    ...(breakGlass !== null && stage.kind === 'waiting' ? [askedGlassText(breakGlass.reason)] : []),
    ...(followUp === null ? [] : [glassText(followUp, followedUp === null)]),
    ...(followedUp === null ? [] : [saidText('*Followed up* by', followedUp)]),
    ...(judgement === null
      ? []
      : [saidText(`The no was *${judgement.isRight ? 'right' : 'wrong'}*, says`, judgement)]),
  ]
}

function saidText(what: string, { by, at, text }: Said): string {
  return `${what} ${face.person(by)} ${face.time(at)}: ${face.literal(text)}.`
}

/** Before the second person says yes. */
function askedGlassText(reason: string): string {
  return `*Break-glass:* ${face.literal(reason)}. A yes passes the reasons above without a wait; what is broken already blocks nothing. It is followed up afterwards.`
}

/** On a phone nobody reads more of them; the details have the rest. */
const passedShown = 4

function glassText({ reason, passed, by, undo }: FollowUp, isOpen: boolean): string {
  const shown = passed.slice(0, passedShown).map((one) => `• ${escaped(reasonSentence(one))}`)
  const more = passed.length - shown.length
  const back =
    undo === null
      ? 'Nothing undoes it.'
      : undo.kind === 'step'
        ? `Undo: ${face.literal(stepLine('/runbook do', undo.step, undo.input))}.`
        : `It cannot be undone: ${escaped(undo.because)}.`
  return [
    `*${isOpen ? 'To follow up: the' : 'The'} glass was broken* by ${list(by.map(face.person))}: ${face.literal(reason)}.`,
    ...(passed.length === 0 ? ['It passed nothing but the wait.'] : ['It passed:', ...shown]),
    ...(more > 0 ? [`and ${count(more, 'reason')} more`] : []),
    back,
  ].join('\n')
}
