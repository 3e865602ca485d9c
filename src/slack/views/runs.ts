/** Runs in a list: those that go on, those that touched a target, and the stop switch. Pure. */
import type { Checklist } from '../../runs/checklist/checklist.ts'
import { isFollowUpOpen } from '../../runs/follow-up.ts'
import type { Headroom } from '../../runs/headroom.ts'
import { preventedRecordOf } from '../../runs/prevented.ts'
import type { Run } from '../../runs/stage.ts'
import { runStateWords } from '../../words/en.ts'
import { preventedLine } from '../../words/en-prevented.ts'
import { brokenGlassOpen } from '../../words/en-runs.ts'
import { count, list } from '../../words/numbers.ts'
import { context, escaped, slackFace as face, type Message, plain, section } from './blocks.ts'
import { progressText } from './checklist.ts'
import { isWhole, itemText, planName } from './plan-run.ts'

const linesShown = 15

export function runsMessage(
  runs: readonly Run[],
  checklists: readonly Checklist[],
  { stop, note }: { readonly stop: Headroom['stop']; readonly note: string | null },
): Message {
  const kinds = [
    ...(runs.length === 0 ? [] : [count(runs.length, 'run')]),
    ...(checklists.length === 0 ? [] : [count(checklists.length, 'checklist')]),
  ]
  const isOne = runs.length + checklists.length === 1
  const first =
    kinds.length === 0 ? '*No run is open.*' : `*${list(kinds)} ${isOne ? 'is' : 'are'} open.*`
  const more = [
    ...(stop === null ? [] : [stopLine(stop)]),
    ...checklists.slice(0, linesShown).map(checklistLine),
  ]
  return listed(first, runs, more, note)
}

function checklistLine(checklist: Checklist): string {
  const { id, title, by, startedAt, channel } = checklist
  return `• ${face.time(startedAt)} ${face.person(by)}: ${escaped(title)}, ${progressText(checklist)}, in ${face.channel(channel)} (checklist ${face.literal(id)})`
}

export function historyMessage(target: string, runs: readonly Run[], note: string | null): Message {
  const first = `*${count(runs.length, 'run')} touched ${face.literal(target)}, the newest first.*`
  const prevented = preventedLine(preventedRecordOf(runs))
  return listed(first, runs, prevented === null ? [] : [prevented], note)
}

export function stopMessage({ stop, lifting }: Headroom, by: string, note: string | null): Message {
  const first =
    stop === null
      ? `*The stop is lifted, the last yes by ${face.person(by)}.* Runs that it blocked can be asked for again, parked ones retried.`
      : lifting.length > 0
        ? `*${face.person(by)} would lift the stop; one more who may approve must say so.* ${stopLine(stop)}`
        : `*${face.person(by)} stopped everything: ${escaped(stop.reason)}.* Nothing more is written; what is on its way is still watched and verified. Two people lift it with ${face.literal('/runbook stop-all lift')}.`
  return { text: plain(first), blocks: [section(first), ...marks(note)] }
}

function stopLine(stop: NonNullable<Headroom['stop']>): string {
  return `Everything is stopped by ${face.person(stop.by)} since ${face.time(stop.at)}: ${escaped(stop.reason)}.`
}

function listed(
  first: string,
  runs: readonly Run[],
  more: readonly string[],
  note: string | null,
): Message {
  const lines = runs.slice(0, linesShown).map(lineOf)
  const left = runs.length - lines.length
  const rest = left > 0 ? [`and ${count(left, 'older one')}`] : []
  return {
    text: plain(first),
    blocks: [
      section([first, ...more].join('\n')),
      ...(lines.length === 0 ? [] : [section([...lines, ...rest].join('\n'))]),
      ...marks(note),
    ],
  }
}

function lineOf(run: Run): string {
  const what = isWhole(run) ? planName(run) : itemText(run.plan[run.index])
  const open = isFollowUpOpen(run) ? brokenGlassOpen : ''
  return `• ${face.time(run.startedAt)} ${face.person(run.by)}: ${what}, ${runStateWords(run, face)}${open} (${face.run(run.id)})`
}

function marks(note: string | null) {
  return note === null ? [] : [context(note)]
}
