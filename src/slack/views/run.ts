/** A run's living message: asked -> before, during, after -> decided -> done, from its state alone. Pure. */

import type { KnownBlock } from '@slack/types'
import type { Sealed } from '../../runs/journal.ts'
import { type Approval, isAgreed, isSurelyUnsent, type Run } from '../../runs/stage.ts'
import { parkedSentence } from '../../words/en.ts'
import { duration, list, nameOf, number } from '../../words/numbers.ts'
import { afterwards, remindedLines, saidLines } from './afterwards.ts'
import { context, escaped, slackFace as face, type Message, plain, section } from './blocks.ts'
import { evidenceBlocks, factName, readingBlocks } from './evidence.ts'
import { forecastBlocks } from './forecast.ts'
import {
  checklistBlocks,
  isThrough,
  isWhole,
  rehearsedBlocks,
  throughText,
  watchText,
} from './plan-run.ts'
import { movedSentence, progressLines } from './progress.ts'
import { effectOf, firstReason } from './run-about.ts'
import { buttons } from './run-buttons.ts'

export type RunView = {
  readonly run: Run
  /** For what elapses while it is drawn. */
  readonly now: number
  /** Once it has ended. */
  readonly sealed: Sealed | null
  /** Every message of a real workspace with a local cloud says so; a rehearsal too. */
  readonly note: string | null
  /** Whose run is in the way; null, or left out: none is. */
  readonly holder?: Holder | null
}

/** `link`: to its message; null where Slack gives none. */
export type Holder = { readonly run: string; readonly by: string; readonly link: string | null }

export function runMessage({ run, now, sealed, note, holder = null }: RunView): Message {
  const first = headline(run, now)
  const seal = sealed === null ? [] : [`sealed ${face.literal(shortOf(sealed.run))}`]
  const blocks = [
    section(first),
    ...body(run, now),
    ...(holder === null ? [] : [context(holderText(holder))]),
    ...buttons(run),
    context([`Run ${face.literal(run.id)}`, ...seal, ...(note === null ? [] : [note])].join(' · ')),
  ]
  return { text: plain(first), blocks }
}

function holderText({ run, by, link }: Holder): string {
  return `Held by ${face.person(by)} with ${link ?? face.run(run)}.`
}

const shortDigits = 12

/** Enough for `ledger verify --anchor`; the details have the whole of it. */
function shortOf(hash: string): string {
  return hash.slice(0, shortDigits)
}

/** The answer in one line. */
function headline(run: Run, now: number): string {
  const { stage, record } = run
  const what = effectOf(run)
  const asked = `${face.person(run.by)} asks`
  switch (stage.kind) {
    case 'planning':
    case 'planned':
      return `*${asked}: ${what}.* I rehearse it whole before anybody is asked.`
    case 'consulting':
      return `*${asked}: ${what}.* ${openText(run, stage.approval)} One yes covers the steps that are clear; each other step asks again when it is reached.`
    case 'watching':
      return `*Waiting: ${what}.* It is ${watchText(run, now)}.`
    case 'asked':
      return `*Your turn: ${what}.* Say so when it is done.`
    case 'reached':
    case 'judged':
      return run.notBefore !== null && now < run.notBefore
        ? `*${asked}: ${what}.* ${beginsText(run.notBefore)}`
        : `*${asked}: ${what}.* I look at the world and do the sums.`
    case 'waiting':
      return `*${asked}: ${what}.* ${openText(run, stage.approval)}`
    case 'claimed':
      return `*About to begin: ${what}.* ${consentLine(run)}`
    case 'sending':
      return record.found === null && record.fault === null
        ? `*Sending: ${what}.* ${consentLine(run)}`
        : `*Looking whether it was sent: ${what}.* ${consentLine(run)}`
    case 'working': {
      const since = record.acceptedAt ?? record.intendedAt ?? now
      const usually = record.forecast?.disruption?.secondsMax
      const bound = usually === undefined ? '' : `; without connections for up to ${usually} s`
      return `*Under way: ${what}, ${duration(now - since)} so far${bound}.* ${consentLine(run)}`
    }
    case 'acted':
      return `*The operation ended: ${what}.* I read the world again to verify it.`
    case 'parked':
      return `*Parked: ${what}.* ${escaped(parkedSentence(stage.why, record.forecast?.target ?? ''))}`
    case 'ended':
      return endLine(run, stage.outcome, stage.by)
  }
}

/** Who said yes, who still could, and until when. */
function openText(run: Run, { needed, consents, expiresAt }: Approval): string {
  const open = needed - consents.length
  const given = consents.map(({ by, at }) => `${face.person(by)} said yes ${face.time(at)}. `)
  if (open > 0)
    return `${given.join('')}Needs ${open} of ${ableText(run)} (not ${face.person(run.by)}). Until ${face.time(expiresAt)}.`
  const { notBefore } = run
  return notBefore === null
    ? `${given.join('')}I look at the world again.`
    : `${given.join('')}${beginsText(notBefore)}`
}

function beginsText(notBefore: number): string {
  return `It begins ${face.time(notBefore)}, if it is still clear then.`
}

const namedAtMost = 6
/** Of what was not seen, in the first line; all of it stands below. */
const unseenNamed = 2

/** Who could still say yes. */
function ableText({ stage, by }: Run): string {
  if (stage.kind !== 'waiting' && stage.kind !== 'consulting') return ''
  const { approvers, consents } = stage.approval
  const able = approvers.filter((user) => user !== by && !consents.some((one) => one.by === user))
  const named = able.slice(0, namedAtMost).map(face.person)
  const more = able.length - named.length
  return list(more === 0 ? named : [...named, `${number(more)} more`], 'or')
}

type Outcome = Extract<Run['stage'], { kind: 'ended' }>['outcome']

function endLine(run: Run, outcome: Outcome, by: string | null): string {
  const what = effectOf(run)
  // The last thing that happened to an ended run is its end.
  const who = `${by === null ? 'somebody' : face.person(by)} ${face.time(run.lastAt)}`
  const asked = `Asked by ${face.person(run.by)} ${face.time(run.startedAt)}.`
  switch (outcome) {
    case 'verified':
      return isReading(run) ? `*Looked: ${what}.*` : `*Done and verified: ${what}.* ${took(run)}`
    case 'not-verified': {
      if (isThrough(run)) return `*Done, not verified: ${what}.* ${throughText(run)}`
      const [left] = run.past
      if (left?.outcome === 'skipped' && left.skipped !== null)
        return `*Left out by ${face.person(left.skipped.by)} ${face.time(left.at)}: ${what}.* ${face.literal(left.skipped.reason)}. ${leftBehind(run)} ${asked}`
      const done = isReading(run) ? 'Looked, and not everything was seen' : 'Done, not verified'
      return `*${done}: ${what}.* ${[unseenText(run), took(run)].join(' ').trim()}`
    }
    case 'unneeded':
      return `*Nothing to do: ${what}.* It is so already, so nothing was sent. ${asked}`
    case 'withheld':
      return `*Not sent: ${what}.* The policy says mode: observe, so I did everything but this. ${consentLine(run)}`
    case 'blocked':
      return `*Blocked: ${what}.* ${firstReason(run)} Nothing was sent. ${asked}`
    case 'rejected':
      return `*Rejected by ${who}: ${what}.* Nothing was sent. ${asked}`
    case 'expired': {
      const { at, why } = expiry(run)
      return `*Expired ${face.time(at)}, which means no: ${what}.* ${why}, so nothing was sent. ${asked} Ask again for a fresh forecast.`
    }
    case 'aborted':
      return `*Aborted by ${who}: ${what}.* ${leftBehind(run)} ${asked}`
  }
}

/** A yes that nobody acted on in time is a no as well. */
function expiry({ record, proposal, lastAt }: Run) {
  const approval = record.approval ?? proposal.approval
  return approval !== null && isAgreed(approval)
    ? { at: lastAt, why: 'There was a yes, and I was not there in time to act on it' }
    : { at: approval?.expiresAt ?? lastAt, why: 'Nobody decided in time' }
}

/** It looked and sent nothing. */
function isReading(run: Run): boolean {
  return !isWhole(run) && run.record.intendedAt === null
}

function unseenText({ record }: Run): string {
  const unseen = (record.evidence ?? []).filter(({ outcome }) => outcome === 'not-observed')
  const names = unseen.map(({ fact }) => factName(fact))
  const more = names.length - unseenNamed
  const named = more > 1 ? [...names.slice(0, unseenNamed), `${number(more)} more`] : names
  return `Cannot see ${escaped(list(named))}.`
}

/** What an abort leaves: nothing, a change that was accepted, or one that may still arrive. */
function leftBehind({ record }: Run): string {
  const { intendedAt, acceptedAt, endedAt, forecast } = record
  if (intendedAt === null || isSurelyUnsent(record)) return 'Nothing was sent.'
  if (acceptedAt !== null || endedAt !== null)
    return `The change was sent ${face.time(acceptedAt ?? intendedAt)} and is not taken back.`
  return `It may still be on its way, so ${face.literal(nameOf(forecast?.target ?? ''))} stays held for 10 minutes more.`
}

function body(run: Run, now: number): readonly KnownBlock[] {
  const { record, stage } = run
  const { forecast, evidence } = record
  const isPlan = ['planning', 'planned', 'consulting'].includes(stage.kind)
  const moved = movedSentence(isPlan ? run.proposal.moved : record.moved)
  const isRefusedWhole = isWhole(run) && run.proposal.acceptedAt === null
  return [
    ...(moved === null ? [] : [section(moved)]),
    ...(isPlan || isRefusedWhole ? rehearsedBlocks(run) : []),
    ...checklistBlocks(run),
    ...(forecast === null || evidence !== null
      ? []
      : forecastBlocks(forecast, stage.kind === 'waiting')),
    ...progressLines(run, now).map(context),
    ...(evidence === null
      ? []
      : isReading(run)
        ? readingBlocks(evidence)
        : evidenceBlocks(evidence, forecast?.facts ?? [])),
    ...remindedLines(run).map(context),
    ...afterwards(run).map(context),
    ...saidLines(run).map(section),
  ]
}

function consentLine(run: Run): string {
  const consents = run.record.approval?.consents ?? []
  const yes = consents.map(({ by, at }) => `${face.person(by)} ${face.time(at)}`)
  const approved = yes.length === 0 ? 'no approval needed' : `approved by ${list(yes)}`
  return `Asked by ${face.person(run.by)}, ${approved}.`
}

function took(run: Run): string {
  if (isThrough(run)) return throughText(run)
  const { acceptedAt, intendedAt, endedAt } = run.record
  const from = intendedAt ?? acceptedAt
  if (from === null || endedAt === null) return ''
  return `It took ${duration(endedAt - from)}. ${consentLine(run)}`
}
