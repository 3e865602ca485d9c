/** A run's living message: asked -> before, during, after -> decided -> done, from its state alone. Pure. */
import type { KnownBlock } from '@slack/types'
import type { Run } from '../../runs/run.ts'
import { mayAbort } from '../../runs/run.ts'
import { effectSentence, parkedSentence, reasonSentence } from '../../words/en.ts'
import { duration, list } from '../../words/numbers.ts'
import {
  actions,
  type ButtonSpec,
  context,
  escaped,
  slackFace as face,
  type Message,
  plain,
  section,
} from './blocks.ts'
import { evidenceBlocks, factName } from './evidence.ts'
import { forecastBlocks } from './forecast.ts'
import { movedSentence, progressLines } from './progress.ts'

export type RunView = {
  readonly run: Run
  /** For what elapses while it is drawn. */
  readonly now: number
  /** Every message of a real workspace with a local cloud says so; a rehearsal too. */
  readonly note: string | null
}

export function runMessage({ run, now, note }: RunView): Message {
  const first = headline(run, now)
  const blocks = [
    section(first),
    ...body(run, now),
    ...buttons(run),
    ...(note === null ? [] : [context(note)]),
  ]
  return { text: plain(first), blocks }
}

/** The answer in one line. */
function headline(run: Run, now: number): string {
  const { stage, record } = run
  const what = effectOf(run)
  const asked = `${face.person(run.by)} asks`
  switch (stage.kind) {
    case 'reached':
    case 'judged':
      return `*${asked}: ${what}.* I look at the world and do the sums.`
    case 'waiting': {
      const { needed, consents, expiresAt, approvers } = stage.approval
      const open = needed - consents.length
      const able = approvers.filter((user) => user !== run.by).map(face.person)
      return `*${asked}: ${what}.* Needs ${open} of ${list(able, 'or')} (not ${face.person(run.by)}). Until ${face.time(expiresAt)}.`
    }
    case 'claimed':
      return `*About to ${what}.* ${consentLine(run)}`
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
      return `*Parked: ${what}.* ${parkedSentence(stage.why)}`
    case 'ended':
      return endLine(run, stage.outcome, stage.by)
  }
}

type Outcome = Extract<Run['stage'], { kind: 'ended' }>['outcome']

function endLine(run: Run, outcome: Outcome, by: string | null): string {
  const what = effectOf(run)
  const who = by === null ? 'somebody' : face.person(by)
  switch (outcome) {
    case 'verified':
      return `*Done and verified: ${what}.* ${took(run)}`
    case 'not-verified': {
      const unseen = (run.record.evidence ?? []).filter(({ outcome: o }) => o === 'not-observed')
      return `*Done, not verified: ${what}.* Cannot see ${list(unseen.map(({ fact }) => factName(fact)))}. ${took(run)}`
    }
    case 'withheld':
      return `*Not sent: ${what}.* The policy says mode: observe, so everything was done but this.`
    case 'blocked':
      return `*Blocked: ${what}.* ${firstReason(run)}`
    case 'rejected':
      return `*Rejected by ${who}: ${what}.* Nothing was sent.`
    case 'expired':
      return `*Expired, which means no: ${what}.* Nobody decided in time; nothing was sent.`
    case 'aborted':
      return `*Aborted by ${who}: ${what}.* ${run.record.intendedAt === null ? 'Nothing was sent.' : 'What was on its way is kept under claim for 10 minutes.'}`
  }
}

function body(run: Run, now: number): readonly KnownBlock[] {
  const { record, stage } = run
  const { forecast, evidence } = record
  const moved = movedSentence(record.moved)
  return [
    ...(moved === null ? [] : [section(moved)]),
    ...(forecast === null || evidence !== null ? [] : forecastBlocks(forecast)),
    ...progressLines(run, now).map(context),
    ...(evidence === null ? [] : evidenceBlocks(evidence)),
    ...(stage.kind === 'ended' && forecast?.undo?.kind === 'step' && record.acceptedAt !== null
      ? [context(`Undo: ${face.literal(undoCommand(forecast.undo))}`)]
      : []),
  ]
}

function undoCommand({ step, input }: { step: string; input: object }): string {
  const words = Object.entries(input).map(([name, value]) => `${name}=${value}`)
  return ['/runbook do', step, ...words].join(' ')
}

function buttons(run: Run): readonly KnownBlock[] {
  const { stage } = run
  const specs: ButtonSpec[] = []
  if (stage.kind === 'waiting') {
    const { token } = stage.approval
    const text = `${plain(effectOf(run))}. ${firstReason(run)}`
    specs.push(
      {
        action: 'approve',
        text: 'Approve',
        value: token,
        style: 'primary',
        confirm: { title: 'Approve this change?', text, yes: 'Approve' },
      },
      { action: 'reject', text: 'Reject', value: token },
    )
  }
  if (stage.kind === 'parked') specs.push(...parkedButtons(run, stage.why.code))
  if (mayAbort(stage) && stage.kind === 'parked')
    specs.push({ action: 'abort', text: 'Abort', value: run.id, style: 'danger' })
  if (run.record.forecast !== null)
    specs.push({ action: 'details', text: 'Details', value: run.id })
  return specs.length === 0 ? [] : [actions(`${run.id}.${run.version}`, specs)]
}

function parkedButtons(run: Run, why: string): readonly ButtonSpec[] {
  const { stage } = run
  const resume: ButtonSpec = { action: 'resume', text: 'Look again', value: run.id }
  const retry: ButtonSpec = { action: 'retry', text: 'Retry from a new forecast', value: run.id }
  if (why === 'undecided') return [{ ...resume, text: 'Send it (I look again first)' }]
  return stage.kind === 'parked' && stage.from.kind === 'acted' ? [resume, retry] : [retry]
}

function effectOf(run: Run): string {
  const { forecast } = run.record
  const planned = run.plan[run.index]
  if (forecast !== null) return effectSentence(forecast.effect, face)
  return `${face.literal(planned?.step ?? '')} ${face.literal(JSON.stringify(planned?.input))}`
}

function consentLine(run: Run): string {
  const consents = run.record.approval?.consents ?? []
  const yes = consents.map(({ by, at }) => `${face.person(by)} ${face.time(at)}`)
  const approved = yes.length === 0 ? 'no approval needed' : `approved by ${list(yes)}`
  return `Asked by ${face.person(run.by)}, ${approved}.`
}

function took(run: Run): string {
  const { acceptedAt, intendedAt, endedAt } = run.record
  const from = intendedAt ?? acceptedAt
  if (from === null || endedAt === null) return ''
  return `It took ${duration(endedAt - from)}. ${consentLine(run)}`
}

function firstReason(run: Run): string {
  const [reason] = run.record.forecast?.reasons ?? []
  return reason === undefined ? '' : `${escaped(reasonSentence(reason))}`
}
