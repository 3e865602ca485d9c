/** Runbooks in a channel: all of them, one of them, and one rehearsed. Pure. */
import type { KnownBlock } from '@slack/types'
import type { BoundRunbook, Runbook } from '../../define/define-runbook.ts'
import type { LibraryEntry } from '../../define/library.ts'
import type { PlanItem } from '../../define/plan-item.ts'
import type { RehearsedRun } from '../../define/rehearsed-run.ts'
import { stepLine } from '../../words/en.ts'
import { effectSentence } from '../../words/en-effects.ts'
import { boxText, onlyIfText, rehearsedSentences, waitText } from '../../words/en-runbooks.ts'
import { count, number } from '../../words/numbers.ts'
import {
  context,
  escaped,
  slackFace as face,
  type Message,
  plain,
  section,
  table,
} from './blocks.ts'

const linesShown = 25

export function listMessage(list: readonly LibraryEntry[], note: string | null): Message {
  const first = `*${count(list.length, 'runbook')}.* ${face.literal('/runbook rehearse <name>')} plays one without touching anything.`
  const lines = list
    .slice(0, linesShown)
    .map(({ runbook }) => `• ${face.literal(runbook.name)}: ${escaped(runbook.title)}`)
  return message(first, [section(lines.join('\n'))], note)
}

export function shownMessage(
  { runbook, digest }: LibraryEntry,
  bound: BoundRunbook | null,
  note: string | null,
): Message {
  const { name, title, why, fields, defaults } = runbook
  const first = `*${face.literal(name)}: ${escaped(title)}.* ${escaped(why)}`
  const parameters = fields.map(({ name: field, description }) => {
    const usual = defaults[field]
    const otherwise =
      usual === undefined ? '' : `, otherwise ${face.literal(JSON.stringify(usual))}`
    return `• ${face.literal(field)}: ${escaped(description)}${otherwise}`
  })
  const lines = bound === null ? [] : bound.items.slice(0, linesShown).map(itemLine)
  const boxes = bound === null ? [] : bound.boxes.map((box) => `• ${escaped(boxText(box))}`)
  const parts = [
    parameters.length === 0 ? null : `Parameters:\n${parameters.join('\n')}`,
    boxes.length === 0 ? null : `Boxes:\n${boxes.join('\n')}`,
    lines.length === 0 ? null : `Steps:\n${lines.join('\n')}`,
  ]
  const blocks = parts.filter((part) => part !== null).map(section)
  return message(first, [...blocks, context(`File ${face.literal(digest.slice(0, 8))}`)], note)
}

export function rehearsedMessage(
  runbook: Runbook,
  run: RehearsedRun,
  note: string | null,
): Message {
  const [answer = '', ...sentences] = rehearsedSentences(runbook, run, face)
  const steps = run.items.filter((item) => item.kind === 'step')
  const rows = steps
    .slice(0, linesShown)
    .map(({ position, effect, verdict, supportedUsers, disruption, monthlyUsd }) => [
      `${position} ${plain(effectSentence(effect, plainly))}`,
      verdict,
      supportedUsers === null ? 'any number' : number(supportedUsers),
      disruption === null ? 'none' : `up to ${disruption.secondsMax} s`,
      monthlyUsd === null ? 'unknown' : number(Math.round(monthlyUsd)),
    ])
  const head = ['step', 'verdict', 'users carried after', 'outage', 'USD a month']
  return message(
    `*Rehearsed, nothing was sent. ${answer}*`,
    [
      ...(sentences.length === 0 ? [] : [section(sentences.join('\n'))]),
      ...(rows.length === 0 ? [] : [table(head, rows)]),
    ],
    note,
  )
}

function itemLine(item: PlanItem, index: number): string {
  const place = `${index + 1}.`
  switch (item.kind) {
    case 'step': {
      const why = item.why === null ? '' : `: ${escaped(item.why)}`
      return `${place} ${face.literal(stepLine('', item.step.name, item.step.input).trim())}${why}`
    }
    case 'wait':
      return `${place} ${escaped(waitText(item))}`
    case 'only-if':
      return `${place} ${escaped(onlyIfText(item))}`
  }
}

/** In a table's cell nothing is drawn: names stand as they are. */
const plainly = { ...face, literal: (text: string) => text }

function message(first: string, blocks: readonly KnownBlock[], note: string | null): Message {
  return {
    text: plain(first),
    blocks: [section(first), ...blocks, ...(note === null ? [] : [context(note)])],
  }
}
