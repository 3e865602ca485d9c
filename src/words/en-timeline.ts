/** What happened in a run, one sentence an event, for people who were not there. */

import type {
  Evidence,
  PlanForecast,
  RecordedFact,
  RunEvent,
  ShownForecast,
} from '../runs/events.ts'
import type { Entry } from '../runs/timeline.ts'
import { type Face, parkedSentence, stepLine } from './en.ts'
import { effectSentence } from './en-effects.ts'
import { lawName, reasonSentence } from './en-reasons.ts'
import { onlyIfText, waitText } from './en-runbooks.ts'
import { count, list, number } from './numbers.ts'

/** A sentence, and below it what was shown or seen then. */
export type Told = { readonly what: string; readonly details: readonly string[] }

export function told({ event, body, target }: Entry, face: Face): Told {
  if (event === null)
    return plain(`Written by newer code, not judged here: ${face.literal(JSON.stringify(body))}`)
  return (
    asked(event, face) ?? decided(event, target, face) ?? sent(event, face) ?? seen(event, face)
  )
}

function plain(what: string): Told {
  return { what, details: [] }
}

function asked(event: RunEvent, face: Face): Told | null {
  switch (event.type) {
    case 'run-started': {
      const steps = event.plan.map((item) =>
        'step' in item
          ? face.literal(stepLine('', item.step, item.input).trim())
          : item.kind === 'wait'
            ? waitText(item)
            : onlyIfText(item),
      )
      return {
        what: `${face.person(event.by)} asked in ${face.channel(event.channel)} for ${list(steps)} on ${event.system}.`,
        details: [
          `System document ${event.document}`,
          ...(event.runbook === undefined
            ? []
            : [`By the runbook ${face.literal(event.runbook.name)} (${event.runbook.digest})`]),
          ...(event.notBefore === undefined ? [] : [`Not before ${face.time(event.notBefore)}`]),
          ...(event.breakGlass === undefined
            ? []
            : [`Break-glass: ${face.literal(event.breakGlass.reason)}`]),
        ],
      }
    }
    case 'message-posted':
      return plain(`The run’s message was posted in ${face.channel(event.channel)} (${event.ts}).`)
    case 'step-forecast':
      return {
        what: `Shown: ${effectSentence(event.forecast.effect, face)}. Verdict ${event.forecast.verdict}.`,
        details: shownDetails(event.forecast, face),
      }
    case 'plan-forecast':
      return {
        what: `Shown: a plan of ${count(event.forecast.items.length, 'item')}. Verdict ${event.forecast.verdict}.`,
        details: planDetails(event.forecast, face),
      }
    case 'person-asked':
      return plain('A person was asked to do it.')
    case 'approval-requested':
      return plain(
        `${count(event.needed, 'approval')} asked of ${list(event.approvers.map(face.person), 'or')}, until ${face.time(event.expiresAt)}.`,
      )
    default:
      return null
  }
}

function decided(event: RunEvent, target: string, face: Face): Told | null {
  switch (event.type) {
    case 'step-blocked':
      return plain('Blocked: nothing was sent.')
    case 'step-unneeded':
      return plain('It is so already: nothing was sent.')
    case 'plan-blocked':
      return plain('The plan is blocked: nothing was sent.')
    case 'plan-accepted':
      return plain('The plan is accepted.')
    case 'person-answered':
      return plain(`${face.person(event.by)} said that it is done.`)
    case 'step-skipped':
      return plain(`${face.person(event.by)} skipped the step: ${face.literal(event.reason)}.`)
    case 'consent-given':
      return plain(`${face.person(event.by)} said yes.`)
    case 'approval-rejected':
      return plain(`${face.person(event.by)} said no.`)
    case 'approval-expired':
      return plain('Nobody decided in time, which means no.')
    case 'approval-voided':
      return {
        what: 'The approval no longer fitted, and is void.',
        details: event.moved.map(
          ({ what, before, after }) => `${what}: ${json(before)} -> ${json(after)}`,
        ),
      }
    case 'step-claimed':
      return { what: 'Cleared and claimed.', details: factLines(event.facts, face) }
    case 'run-parked':
      return plain(`Parked. ${parkedSentence(event.why, target)}`)
    case 'run-resumed':
      return plain(`${face.person(event.by)} said: ${event.choice}.`)
    case 'run-aborted':
      return plain(`${face.person(event.by)} aborted it.`)
    case 'person-reminded':
      return plain('Whoever it waits for was reminded.')
    case 'reminder-posted':
      return plain('That was said in Slack.')
    case 'followed-up':
      return plain(
        `${face.person(event.by)} followed the break-glass up: ${face.literal(event.what)}.`,
      )
    case 'no-judged': {
      const word = event.isRight ? 'right' : 'wrong'
      return plain(`${face.person(event.by)} judged the no ${word}: ${face.literal(event.why)}.`)
    }
    default:
      return null
  }
}

function sent(event: RunEvent, face: Face): Told | null {
  switch (event.type) {
    case 'condition-judged': {
      const passed = event.isMet ? 'it goes on' : `${count(event.skips, 'item')} passed over`
      return { what: `Judged a condition: ${passed}.`, details: factLines(event.facts, face) }
    }
    case 'hold-intended':
      return plain(
        `About to hold ${event.target} until ${face.time(event.until)} (${event.instance}).`,
      )
    case 'hold-taken':
      return plain('Held.')
    case 'hold-released':
      return plain('Let go.')
    case 'write-withheld':
      return plain('Not sent: the policy says mode: observe.')
    case 'write-intended': {
      const { id, target, version, sendBefore } = event.intent
      return {
        what: `About to send ${face.literal(id)} to ${target}, for version ${version ?? 'unknown'} alone, before ${face.time(sendBefore)}.`,
        details: factLines(event.facts, face),
      }
    }
    case 'write-resent':
      return plain(
        `About to send ${face.literal(event.intent)} again, before ${face.time(event.sendBefore)}.`,
      )
    case 'write-accepted':
      return plain(
        event.operation === null
          ? 'Sent and accepted.'
          : `Sent and accepted: operation ${face.literal(event.operation)}.`,
      )
    case 'write-faulted':
      return plain(`No good answer (${event.code}, sent: ${event.sent}): ${event.message}`)
    default:
      return null
  }
}

function seen(event: RunEvent, face: Face): Told {
  switch (event.type) {
    case 'write-probed':
      return plain(`Looked whether it was done: ${progressText(event.progress)}.`)
    case 'operation-ended':
      return plain(
        event.error === null
          ? `Operation ${face.literal(event.operation)} ended.`
          : `Operation ${face.literal(event.operation)} ended with an error: ${event.error}`,
      )
    case 'step-verified':
      return {
        what: 'Looked at the world afterwards.',
        details: event.evidence.map((one) => evidenceLine(one, face)),
      }
    default:
      return plain(face.literal(JSON.stringify(event)))
  }
}

type Progress = Extract<RunEvent, { type: 'write-probed' }>['progress']

function progressText(progress: Progress): string {
  switch (progress.kind) {
    case 'absent':
      return 'it is not there'
    case 'running':
      return `it is under way (${progress.operation})`
    case 'done':
      return progress.by === 'me'
        ? 'it is done, with our mark'
        : 'it is as wished, without our mark'
    case 'unknown':
      return `unknown, ${progress.why}`
  }
}

function shownDetails(forecast: ShownForecast, face: Face): readonly string[] {
  const { reasons, rows, supportedUsers, users, disruption, costDeltaUsd, undo, facts } = forecast
  const { now, after } = supportedUsers
  return [
    ...reasons.map((reason) => reasonSentence(reason)),
    ...rows.map(
      (row) =>
        `${lawName(row.law)} (${row.subject}): ${load(row.now, row.unit)} -> ${load(row.after, row.unit)}`,
    ),
    ...(now === null || after === null
      ? []
      : [`Carries ${number(now)} of ${number(users)} users now, ${number(after)} after.`]),
    ...(disruption === null
      ? []
      : [
          `${disruption.target} is away for up to ${disruption.secondsMax} s (${disruption.source}).`,
        ]),
    ...(costDeltaUsd === null ? [] : [`Costs ${number(costDeltaUsd)} USD a month more.`]),
    ...(undo === null
      ? []
      : [
          undo.kind === 'step'
            ? `Undo: ${face.literal(stepLine('', undo.step, undo.input).trim())}`
            : `No undo: ${undo.because}`,
        ]),
    `Fingerprint ${forecast.fingerprint}, policy ${forecast.policy}`,
    ...factLines(facts, face),
  ]
}

function planDetails(forecast: PlanForecast, face: Face): readonly string[] {
  const { items, stop, reasons } = forecast
  const steps = items.flatMap((item) =>
    item.kind === 'step'
      ? [
          `${item.position}: ${effectSentence(item.effect, face)}, ${item.verdict}`,
          ...item.reasons.map((reason) => reasonSentence(reason)),
        ]
      : [],
  )
  const why = [...reasons, ...(stop?.reasons ?? [])].map((reason) => reasonSentence(reason))
  if (stop !== null) steps.push(`It would go no further than ${stop.position}: ${stop.code}`)
  return [
    ...steps,
    ...why,
    `Fingerprint ${forecast.fingerprint}`,
    ...factLines(forecast.facts, face),
  ]
}

function load({ demand, limit, severity }: ShownForecast['rows'][number]['now'], unit: string) {
  const [of, most] = [demand, limit].map((one) => (one === null ? 'unknown' : number(one)))
  return `${of} of ${most} ${unit}, ${severity}`
}

function factLines(facts: readonly RecordedFact[], face: Face): readonly string[] {
  return facts.map((fact) =>
    fact.kind === 'observed'
      ? `Read: ${fact.name} = ${json(fact.value)}, ${fact.source}, ${face.time(fact.observedAt)}`
      : `Not read: ${fact.name}, ${fact.source}: ${fact.why}`,
  )
}

function evidenceLine(evidence: Evidence, face: Face): string {
  const { fact, predicted, observed, outcome, source, observedAt } = evidence
  const when = observedAt === null ? '' : `, ${face.time(observedAt)}`
  return `${fact}: ${outcome}; predicted ${json(predicted)}, observed ${json(observed)} (${source}${when})`
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing'
}
