/** Runbooks and rehearsed runs for people at a terminal. */
import type { BoundRunbook, Runbook } from '../define/define-runbook.ts'
import { nothingChanged } from '../define/define-step.ts'
import type { LibraryEntry } from '../define/library.ts'
import type { PlanItem } from '../define/plan-item.ts'
import type { RehearsedItem, RehearsedRun } from '../define/rehearsed-run.ts'
import { unableSentence } from '../words/en.ts'
import { stepLine } from '../words/en-plan.ts'
import { reasonSentence } from '../words/en-reasons.ts'
import {
  boxText,
  haltText,
  onlyIfText,
  rehearsedSentences,
  waitText,
} from '../words/en-runbooks.ts'
import { number } from '../words/numbers.ts'
import { terminalFace } from './text.ts'

export function listText(list: readonly LibraryEntry[]): string {
  if (list.length === 0) return 'No runbook yet: plimsoll runbook new <name> writes the first one.'
  const width = Math.max(...list.map(({ runbook }) => runbook.name.length))
  return list.map(({ runbook }) => `${runbook.name.padEnd(width)}  ${runbook.title}`).join('\n')
}

export function showText({ runbook, digest }: LibraryEntry, bound: BoundRunbook | null): string {
  const { name, title, why, fields, defaults, cannotUndo } = runbook
  const parameters = fields.map((field) => {
    const fallback = defaults[field.name]
    const given = fallback === undefined ? 'required' : `${fallback} unless said otherwise`
    return `  ${field.name}: ${field.description} (${given})`
  })
  const boxes = bound?.boxes ?? []
  return [
    `${name}: ${title}`,
    why,
    ...(cannotUndo === null ? [] : [`Cannot be undone: ${cannotUndo}`]),
    '',
    ...parameters,
    ...(boxes.length === 0
      ? []
      : ['', ...boxes.map((box, index) => `[${index + 1}] ${boxText(box)}`)]),
    '',
    ...(bound === null ? ['Its required parameters decide its steps.'] : bound.items.map(itemText)),
    '',
    `version ${digest.slice(0, 12)}`,
  ].join('\n')
}

function itemText(item: PlanItem, index: number): string {
  const place = String(index + 1).padStart(2)
  if (item.kind === 'wait') return `${place}  ${waitText(item)}`
  if (item.kind === 'only-if') return `${place}  ${onlyIfText(item)}`
  const line = `${place}  ${stepLine({ step: item.step.name, input: item.step.input })}`
  return item.why === null ? line : `${line}\n      ${item.why}`
}

export function rehearsedText(runbook: Runbook, run: RehearsedRun): string {
  const { stop } = run
  const more = stop?.code === 'blocked' ? stop.judgement.reasons : []
  return [
    ...rehearsedSentences(runbook, run, terminalFace),
    '',
    'item  verdict     carries   USD a month  starts at',
    ...run.items.map(rehearsedItemText),
    ...(stop === null ? [] : [`${place(stop.position)}  block   not done, nor what follows it`]),
    ...more.map((reason) => `              - ${reasonSentence(reason)}`),
  ].join('\n')
}

function rehearsedItemText(item: RehearsedItem): string {
  const at = place(item.position)
  if (item.kind === 'wait') return `${at}  wait    ${waitText(item.item)}`
  if (item.kind === 'only-if')
    return `${at}  ${item.isMet ? 'so' : 'not so'}${item.isMet ? '      ' : '  '}${onlyIfText(item.item)}${item.isMet ? '' : ' are passed over'}`
  const users = item.supportedUsers === null ? 'no limit' : number(item.supportedUsers)
  const usd = item.monthlyUsd === null ? 'unknown' : number(Math.round(item.monthlyUsd))
  const unsound = item.ifItFails.filter(({ isSound }) => !isSound)
  const noted = [
    ...item.reasons.map(reasonSentence),
    ...unsound.map((halt) => `if it fails, ${haltText(halt)}`),
    item.undo?.kind === 'cannot' && item.undo.because !== nothingChanged
      ? `cannot be undone: ${item.undo.because}`
      : null,
    item.unable === null ? null : unableSentence(item.unable, terminalFace),
  ].filter((line) => line !== null)
  const line = `${at}  ${item.verdict.padEnd(6)}  ${users.padStart(9)}  ${usd.padStart(11)}  ${`${number(item.startsAt.usual)} min`.padStart(9)}  ${stepLine({ step: item.step.name, input: item.step.input })}`
  return [line, ...noted.map((one) => `              - ${one}`)].join('\n')
}

function place(position: number): string {
  return String(position).padStart(4)
}
