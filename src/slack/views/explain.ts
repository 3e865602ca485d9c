/** `/capacity explain`: one limit with its whole sum, or one law over all that it concerns. Pure. */
import type { Finding } from '../../capacity/finding.ts'
import type { Status } from '../../gate/status.ts'
import { explanationOf } from '../../words/en-explain.ts'
import { findingText, lawName } from '../../words/en-reasons.ts'
import { seenText, sumOf } from '../../words/en-status.ts'
import { nameOf, number } from '../../words/numbers.ts'
import { context, escaped, type Message, plain, section, table } from './blocks.ts'

/** More would not fit a message; the sum of one subject is asked for by its name. */
const findingsAtMost = 5

export function explainMessage(
  findings: readonly Finding[],
  { view, now }: Pick<Status, 'view' | 'now'>,
  note: string | null,
): Message {
  const shown = findings.slice(0, findingsAtMost)
  const [only] = findings
  const alone = findings.length === 1 && only !== undefined
  const answers = shown.map(answerOf)
  const more =
    findings.length > shown.length
      ? `${findings.length - shown.length} more: name one to see it, such as ${nameOf(findings.at(-1)?.subject ?? '')}.`
      : null
  const explanation = only === undefined ? null : explanationOf(only.law)
  const small = [
    explanation === null ? null : `What would change it: ${explanation.changes}`,
    explanation?.mistake == null ? null : `Often got wrong: ${explanation.mistake}`,
    findings.some(({ assumed }) => assumed) ? 'It rests on a workload that nobody measured.' : null,
    seenText(view.observedAt, now),
    more,
    note,
  ]
  return {
    text: plain(answers.join(' ')),
    blocks: [
      ...answers.map((answer) => section(answer)),
      ...(alone ? [derivationTable(only)] : []),
      ...small.filter((line) => line !== null).map((line) => context(escaped(line))),
    ],
  }
}

function answerOf(finding: Finding): string {
  const { law, subject, kind, severity } = finding
  const what = findingText(finding).replace(`${lawName(law)}: `, '')
  const first = `*${escaped(`${lawName(law)}, ${nameOf(subject)}: ${what}; ${severity}.`)}*`
  return kind === 'quantity' && severity !== 'unknown'
    ? `${first}\n${escaped(sumOf(finding))}`
    : first
}

function derivationTable(finding: Finding) {
  const rows = finding
    .derivation()
    .map(({ term, value, formula, source }) => [
      term,
      typeof value === 'number' ? number(value) : value,
      formula,
      source,
    ])
  return table(['term', 'value', 'from', 'source'], rows)
}
