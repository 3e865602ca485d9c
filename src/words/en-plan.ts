/** A plan in English: what carries the users, in which order, what each step buys; or why nothing does. words.md. */
import type { Buys } from '../define/plan-steps.ts'
import type { Obstacle, Plan } from '../define/planner.ts'
import type { Truth } from '../define/review.ts'
import { wordsOf } from './en.ts'
import { lawName, quantityText } from './en-reasons.ts'
import { list, nameOf, number } from './numbers.ts'

/** The line to type for a step. */
export function stepLine({ step, input }: { step: string; input: object }): string {
  return [step, ...wordsOf(input)].join(' ')
}

/** `2,904 -> 4,435 users, 592 USD a month more; mends Database CPU`. */
export function buysSentence({ usersBefore, usersAfter, costDeltaUsd, mended }: Buys): string {
  const users =
    usersBefore === usersAfter
      ? null
      : `${usersText(usersBefore)} -> ${usersText(usersAfter)} users`
  const cost = costDeltaUsd === null || costDeltaUsd === 0 ? null : costText(costDeltaUsd)
  const laws = [...new Set(mended.map(({ law }) => lawName(law)))]
  const mends = laws.length === 0 ? null : `mends ${list(laws)}`
  const parts = [users, cost, mends].filter((part) => part !== null)
  return parts.length === 0 ? 'nothing by itself' : parts.join(', ')
}

/** `Database connections 140 of 390 -> 140 of 490 connections; Database CPU ... as now`. */
export function truthsSentence(truths: readonly Truth[]): string {
  return truths.map(truthText).join('; ')
}

function truthText({ before, after }: Truth): string {
  const name = `${lawName(after.law)} (${nameOf(after.subject)})`
  const is = quantityText(after) ?? ''
  if (before === null) return `${name} ${is}`
  const isSame = before.demand === after.demand && before.limit === after.limit
  return isSame ? `${name} ${is}, as before` : `${name} ${quantityText(before)} -> ${is}`
}

function usersText(users: number | null): string {
  return users === null ? 'no known limit of' : number(users)
}

function costText(usd: number): string {
  return `${number(Math.abs(usd))} USD a month ${usd > 0 ? 'more' : 'less'}`
}

/** What the answer rests on; null: on what was seen. */
export function sightSentence({
  observedAt,
  unknown,
}: {
  observedAt: number | null
  unknown: readonly string[]
}): string | null {
  if (unknown.length > 0) return `Not seen, so the document stands in: ${unknown.join(', ')}.`
  return observedAt === null ? 'Nobody looked: judged by the document alone.' : null
}

export type PlanWords = {
  readonly answer: string
  readonly why: string | null
  readonly next: string | null
}

export function planWords(system: string, plan: Plan): PlanWords {
  return plan.kind === 'feasible' ? feasible(system, plan) : infeasible(system, plan)
}

function feasible(system: string, plan: Plan & { kind: 'feasible' }): PlanWords {
  const { users, steps, monthlyUsd, todayUsd, overPolicyUsd, supportedUsers } = plan
  if (steps.length === 0)
    return {
      answer: `${system} carries ${number(users)} users as it is; nothing has to change.`,
      why: null,
      next: null,
    }
  const count = steps.length === 1 ? '1 step' : `${steps.length} steps`
  const carried = supportedUsers === null ? 'without a known limit' : number(supportedUsers)
  const price =
    monthlyUsd === null ? 'at a price that nobody knows' : `for ${usd(monthlyUsd)} a month`
  const difference = todayUsd === null || monthlyUsd === null ? null : monthlyUsd - todayUsd
  const beside =
    difference === null ? '' : ` (today's settings: ${usd(todayUsd ?? 0)}, ${costText(difference)})`
  const over = overPolicyUsd === null || overPolicyUsd <= 0 ? null : overPolicyUsd
  const cheapest = plan.isCheapest
    ? 'no cheaper end carries them'
    : 'the search was cut short, so there may be a cheaper end'
  const [first] = steps
  return {
    answer: `${count} bring ${system} to ${carried} users, ${price}${beside}.`,
    why:
      over === null
        ? `No step of it is blocked, and ${cheapest}.`
        : `That is ${usd(over)} over the policy's monthly budget; ${cheapest}.`,
    next: first === undefined ? null : `Next: ${stepLine(first)}`,
  }
}

function infeasible(system: string, plan: Plan & { kind: 'infeasible' }): PlanWords {
  const { users, binding, cheapestUsd, budgetUsd, nearestUsers, isCut } = plan
  const price =
    cheapestUsd === null
      ? null
      : `The cheapest that carries them costs ${usd(cheapestUsd)} a month.`
  const within = budgetUsd === null ? '' : ` for ${usd(budgetUsd)} a month`
  const nearest =
    nearestUsers === null
      ? null
      : `Within the same bounds ${number(nearestUsers)} users are possible.`
  return {
    answer: `Nothing that I may propose carries ${number(users)} users on ${system}${within}.`,
    why: isCut
      ? 'The search was cut short: there may be a plan that I did not find.'
      : `In the way: ${list(binding.map(obstacleText))}.`,
    next: [price, nearest].filter((part) => part !== null).join(' ') || null,
  }
}

function obstacleText({ law, subject, isEdge }: Obstacle): string {
  const edge = isEdge ? ', at the edge of what I may propose' : ''
  return `${lawName(law)} (${nameOf(subject)}${edge})`
}

function usd(value: number): string {
  return `${number(Math.round(value))} USD`
}
