/** `plan` and `review`: the cheapest safe way, and what somebody's list of steps would do. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import type { Plan } from '../define/planner.ts'
import {
  type ReadProposal,
  type Review,
  readProposal,
  type WrongProposal,
} from '../define/review.ts'
import type { Sight } from '../runs/look.ts'
import { inputSentence, unknownStepSentence } from '../words/en.ts'
import {
  buysSentence,
  planWords,
  sightSentence,
  stepLine,
  truthsSentence,
} from '../words/en-plan.ts'
import { reasonSentence, refusalSentence } from '../words/en-reasons.ts'
import { number } from '../words/numbers.ts'
import { planJson, reviewJson } from './plan-json.ts'
import { terminalFace } from './text.ts'
import { exitCodes, type LookingFace, looking, type Options, opened, say, wrong } from './verbs.ts'

type PlanOptions = Options & { readonly users: string; readonly budget?: string }

/** As far as supported users are looked for. capacity.md, 3. */
const usersAtMost = 10_000_000

export function addPlan(program: Command, face: LookingFace): void {
  looking(program, 'plan', 'the cheapest safe way to carry so many users')
    .requiredOption('--users <number>', 'how many it must carry')
    .option('--budget <usd>', 'the most that it may cost a month')
    .action((options: PlanOptions) => {
      const users = Number(options.users)
      const budget = options.budget === undefined ? null : Number(options.budget)
      if (!Number.isInteger(users) || users < 1 || users > usersAtMost)
        return wrong(
          face,
          badNumber('--users', options.users, `a whole number from 1 to ${usersAtMost}`),
        )
      if (budget !== null && !(budget > 0))
        return wrong(
          face,
          badNumber('--budget', options.budget ?? '', 'a number of USD a month above 0'),
        )
      return opened(face, options, async ({ look }) => {
        const { system, plan, ...sight } = await look.plan(users, budget)
        say(face.verbs, options, {
          json: () => planJson(plan),
          text: () => withSight(planText(system, plan), sight),
        })
      })
    })
}

export function addReview(program: Command, face: LookingFace): void {
  looking(program, 'review', "somebody's list of steps (YAML or JSON), judged one after the other")
    .argument('<file>', 'a list of steps, YAML or JSON')
    .action((file: string, options: Options) => {
      const read = proposalIn(file)
      if (read.kind === 'wrong') return wrong(face, read.sentence)
      return opened(face, options, async ({ document, look }) => {
        const { review, ...sight } = await look.review(read.proposal)
        if (review.kind === 'wrong-proposal')
          return wrong(face, `${file}, step ${review.position}: ${problemText(review)}`)
        say(face.verbs, options, {
          json: () => reviewJson(review),
          text: () => withSight(reviewText(document.name, review, sight), sight),
        })
        face.exitWith(exitCodes[review.verdict])
      })
    })
}

export function badNumber(option: string, value: string, expected: string): string {
  return `\`${option}\` must be ${expected}, and \`${value}\` is not.`
}

/** The proposal, or the sentence that says what is wrong with its file. */
function proposalIn(file: string): ReadProposal {
  if (existsSync(file) && statSync(file).isFile())
    return readProposal(readFileSync(file, 'utf8'), file)
  const sentence = `No proposal at ${file}; give a YAML or JSON file with a list of steps.`
  return { kind: 'wrong', sentence }
}

function problemText({ problem }: WrongProposal): string {
  switch (problem.kind) {
    case 'unknown-step':
      return unknownStepSentence(problem.name, problem.nearest, terminalFace)
    case 'input-problem':
      return inputSentence(problem, terminalFace)
    case 'refusal':
      return refusalSentence(problem)
  }
}

function withSight(text: string, sight: Sight): string {
  const sentence = sightSentence(sight)
  return sentence === null ? text : `${text}\n\n${sentence}`
}

function planText(system: string, plan: Plan): string {
  const { answer, why, next } = planWords(system, plan)
  const steps = plan.kind === 'feasible' ? plan.steps : []
  const lines = steps.map(
    (step, index) =>
      `${String(index + 1).padStart(2)}  ${step.verdict.padEnd(6)}  ${stepLine(step)}\n            ${buysSentence(step.buys)}`,
  )
  return [answer, why, next, lines.length === 0 ? null : '', ...lines]
    .filter((line) => line !== null)
    .join('\n')
}

function reviewText(system: string, review: Review, { unknown }: Sight): string {
  const unlimited = unknown.length === 0 ? 'no known limit' : 'an unknown number of users'
  const steps = review.steps.map(
    ({ step, input, claim, truths, verdict, reasons, refusal, supportedUsers }, index) =>
      [
        `${String(index + 1).padStart(2)}  ${verdict.padEnd(6)}  ${stepLine({ step, input })}`,
        claim === null ? null : `            it says: ${claim}`,
        truths.length === 0 ? null : `            in truth: ${truthsSentence(truths)}`,
        refusal === null ? null : `            - ${refusalSentence(refusal)}`,
        ...reasons.map((reason) => `            - ${reasonSentence(reason)}`),
        `            carries ${supportedUsers === null ? unlimited : `${number(supportedUsers)} users`}${verdict === 'block' ? ', left out' : ''}`,
      ]
        .filter((line) => line !== null)
        .join('\n'),
  )
  const instead =
    review.plan === null ? null : `What carries them instead:\n${planText(system, review.plan)}`
  return [
    `${review.verdict}: ${review.steps.length} steps, one after the other.`,
    ...steps,
    '',
    instead,
  ]
    .filter((line) => line !== null)
    .join('\n')
}
