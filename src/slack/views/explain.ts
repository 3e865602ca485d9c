/** `/capacity explain`: one limit with its whole sum, or one law over all that it concerns. Pure. */
import type { Finding } from '../../capacity/finding.ts'
import type { Lever } from '../../define/levers.ts'
import type { Status } from '../../gate/status.ts'
import {
  assumedSentence,
  explanationOf,
  leverSentence,
  sourceText,
} from '../../words/en-explain.ts'
import { stepLine } from '../../words/en-plan.ts'
import { findingText, lawName } from '../../words/en-reasons.ts'
import { seenText, sumOf } from '../../words/en-status.ts'
import { nameOf, number } from '../../words/numbers.ts'
import type { Fact } from '../../world/world.ts'
import {
  context,
  escaped,
  slackFace as face,
  type Message,
  plain,
  section,
  table,
} from './blocks.ts'

/** More would not fit a message; the sum of one subject is asked for by its name. */
const findingsAtMost = 5

const leversAtMost = 6

/** `levers`: of one finding alone. */
export type Explained = {
  readonly findings: readonly Finding[]
  readonly levers: readonly Lever[]
}

export function explainMessage(
  { findings, levers }: Explained,
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
    explanation === null ? null : `In general: ${explanation.changes}`,
    explanation === null ? null : `Often got wrong: ${explanation.mistake}`,
    only === undefined ? null : assumedSentence(only),
    seenText(view.observedAt, now),
    more,
    note,
  ]
  return {
    text: plain(answers.join(' ')),
    blocks: [
      ...answers.map((answer) => section(answer)),
      ...(alone ? [derivationTable(only, view.facts, now), ...leverSections(only, levers)] : []),
      ...small.filter((line) => line !== null).map((line) => context(escaped(line))),
    ],
  }
}

function answerOf(finding: Finding): string {
  const { law, subject, severity } = finding
  const what = findingText(finding).replace(`${lawName(law)}: `, '')
  const first = `*${escaped(`${lawName(law)}, ${nameOf(subject)}: ${what}; ${severity}.`)}*`
  const sum = sumOf(finding)
  return sum === null ? first : `${first}\n${escaped(sum)}`
}

/** Each as the line to type, so that it can be asked for at once. */
function leverSections(finding: Finding, levers: readonly Lever[]) {
  const lines = levers
    .slice(0, leversAtMost)
    .map(
      (lever) =>
        `*${lever.verdict}* ${face.literal(stepLine(lever))}\n      ${escaped(leverSentence(lever, finding))}`,
    )
  return lines.length === 0
    ? []
    : [section(['What would change it, by how much:', ...lines].join('\n'))]
}

function derivationTable(finding: Finding, facts: readonly Fact[], now: number) {
  const rows = finding
    .derivation()
    .map((term) => [
      term.term,
      typeof term.value === 'number' ? number(term.value) : term.value,
      term.formula,
      sourceText(term, facts, now),
    ])
  return table(['term', 'value', 'from', 'source'], rows)
}
