/** What a plan says between its steps: waits and conditions, in one sentence each. */
import type { Condition, OnlyIfItem, WaitItem } from '../define/plan-item.ts'
import { count, list, number } from './numbers.ts'

export function itemSentence(item: WaitItem | OnlyIfItem): string {
  if (item.kind === 'wait') return waitSentence(item)
  const conditions = list(item.conditions.map(conditionText))
  const all = item.when === 'all-hold' ? 'only if' : 'unless'
  return `${all} ${conditions}: the next ${item.skips === 1 ? 'item' : count(item.skips, 'item')}`
}

function waitSentence({ until, calmMinutes, atMostMinutes }: WaitItem): string {
  const side = until.is === 'below' ? 'below' : 'at least'
  const calm = calmMinutes === 0 ? '' : ` for ${count(calmMinutes, 'minute')}`
  return `wait until ${until.fact} is ${side} ${number(until.to)}${calm}, at most ${count(atMostMinutes, 'minute')}`
}

function conditionText(condition: Condition): string {
  if ('law' in condition)
    return `${condition.law} of ${condition.subject} is ${condition.is === 'ok' ? 'ok' : 'not ok'}`
  switch (condition.is) {
    case 'set':
    case 'unset':
      return `${condition.fact} is ${condition.is}`
    case 'equal':
      return `${condition.fact} is ${JSON.stringify(condition.to)}`
    case 'different':
      return `${condition.fact} is not ${JSON.stringify(condition.to)}`
    case 'below':
      return `${condition.fact} is below ${number(condition.to)}`
    case 'at-least':
      return `${condition.fact} is at least ${number(condition.to)}`
  }
}
