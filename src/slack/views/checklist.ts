/** A checklist's living message: how far it is, and each box with what it rests on and what can be done. Pure. */
import type { KnownBlock } from '@slack/types'
import {
  type Checklist,
  type ChecklistBox,
  isDone,
  nextBox,
  standingOf,
  takesWord,
} from '../../runs/checklist/checklist.ts'
import type { Run } from '../../runs/stage.ts'
import { type BoxView, boxSentence, type LivingFace, whyLines } from '../../words/en-checklist.ts'
import { number } from '../../words/numbers.ts'
import {
  actions,
  type ButtonSpec,
  context,
  cut,
  escaped,
  type Message,
  plain,
  section,
  shortSection,
  slackFace,
} from './blocks.ts'
import { itemText } from './plan-run.ts'

/** With their buttons they stay under the 13,000 characters and the 50 blocks that a message takes. */
const boxesShown = 15
const claimAtMost = 150

export const livingFace: LivingFace = {
  ...slackFace,
  text: escaped,
  ago: (at) => dated(at, '{ago}'),
}

function dated(at: number, format: string): string {
  const iso = new Date(at).toISOString()
  return `<!date^${Math.floor(at / 1000)}^${format}|${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC>`
}

export type ChecklistView = {
  readonly checklist: Checklist
  /** The newest that was asked for from each box, by its name. */
  readonly runs: ReadonlyMap<string, Run>
  /** When this process looked at the world last; null: not since it began. */
  readonly lookedAt: number | null
  readonly note: string | null
}

export function checklistMessage(view: ChecklistView): Message {
  const { checklist, note } = view
  const first = headline(checklist)
  const boxes = checklist.boxes.slice(0, boxesShown)
  const left = checklist.boxes.length - boxes.length
  const more = left > 0 ? [section(`and ${number(left)} more`)] : []
  return {
    text: plain(first),
    blocks: [
      shortSection(first),
      ...boxes.flatMap((_box, index) => boxBlocks(view, index)),
      ...more,
      ...(checklist.ended === null ? [ending(checklist)] : []),
      context([...footer(view), ...(note === null ? [] : [note])].join(' · ')),
    ],
  }
}

/** `Deployment checklist: 3 of 9 done, 1 undone again, at box 5.` */
export function progressText(checklist: Checklist): string {
  const { boxes, ended } = checklist
  const standings = boxes.map(standingOf)
  const howMany = (standing: string) => standings.filter((one) => one === standing).length
  const next = nextBox(checklist)
  return [
    `${boxes.filter(isDone).length} of ${boxes.length} done`,
    ...(howMany('undone') === 0 ? [] : [`${howMany('undone')} undone again`]),
    ...(howMany('skipped') === 0 ? [] : [`${howMany('skipped')} skipped`]),
    ...(next === null || ended !== null ? [] : [`at box ${next + 1}`]),
  ].join(', ')
}

function headline(checklist: Checklist): string {
  const { title, by, startedAt, changedAt, ended } = checklist
  const who = `Started by ${slackFace.person(by)} ${dated(startedAt, '{date_short_pretty} {time}')}`
  const since =
    ended === null
      ? `last change ${livingFace.ago(changedAt)}.`
      : `ended by ${slackFace.person(ended.by)} ${slackFace.time(ended.at)}.`
  return `*${escaped(title)}: ${progressText(checklist)}.* ${who}; ${since}`
}

function boxBlocks(view: ChecklistView, index: number): readonly KnownBlock[] {
  const { checklist, runs } = view
  const box = checklist.boxes[index]
  if (box === undefined) return []
  const standing = standingOf(box)
  const run = box.run === null ? null : (runs.get(box.run.id) ?? null)
  const isNext = nextBox(checklist) === index
  const line = shortSection(boxSentence({ index, box, standing, isNext, run }, livingFace))
  const isOpen = checklist.ended === null && ['open', 'undone'].includes(standing)
  if (!isOpen) return [line]
  const { id, version } = checklist
  const block = `${id}.${index}.${version}.${run?.version ?? 0}`
  return [line, actions(block, buttons(`${id}.${index}`, { box, run, isNext }))]
}

function buttons(
  value: string,
  { box, run, isNext }: { box: ChecklistBox; run: Run | null; isNext: boolean },
): readonly ButtonSpec[] {
  const goesOn = run !== null && run.stage.kind !== 'ended'
  const style = isNext ? ({ style: 'primary' } as const) : {}
  const specs: ButtonSpec[] = []
  if (!goesOn && !box.manual && box.items.length > 0)
    specs.push({ action: 'apply', text: 'Apply', value, ...style })
  if (takesWord(box))
    specs.push({
      ...{ action: 'tick', text: 'It is so', value },
      confirm: { title: 'Is it so?', text: claimOf(box), yes: 'It is so' },
    })
  return [...specs, { action: 'why', text: 'Why?', value }]
}

/** What somebody vouches for by a tick. */
function claimOf({ title, items }: ChecklistBox): string {
  const claims = items.flatMap((item) =>
    item.kind === 'step' && typeof item.input.what === 'string' ? [item.input.what] : [],
  )
  return cut([`${title}.`, ...claims].join(' '), claimAtMost)
}

function ending({ id, version, boxes }: Checklist): KnownBlock {
  const left = boxes.filter((box) => !isDone(box)).length
  const text =
    left === 0
      ? 'All boxes are done. I stop looking whether they stay so.'
      : `${left} of ${boxes.length} are not done. I stop looking; start it anew to go on.`
  const confirm = { title: 'End this checklist?', text, yes: 'End it' }
  return actions(`${id}.end.${version}`, [{ action: 'end', text: 'End it', value: id, confirm }])
}

function footer({ checklist, lookedAt }: ChecklistView): readonly string[] {
  const name = `Checklist ${slackFace.literal(checklist.id)}`
  if (checklist.ended !== null) return [name]
  const looked = lookedAt === null ? '' : ` Looked ${livingFace.ago(lookedAt)}.`
  const skip = slackFace.literal(`/runbook skip ${checklist.id} <box> <why>`)
  return [name, `I look every 30 s.${looked}`, `leave a box out: ${skip}`]
}

/** Why a box is to be done, what it rests on and what it offers: for the message's thread. */
export function whyMessage(index: number, box: ChecklistBox): Message {
  const view: Pick<BoxView, 'index' | 'box'> = { index, box }
  const lines = whyLines(view, box.items.map(itemText), livingFace)
  return { text: plain(lines[0] ?? ''), blocks: [section(lines.join('\n'))] }
}
