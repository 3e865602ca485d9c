/** Checklists in English: where a box stands and by whose word, what it rests on, and why a request was not taken. */
import type { ChecklistBox, Standing, Word } from '../runs/checklist/checklist.ts'
import type { Blind, Reading, Sight } from '../runs/checklist/events.ts'
import type { ChecklistNo } from '../runs/checklist/steering.ts'
import type { Run } from '../runs/stage.ts'
import { denialSentence, type Face, runStateWords } from './en.ts'
import { lawBroken, lawName, quantityText } from './en-reasons.ts'
import { conditionText, valueText } from './en-runbooks.ts'
import { count, nameOf } from './numbers.ts'

/** A face with what a living message needs besides: how long ago, as its reader sees it. */
export type LivingFace = Face & {
  readonly ago: (at: number) => string
  /** Text from outside, made harmless. */
  readonly text: (text: string) => string
}

const standingWords = {
  seen: 'done',
  said: 'done, a person says so',
  skipped: 'skipped',
  undone: '*undone again*',
  open: 'to do',
} as const satisfies Record<Standing, string>

export type BoxView = {
  readonly index: number
  readonly box: ChecklistBox
  readonly standing: Standing
  /** It is the next one to be done. */
  readonly isNext: boolean
  /** Of the newest that was asked for from here. */
  readonly run: Run | null
}

/** `5 · now · CONN_MAX_AGE 600: connMaxAgeSeconds is 0, and should be 600 (...)`. */
export function boxSentence({ index, box, standing, isNext, run }: BoxView, face: LivingFace) {
  const word = isNext && standing === 'open' ? '*now*' : standingWords[standing]
  const asked =
    run === null || ['seen', 'said'].includes(standing) ? [] : [askedText(box, run, face)]
  const why = isNext ? [face.text(box.why)] : []
  const says = [standsOn(box, standing, face), ...asked, ...why].join(' ')
  return `${index + 1} · ${word} · ${face.text(box.title)}: ${says}`
}

function askedText({ run: asked }: ChecklistBox, run: Run, face: Face): string {
  const who = asked === null ? '' : ` by ${face.person(asked.by)} ${face.time(asked.at)}`
  return `Asked for${who}: ${face.run(run.id)} ${runStateWords(run, face)}.`
}

function standsOn(box: ChecklistBox, standing: Standing, face: LivingFace): string {
  const { tick, skip, seen } = box
  const unseen = unseenText(box, face)
  if (standing === 'skipped' && skip !== null) return `${wordText(skip, face)}.`
  if (standing === 'said' && tick !== null) return `${wordText(tick, face)}. ${unseen}`
  if (standing === 'undone' || seen?.is === 'open') return `${failing(box, face)}.`
  if (standing === 'seen' && seen !== null) return `${sightsText(seen.sights, face)}.`
  return box.evidence.length > 0 && seen === null ? unseen : `${unseen} It takes a person’s word.`
}

function wordText({ by, at, reason }: Word, face: LivingFace): string {
  const why = reason === null ? '' : `, ${face.literal(reason)}`
  return `${face.person(by)} ${face.time(at)}${why}`
}

function failing({ seen }: ChecklistBox, face: LivingFace): string {
  return sightsText(seen?.sights.filter(({ kind }) => kind === 'not-so') ?? [], face)
}

function unseenText({ evidence, seen }: ChecklistBox, face: LivingFace): string {
  if (evidence.length === 0) return 'Nothing in the world shows this.'
  if (seen === null) return 'I am about to look.'
  return `${capital(
    sightsText(
      seen.sights.filter(({ kind }) => kind === 'unseen'),
      face,
    ),
  )}.`
}

/** What was seen, beside what should be; the source and since when it is so, once where it is the same. */
function sightsText(sights: readonly Sight[], face: LivingFace): string {
  const texts = sights.map((sight) => ({ what: sightText(sight, face), by: byText(sight, face) }))
  return texts
    .map(({ what, by }, index) => (by === texts[index + 1]?.by ? what : `${what}${by}`))
    .join('; ')
}

function byText(sight: Sight, face: LivingFace): string {
  if (sight.kind === 'unseen') return ''
  return ` (${face.text(sight.source)}, first seen so ${face.ago(sight.observedAt)})`
}

function sightText(sight: Sight, face: LivingFace): string {
  const { condition } = sight
  if (sight.kind === 'unseen')
    return `I cannot see ${face.literal(sight.fact)}: ${blindText(sight.why, face)}`
  if ('law' in condition) {
    const said = sight.kind === 'so' ? 'it holds' : lawBroken(condition.law)
    return `${lawName(condition.law)}: ${said}${lawNumbers(sight.reading)}`
  }
  const value = sight.reading.kind === 'value' ? shownValue(sight.reading.value) : 'unknown'
  const [name, seen] = [nameOf(condition.fact), face.text(value)]
  const should = face.text(wanted(conditionText(condition), condition.fact))
  return sight.kind === 'so' ? `${name} ${seen}` : `${name} is ${seen} and ${should}`
}

function blindText(why: Blind, face: LivingFace): string {
  switch (why.code) {
    case 'no-source':
      return 'no source that I have shows it'
    case 'baked-into-image':
      return `it is baked into the image, in ${face.literal(why.where)}`
    case 'silent':
      return `${face.text(why.source)} did not say (${face.text(why.said)})`
    case 'too-old':
      return `what ${face.text(why.source)} said is too old`
    case 'no-such-fact':
      return 'the System document has no such part'
  }
}

function lawNumbers(reading: Reading): string {
  const text = reading.kind === 'law' ? quantityText(reading) : null
  return text === null ? '' : `, ${text}`
}

function shownValue(value: unknown): string {
  return value === null ? 'not set' : valueText(value)
}

/** `databases.x.tier is y` -> `should be y`: the path has been said. */
function wanted(text: string, fact: string): string {
  return text.replace(`${fact} is`, 'should be')
}

/** Why it is to be done, what it rests on, and what it offers: the answer to `Why?`. */
export function whyLines(
  { index, box }: Pick<BoxView, 'index' | 'box'>,
  offers: readonly string[],
  face: LivingFace,
): readonly string[] {
  const seen = box.seen?.sights.map((sight) => sightsText([sight], face)) ?? []
  const noWord =
    box.evidence.length === 0 ? 'nothing in the world shows this' : 'I am about to look'
  const offered =
    offers.length === 0 ? [] : ['What it offers:', ...offers.map((offer) => `• ${offer}`)]
  return [
    `*Why box ${index + 1}, ${face.text(box.title)}?* ${face.text(box.why)}`,
    'What it rests on:',
    ...(seen.length === 0 ? [noWord] : seen).map((line) => `• ${line}`),
    ...offered,
  ]
}

export function checklistNoSentence(no: ChecklistNo, face: LivingFace): string {
  if (no.kind === 'denied') return denialSentence(no, face)
  switch (no.code) {
    case 'unknown-checklist':
      return 'There is no such checklist in my ledger.'
    case 'open-already': {
      const { id, by, channel } = no.checklist
      return `It is open already, with the same parameters: ${face.literal(id)}, started by ${face.person(by)} in ${face.channel(channel)}. Take it up there.`
    }
    case 'ended': {
      const { ended } = no.checklist
      const who = ended === null ? '' : ` by ${face.person(ended.by)} ${face.time(ended.at)}`
      return `It was ended${who}. Start a new one: it ticks what is so at once.`
    }
    case 'no-such-box':
      return `It has ${count(no.boxes, 'box', 'boxes')}: give a number from 1 to ${no.boxes}.`
    case 'no-reason':
      return 'Not taken: say why, in a few words; whoever reads this later will ask.'
    case 'done-already':
      return `Nothing to do: box ${no.index + 1} is done${doneBy(no.box, face)}.`
    case 'world-says-no':
      return `Not taken: the world shows otherwise. ${capital(failing(no.box, face))}. Apply what it offers, or skip it with a reason.`
    case 'not-looked':
      return 'Not yet: I am about to look whether it is so. Try again in a moment.'
    case 'nothing-to-take-back':
      return `Nothing to take back: nobody has ticked or skipped box ${no.index + 1}.`
    case 'nothing-offered':
      return `Box ${no.index + 1} offers no step of mine: do it, then tick it.`
    case 'asked-already': {
      const { run } = no.box
      const who = run === null ? '' : ` by ${face.person(run.by)} ${face.time(run.at)}`
      return `It was asked for already${who}${run === null ? '' : `: ${face.run(run.id)}`}. Decide there.`
    }
    case 'stored-input-refused':
      return `This version refuses what box ${no.index + 1} offers. End this checklist and start it anew.`
  }
}

function doneBy({ seen, tick }: ChecklistBox, face: LivingFace): string {
  if (seen?.is === 'ticked') return ', the world shows it'
  return tick === null ? '' : ` by ${face.person(tick.by)} ${face.time(tick.at)}`
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
