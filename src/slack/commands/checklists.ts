/** Checklists by command: start one, say that a box is so, leave one out, take that back, end it. */
import type { BoundRunbook } from '../../define/define-runbook.ts'
import type { Actor } from '../../gate/policy.ts'
import type { BoxPlace } from '../../runs/checklist/requests.ts'
import { said } from '../actions/boxes.ts'
import type { CommandCall } from '../door.ts'
import type { CommandAnswer, DeskMeans } from '../means.ts'

export async function startChecklist(
  { checklists }: DeskMeans,
  { channel, run }: CommandCall,
  { bound, digest }: { readonly bound: BoundRunbook; readonly digest: string },
  actor: Actor,
): Promise<CommandAnswer> {
  return said(await checklists.requests.start({ id: run, bound, digest, channel }, actor))
}

export async function tickBox(
  { checklists }: DeskMeans,
  words: readonly string[],
  actor: Actor,
): Promise<CommandAnswer> {
  const place = boxIn(words)
  if (place === null) return which('tick', '[why]')
  return said(await checklists.requests.tick(place, words.slice(2).join(' '), actor))
}

export async function untickBox(
  { checklists }: DeskMeans,
  words: readonly string[],
  actor: Actor,
): Promise<CommandAnswer> {
  const place = boxIn(words)
  return place === null
    ? which('untick', '')
    : said(await checklists.requests.takeBack(place, actor))
}

/** Null: it names no checklist. */
export async function skipBox(
  { checklists }: DeskMeans,
  words: readonly string[],
  actor: Actor,
): Promise<{ readonly answer: CommandAnswer } | null> {
  const [id = ''] = words
  if ((await checklists.read(id)) === null) return null
  const place = boxIn(words)
  if (place === null) return { answer: which('skip', '<why>') }
  return { answer: said(await checklists.requests.skip(place, words.slice(2).join(' '), actor)) }
}

/** Null: it names no checklist. */
export async function endChecklist(
  { checklists }: DeskMeans,
  id: string,
  actor: Actor,
): Promise<{ readonly answer: CommandAnswer } | null> {
  if ((await checklists.read(id)) === null) return null
  return { answer: said(await checklists.requests.end(id, actor)) }
}

/** People count boxes from 1. */
function boxIn([checklist, number]: readonly string[]): BoxPlace | null {
  const box = Number(number)
  if (checklist === undefined || !Number.isInteger(box) || box < 1) return null
  return { checklist, box: box - 1 }
}

function which(verb: string, more: string): string {
  return `Which box? \`${['/runbook', verb, '<checklist>', '<box>', more].join(' ').trim()}\`, for example box 5; its living message names the checklist.`
}
