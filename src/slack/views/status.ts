/** `/capacity status`: the answer, the sum, the table. Pure. */
import type { Assessment, Finding } from '../../capacity/finding.ts'
import type { Status } from '../../gate/status.ts'
import { lawName } from '../../words/en-reasons.ts'
import { statusWords } from '../../words/en-status.ts'
import { nameOf, number } from '../../words/numbers.ts'
import { context, escaped, type Message, plain, section, table } from './blocks.ts'

/** On a phone nobody reads more. */
const rowsAtMost = 6
/** One number among many that are never the limit: shown when it is. */
const shownWhenBroken = ['db-built-in-connections', 'web-memory', 'celery-memory', 'response-time']

export function statusMessage(status: Status, note: string | null): Message {
  const { assessment, view, system, now } = status
  const words = statusWords(system, assessment, view.observedAt, now)
  const quantities = assessment.findings.filter(
    ({ kind, law, severity }) =>
      kind === 'quantity' && (severity !== 'ok' || !shownWhenBroken.includes(law)),
  )
  const rows = quantities.slice(0, rowsAtMost).map(row)
  const lead = [words.sum, nextOf(words.asked, assessment), words.supposes].filter(
    (line) => line !== null,
  )
  const small = [words.rules, words.assumed, driftLine(status), words.seen, note]
  return {
    text: plain([words.answer, ...lead].map(escaped).join(' ')),
    blocks: [
      section([`*${escaped(words.answer)}*`, ...lead.map(escaped)].join('\n')),
      table(['law', 'demand', 'limit', 'state'], rows),
      ...small.filter((line) => line !== null).map((line) => context(escaped(line))),
    ],
    metadata: { event_type: 'capacity_status', event_payload: gauge(status, words.sum) },
  }
}

/** What to do next, where it does not carry what it must. */
function nextOf(
  asked: ReturnType<typeof statusWords>['asked'],
  { supportedUsers, users }: Assessment,
): string | null {
  if (asked === null || supportedUsers === null || supportedUsers >= users) return null
  const explain = `/capacity explain ${asked.law} ${nameOf(asked.subject)}`
  return `Next: \`/capacity plan ${users}\` shows settings that carry them; \`${explain}\` shows this sum.`
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

function driftLine({ view }: Status): string | null {
  if (view.drift.length === 0) return null
  const each = view.drift.map(
    ({ fact, declared, observed }) =>
      `${fact} is ${JSON.stringify(observed)}, the document says ${JSON.stringify(declared)}`,
  )
  return `Drift: ${each.join('; ')}. The world counts.`
}

/** For whoever draws the message as a gauge. */
function gauge({ assessment }: Status, sum: string | null) {
  const [first] = assessment.binding
  const bound = assessment.findings.find(
    ({ law, subject }) => law === first?.law && subject === first.subject,
  )
  const { supportedUsers, users } = assessment
  return {
    users,
    ...(supportedUsers === null ? {} : { supportedUsers }),
    ...(bound === undefined ? {} : { law: bound.law }),
    ...(bound?.demand == null ? {} : { demand: bound.demand }),
    ...(bound?.limit == null ? {} : { limit: bound.limit }),
    sentence: sum ?? '',
  }
}
