/** Whether conditions hold on a System, as it is seen or as a forecast makes it. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { type AssessContext, assess } from '../capacity/assess.ts'
import { findingOf } from '../capacity/outlook.ts'
import type { System } from '../capacity/system.ts'
import { isWithin } from '../capacity/trace.ts'
import type { Condition, OnlyIfItem } from './plan-item.ts'

export type Answer =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no' }
  /** The fact that nobody knows; a law's own, where it lacks one. */
  | { readonly kind: 'unknown'; readonly fact: string }
  /** The document has no such part at all. */
  | { readonly kind: 'no-such-fact'; readonly fact: string }

/** Whether the items under this condition are to be done, on the System as it is now. */
export function isMet(
  { when, conditions }: Pick<OnlyIfItem, 'when' | 'conditions'>,
  system: System,
  context: AssessContext,
): Answer {
  const answers = conditions.map((condition) => answerOf(condition, system, context))
  const strange = answers.find(({ kind }) => kind === 'no-such-fact')
  if (strange !== undefined) return strange
  const isRefuted = answers.some(({ kind }) => kind === 'no')
  // One that fails decides, whatever the unknown ones are.
  const unknown = isRefuted ? undefined : answers.find(({ kind }) => kind === 'unknown')
  if (unknown !== undefined) return unknown
  return { kind: isRefuted === (when === 'not-all-hold') ? 'yes' : 'no' }
}

function answerOf(condition: Condition, system: System, context: AssessContext): Answer {
  if ('law' in condition) return lawAnswer(condition, system, context)
  const { fact } = condition
  const { unknown = [] } = context
  const lacking = unknown.find((one) => isWithin(fact, one) || isWithin(one, fact))
  if (lacking !== undefined) return { kind: 'unknown', fact: lacking }
  const at = valueAt(system, fact)
  if (at.kind === 'no-such-fact') return at
  return { kind: isSo(condition, at.value) ? 'yes' : 'no' }
}

type LawCondition = Extract<Condition, { law: string }>

function lawAnswer(
  { law, subject, is }: LawCondition,
  system: System,
  context: AssessContext,
): Answer {
  const at = valueAt(system, subject)
  if (at.kind === 'no-such-fact') return at
  if (at.value === undefined) return { kind: 'no-such-fact', fact: subject }
  const assessment = assess(system, { ...context, withSupportedUsers: false })
  const finding = findingOf(assessment, { law, subject })
  if (finding?.severity === 'unknown')
    return { kind: 'unknown', fact: finding.missing ?? `${law} of ${subject}` }
  // A law that says nothing of this subject is not broken there.
  const isOk = finding === undefined || finding.severity === 'ok'
  return { kind: isOk === (is === 'ok') ? 'yes' : 'no' }
}

function isSo(condition: Exclude<Condition, LawCondition>, value: unknown): boolean {
  switch (condition.is) {
    case 'set':
      return value !== undefined && value !== null
    case 'unset':
      return value === undefined || value === null
    case 'equal':
      return isDeepStrictEqual(value, condition.to)
    case 'different':
      return !isDeepStrictEqual(value, condition.to)
    case 'below':
      return typeof value === 'number' && value < condition.to
    case 'at-least':
      return typeof value === 'number' && value >= condition.to
  }
}

type Value =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'no-such-fact'; readonly fact: string }

/** The last key may be absent, as a flag is; what stands before it may not. */
export function valueAt(system: System, path: string): Value {
  let value: unknown = system
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return { kind: 'no-such-fact', fact: path }
    value = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
  }
  return { kind: 'value', value }
}
