/** What a run is about, and why it was stopped, each in a sentence. Pure. */
import type { PlanForecast } from '../../runs/events.ts'
import type { Run } from '../../runs/stage.ts'
import { effectSentence } from '../../words/en-effects.ts'
import { reasonSentence } from '../../words/en-reasons.ts'
import { escaped, slackFace as face } from './blocks.ts'
import { isWhole, itemText, planName, stepOf, stopText } from './plan-run.ts'

export function effectOf(run: Run): string {
  const isEnded = run.stage.kind === 'ended' || run.proposal.acceptedAt === null
  if (isWhole(run) && isEnded) return planName(run)
  return `${stepOf(run)}${stepEffect(run)}`
}

function stepEffect(run: Run): string {
  const { forecast } = run.record
  const planned = run.plan[run.index]
  if (forecast !== null) return effectSentence(forecast.effect, face)
  return itemText(planned)
}

export function firstReason(run: Run): string {
  const { forecast } = run.proposal
  if (forecast !== null && run.proposal.acceptedAt === null) return blockedText(forecast)
  const [reason] = run.record.forecast?.reasons ?? []
  return reason === undefined ? '' : `${escaped(reasonSentence(reason))}`
}

function blockedText({ stop, reasons }: PlanForecast): string {
  const [reason] = reasons
  if (reason !== undefined) return escaped(reasonSentence(reason))
  return stop === null ? '' : `Step ${stop.position}: ${escaped(stopText(stop))}`
}
