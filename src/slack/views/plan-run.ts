/** A run of several steps: the plan that is agreed to once, and how far it is. Pure. */
import type { KnownBlock } from '@slack/types'
import type { StoredItem } from '../../define/plan-item.ts'
import type { PlanForecast, PlannedItem } from '../../runs/events.ts'
import type { PastStep, Run } from '../../runs/stage.ts'
import { stepLine } from '../../words/en.ts'
import { effectSentence } from '../../words/en-effects.ts'
import { reasonSentence, refusalSentence } from '../../words/en-reasons.ts'
import { onlyIfText, waitText } from '../../words/en-runbooks.ts'
import { count, duration, list, number } from '../../words/numbers.ts'
import { escaped, slackFace as face, plain, section, table } from './blocks.ts'

/** On a phone nobody reads more; the details have the rest. */
const itemsShown = 20

export function isWhole(run: Run): boolean {
  return run.plan.length > 1 || run.runbook !== null
}

/** `runbook scale-to-10k, 8 steps`. */
export function planName({ runbook, plan }: Run): string {
  const steps = count(plan.filter(({ kind }) => kind === 'step').length, 'step')
  return runbook === null ? `a plan of ${steps}` : `runbook ${face.literal(runbook.name)}, ${steps}`
}

/** `Step 3 of 8: `; nothing for a run of one step. */
export function stepOf(run: Run): string {
  return isWhole(run) ? `Step ${run.index + 1} of ${run.plan.length}: ` : ''
}

/** What the item that is reached does, in one sentence. */
export function itemText(item: StoredItem | undefined): string {
  if (item === undefined) return ''
  switch (item.kind) {
    case 'step':
      return face.literal(stepLine('', item.step, item.input).trim())
    case 'wait':
      return escaped(waitText(item))
    case 'only-if':
      return escaped(onlyIfText(item))
  }
}

/** The rehearsed run as the first approval shows it: each step with what it leaves. */
export function rehearsedBlocks(run: Run): readonly KnownBlock[] {
  const { forecast } = run.proposal
  if (forecast === null) return []
  const { items, supportedUsers, users, outageSeconds, minutes, costDeltaUsd } = forecast
  const steps = items.filter((item) => item.kind === 'step')
  const rows = steps
    .slice(0, itemsShown)
    .map((step) => [
      `${step.position} ${plain(effectSentence(step.effect, plainly))}`,
      verdictWord(step),
      numberOr(step.supportedUsers),
      step.disruptionSeconds === 0 ? 'none' : `up to ${step.disruptionSeconds} s`,
      money(step.costDeltaUsd),
    ])
  const waits = steps.filter(({ manual, verdict }) => manual || verdict === 'review').length
  const lines = [
    `It carries ${numberOr(supportedUsers.now)} of ${number(users)} users now and ${numberOr(supportedUsers.after)} at the end.`,
    `Longest outage ${outageSeconds === 0 ? 'none' : `up to ${outageSeconds} s`}; usually ${duration(minutes.usual * 60_000)} of work; ${money(costDeltaUsd)} USD a month.`,
    waits === 0
      ? 'No step waits for a person.'
      : `${count(waits, 'step')} ${waits === 1 ? 'waits' : 'wait'} for a person when reached.`,
  ]
  return [
    ...(rows.length === 0
      ? []
      : [table(['step', 'verdict', 'users carried after', 'outage', 'USD a month'], rows)]),
    section(lines.join('\n')),
    ...stoppedBlocks(forecast),
  ]
}

function stoppedBlocks({ stop, reasons }: PlanForecast): readonly KnownBlock[] {
  const outside = reasons.map((reason) =>
    section(
      `${reason.weight === 'block' ? 'Blocked' : 'Review'}: ${escaped(reasonSentence(reason))}`,
    ),
  )
  if (stop === null) return outside
  return [...outside, section(`Stopped at step ${stop.position}: ${escaped(stopText(stop))}`)]
}

/** Why a rehearsed plan goes no further. */
export function stopText(stop: NonNullable<PlanForecast['stop']>): string {
  const [reason] = stop.reasons
  if (stop.refusal !== undefined) return refusalSentence(stop.refusal)
  if (reason !== undefined) return reasonSentence(reason)
  return stop.code === 'no-such-fact'
    ? `the document has no ${stop.fact ?? ''}, and the plan asks for it.`
    : `${stop.fact ?? 'a fact'} is not known, and the plan asks for it.`
}

/** What is behind, what is now, what is to come. */
export function checklistBlocks(run: Run): readonly KnownBlock[] {
  const { forecast, acceptedAt } = run.proposal
  if (!isWhole(run) || acceptedAt === null) return []
  const lines = run.plan.slice(0, itemsShown).map((item, index) => {
    const planned = forecast?.items.find(({ position }) => position === index + 1)
    const what = planned?.kind === 'step' ? effectSentence(planned.effect, face) : itemText(item)
    const past = run.past[index]
    if (past !== undefined) return `${pastWords[past.outcome]} · ${what}${byWhom(past)}`
    return index === run.index && run.stage.kind !== 'ended' ? `*now* · ${what}` : `to do · ${what}`
  })
  const more = run.plan.length - lines.length
  const rest = more > 0 ? [`and ${number(more)} more`] : []
  return [section([...lines, ...rest].join('\n'))]
}

/** A plan that was begun and came to its end. */
export function isThrough({ stage, proposal, ...run }: Run): boolean {
  const isDone =
    stage.kind === 'ended' && (stage.outcome === 'verified' || stage.outcome === 'not-verified')
  return isDone && proposal.acceptedAt !== null && run.plan.length > 1
}

/** How the whole of it ended: what people had to take as it was, and how long it took; why is in the details. */
export function throughText({ past, by, startedAt, lastAt }: Run): string {
  const taken = past.flatMap(({ skipped }, index) => (skipped === null ? [] : [number(index + 1)]))
  const steps = `${taken.length === 1 ? 'step' : 'steps'} ${list(taken)}`
  const left = taken.length === 0 ? '' : `People went past ${steps}. `
  return `${left}It took ${duration(lastAt - startedAt)}. Asked by ${face.person(by)}.`
}

const pastWords = {
  verified: 'done',
  'by-person': 'done, a person says so',
  unneeded: 'so already',
  'not-verified': 'done, not verified',
  skipped: 'skipped',
  passed: 'so',
  'passed-over': 'not needed',
} as const satisfies Record<PastStep['outcome'], string>

function byWhom({ record, skipped, at }: PastStep): string {
  if (skipped !== null)
    return `: ${face.person(skipped.by)} ${face.time(at)}, ${face.literal(skipped.reason)}`
  return record.answered === null
    ? ''
    : `: ${face.person(record.answered.by)} ${face.time(record.answered.at)}`
}

function verdictWord({ verdict, manual }: Extract<PlannedItem, { kind: 'step' }>): string {
  if (manual) return 'a person does it'
  return { clear: 'clear', review: 'review: asked again', block: 'blocked' }[verdict]
}

function money(usd: number | null): string {
  if (usd === null) return 'unknown'
  return usd > 0 ? `+${number(usd)}` : number(usd)
}

function numberOr(value: number | null): string {
  return value === null ? 'any number' : number(value)
}

/** In a table's cell nothing is drawn: names stand as they are. */
const plainly = { ...face, literal: (text: string) => text }

/** Since when it is calm, and until when it is watched. */
export function watchText(run: Run, now: number): string {
  const { stage } = run
  const item = run.plan[run.index]
  if (stage.kind !== 'watching' || item?.kind !== 'wait') return ''
  const left = item.atMostMinutes * 60_000 - (now - stage.since)
  const calm = stage.calmSince === null ? 'not so now' : `so for ${duration(now - stage.calmSince)}`
  return `${calm}; I watch for ${duration(Math.max(0, left))} more`
}
