/** A run of several steps: the plan that is agreed to once, and how far it is. Pure. */
import type { KnownBlock } from '@slack/types'
import type { PlannedStep } from '../../runs/events.ts'
import type { PastStep, Run } from '../../runs/stage.ts'
import { effectSentence } from '../../words/en-effects.ts'
import { reasonSentence } from '../../words/en-reasons.ts'
import { duration, number } from '../../words/numbers.ts'
import { context, escaped, slackFace as face, plain, section, table } from './blocks.ts'

/** On a phone nobody reads more; the details have the rest. */
const stepsShown = 20

export function isWhole(run: Run): boolean {
  return run.plan.length > 1 || run.runbook !== null
}

/** `the runbook scale-to-10k, 8 steps`. */
export function planName({ runbook, plan }: Run): string {
  const steps = plan.length === 1 ? '1 step' : `${number(plan.length)} steps`
  return runbook === null ? `a plan of ${steps}` : `runbook ${face.literal(runbook.name)}, ${steps}`
}

/** `Step 3 of 8: `; nothing for a run of one step. */
export function stepOf(run: Run): string {
  return isWhole(run) ? `Step ${run.index + 1} of ${run.plan.length}: ` : ''
}

/** The rehearsed run as the first approval shows it: each step with what it leaves. */
export function rehearsedBlocks(run: Run): readonly KnownBlock[] {
  const { forecast } = run.proposal
  if (forecast === null) return []
  const { steps, supportedUsers, users } = forecast
  const rows = steps
    .slice(0, stepsShown)
    .map((step, index) => [
      `${index + 1} ${plain(effectSentence(step.effect, plainly))}`,
      verdictWord(step),
      step.supportedUsers === null ? 'unknown' : number(step.supportedUsers),
      step.disruptionSeconds === 0 ? 'none' : `up to ${step.disruptionSeconds} s`,
      money(step.costDeltaUsd),
    ])
  const outage = Math.max(0, ...steps.map(({ disruptionSeconds }) => disruptionSeconds))
  const minutes = steps.reduce((sum, step) => sum + step.minutes, 0)
  const cost = steps.reduce((sum, { costDeltaUsd }) => sum + (costDeltaUsd ?? 0), 0)
  const waits = steps.filter(({ manual, verdict }) => manual || verdict === 'review').length
  return [
    table(['step', 'verdict', 'users carried after', 'outage', 'USD a month'], rows),
    section(
      [
        `It carries ${numberOr(supportedUsers.now)} of ${number(users)} users now and ${numberOr(supportedUsers.after)} at the end.`,
        `Longest outage ${outage === 0 ? 'none' : `up to ${outage} s`}; about ${duration(minutes * 60_000)} of work; ${money(cost)} USD a month.`,
        waits === 0
          ? 'No step waits for a person.'
          : `${number(waits)} of the steps wait for a person when they are reached.`,
      ].join('\n'),
    ),
    ...blockedAt(steps),
  ]
}

function blockedAt(steps: readonly PlannedStep[]): readonly KnownBlock[] {
  const index = steps.findIndex(({ verdict }) => verdict === 'block')
  const [reason] = steps[index]?.reasons ?? []
  return reason === undefined
    ? []
    : [section(`Blocked at step ${index + 1}: ${escaped(reasonSentence(reason))}`)]
}

/** What is behind, what is now, what is to come. */
export function checklistBlocks(run: Run): readonly KnownBlock[] {
  if (!isWhole(run) || run.proposal.acceptedAt === null) return []
  const lines = run.plan.slice(0, stepsShown).map(({ step }, index) => {
    const planned = run.proposal.forecast?.steps[index]
    const what = planned === undefined ? face.literal(step) : effectSentence(planned.effect, face)
    const past = run.past[index]
    if (past !== undefined) return `${pastWords[past.outcome]} · ${what}${byWhom(past)}`
    return index === run.index && run.stage.kind !== 'ended' ? `*now* · ${what}` : `to do · ${what}`
  })
  const more = run.plan.length - lines.length
  const rest = more > 0 ? [`and ${number(more)} more`] : []
  return [context([...lines, ...rest].join('\n'))]
}

const pastWords = {
  verified: 'done',
  'by-person': 'done, a person says so',
  unneeded: 'so already',
  'not-verified': 'done, not verified',
  skipped: 'skipped',
} as const satisfies Record<PastStep['outcome'], string>

function byWhom({ record, skipped, at }: PastStep): string {
  if (skipped !== null)
    return `: ${face.person(skipped.by)} ${face.time(at)}, ${face.literal(skipped.reason)}`
  return record.answered === null
    ? ''
    : `: ${face.person(record.answered.by)} ${face.time(record.answered.at)}`
}

function verdictWord({ verdict, manual }: PlannedStep): string {
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
