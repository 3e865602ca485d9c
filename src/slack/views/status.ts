/** `/capacity status`: the answer, the sum, the table. Pure. */
import type { Finding } from '../../capacity/finding.ts'
import type { Status } from '../../gate/status.ts'
import type { Advice } from '../../runs/advice.ts'
import type { TrackRecord } from '../../runs/track-record.ts'
import type { StatusFace } from '../../words/en.ts'
import { lawName } from '../../words/en-reasons.ts'
import { boundOf, statusWords, sumOf } from '../../words/en-status.ts'
import { trackRecordLine } from '../../words/en-track-record.ts'
import { nameOf, number } from '../../words/numbers.ts'
import { context, escaped, type Message, plain, section, slackFace, table } from './blocks.ts'

/** On a phone nobody reads more. */
const rowsAtMost = 6
/** One number among many that are never the limit: shown when it is. */
const shownWhenBroken = ['db-built-in-connections', 'web-memory', 'celery-memory', 'response-time']

export function statusMessage(
  status: Status,
  advice: Advice,
  { record, note }: { readonly record: TrackRecord; readonly note: string | null },
): Message {
  const { assessment } = status
  const words = statusWords(status, advice, face)
  const quantities = assessment.findings.filter(
    ({ kind, law, severity }) =>
      kind === 'quantity' && (severity !== 'ok' || !shownWhenBroken.includes(law)),
  )
  const rows = quantities.slice(0, rowsAtMost).map(row)
  const lead = [words.sum, words.next, words.supposes].filter((line) => line !== null)
  const model = trackRecordLine(record)
  const small = [
    ...[words.rules, words.assumed, model, ...words.drift],
    ...[...words.unseen, words.seen, note],
  ]
  return {
    text: plain([words.answer, ...lead, ...words.ahead].join(' ')),
    blocks: [
      section([`*${words.answer}*`, ...lead].join('\n')),
      ...words.ahead.map(section),
      table(['law', 'demand', 'limit', 'state'], rows),
      ...small.filter((line) => line !== null).map(context),
    ],
    metadata: { event_type: 'capacity_status', event_payload: gauge(status) },
  }
}

const face: StatusFace = {
  ...slackFace,
  text: escaped,
  planCommand: (users) => slackFace.literal(`/capacity plan ${users}`),
  explainCommand: (law, subject) => slackFace.literal(`/capacity explain ${law} ${subject}`),
}

function row(finding: Finding): readonly string[] {
  const { law, subject, demand, limit, severity } = finding
  return [
    `${lawName(law)}, ${nameOf(subject)}`,
    demand == null ? 'unknown' : number(demand),
    limit == null ? 'unknown' : `${number(limit)} ${finding.unit ?? ''}`,
    severity,
  ]
}

/** For whoever draws the message as a gauge. */
function gauge({ assessment }: Status) {
  const bound = boundOf(assessment)
  const { supportedUsers, users } = assessment
  return {
    users,
    ...(supportedUsers === null ? {} : { supportedUsers }),
    ...(bound === undefined ? {} : { law: bound.law }),
    ...(bound?.demand == null ? {} : { demand: bound.demand }),
    ...(bound?.limit == null ? {} : { limit: bound.limit }),
    sentence: bound === undefined ? '' : (sumOf(bound) ?? ''),
  }
}
