/** `/capacity plan <users> [budget]`: the cheapest safe way, step by step, or the proof that there is none. Pure. */
import type { SectionBlock } from '@slack/types'
import type { Plan } from '../../define/planner.ts'
import { buysSentence, planWords, sightSentence, stepLine } from '../../words/en-plan.ts'
import { context, escaped, slackFace as face, type Message, section } from './blocks.ts'

type PlanSight = {
  readonly observedAt: number | null
  readonly unknown: readonly string[]
  readonly note: string | null
}

export function planMessage(system: string, plan: Plan, { note, ...sight }: PlanSight): Message {
  const words = planWords(system, plan)
  const lead = [words.why, words.next].filter((line) => line !== null)
  const steps = plan.kind === 'feasible' ? plan.steps : []
  const lines = steps.map(
    (step, index) =>
      `${index + 1}. *${step.verdict}* ${face.literal(stepLine(step))}\n      ${escaped(buysSentence(step.buys))}`,
  )
  const blind = sightSentence(sight)
  const small = [
    steps.length === 0
      ? null
      : `Each step is judged again when it is asked for: ${face.literal('/runbook do <step> ...')}. Nothing was changed.`,
    blind === null ? null : escaped(blind),
    note,
  ]
  return {
    text: [words.answer, ...lead].join(' '),
    blocks: [
      section([`*${escaped(words.answer)}*`, ...lead.map(escaped)].join('\n')),
      ...inSections(lines),
      ...small.filter((line) => line !== null).map(context),
    ],
  }
}

/** A section holds 3,000 characters; a step with all its inputs at most a few hundred. */
const linesPerSection = 6

function inSections(lines: readonly string[]): readonly SectionBlock[] {
  const count = Math.ceil(lines.length / linesPerSection)
  return Array.from({ length: count }, (_, index) =>
    section(lines.slice(index * linesPerSection, (index + 1) * linesPerSection).join('\n')),
  )
}
