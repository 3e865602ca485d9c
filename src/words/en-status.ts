/** The answer to "what is the binding limit, right now?", in the order of words.md: answer, sum, what to do, doubts. */
import type { Assessment, Finding, Term } from '../capacity/finding.ts'
import { lawBroken, lawName, quantityText } from './en-reasons.ts'
import { duration, list, nameOf, number } from './numbers.ts'

export type StatusWords = {
  /** Who carries how many, and what gives out first. */
  readonly answer: string
  /** The sum behind the binding law. */
  readonly sum: string | null
  /** What the answer supposes. */
  readonly supposes: string | null
  readonly rules: string | null
  readonly assumed: string | null
  readonly seen: string
}

export function statusWords(
  system: string,
  assessment: Assessment,
  observedAt: number | null,
  now: number,
): StatusWords {
  const { findings, binding } = assessment
  const [first] = binding
  const bound = findings.find(({ law, subject }) => law === first?.law && subject === first.subject)
  return {
    answer: answer(system, assessment),
    sum: bound === undefined ? null : sumOf(bound),
    supposes: supposes(findings),
    rules: brokenRules(findings),
    assumed: findings.some((finding) => finding.assumed)
      ? 'Assumed, not measured: the workload (think time, request and database seconds). A load test would settle it.'
      : null,
    seen:
      observedAt === null
        ? 'Nobody looked: these are the numbers of the document.'
        : `Seen ${duration(now - observedAt)} ago.`,
  }
}

function answer(system: string, { supportedUsers, users, binding, findings }: Assessment): string {
  const unknown = findings.find(({ severity }) => severity === 'unknown')
  const first = list([...new Set(binding.map(({ law }) => lawName(law)))])
  if (supportedUsers === null && unknown !== undefined)
    return `${system}: nobody knows how many users it carries. ${unknown.missing ?? 'A fact'} is missing.`
  if (supportedUsers === null)
    return `${system} carries its ${number(users)} users; no limit is found.`
  const ends = supportedUsers >= users ? 'would give out first' : 'give out first'
  return `${system} carries ${number(supportedUsers)} of ${number(users)} users. ${first} ${ends}.`
}

/** `1,890 of 390 connections: 1,800 backend (200 instances x 9 connections) + 80 ... ; the limit is 400 - 3 - 7.` */
export function sumOf(finding: Finding): string {
  const terms = finding.derivation()
  const end = terms.findIndex(({ term }) => term === 'demand')
  const parts = terms.slice(0, end).filter(({ value }) => value !== 0)
  const limit = terms.find(({ term }) => term === 'limit')
  const quantity = quantityText(finding) ?? lawBroken(finding.law)
  const how = parts.length === 0 ? '' : `: ${parts.map(termText).join(' + ')}`
  const bound = limit === undefined ? '' : `; the limit is ${limit.formula}`
  return `At full scale ${quantity} in ${nameOf(finding.subject)}${how}${bound}.`
}

function termText({ term, value, formula }: Term): string {
  const shown = typeof value === 'number' ? number(value) : value
  return `${shown} ${term} (${formula})`
}

function supposes(findings: readonly Finding[]): string | null {
  const scaling = findings.find(
    ({ law, severity }) => law === 'celery-scaling' && severity !== 'ok',
  )
  return scaling === undefined
    ? null
    : `This supposes that somebody starts the workers of ${nameOf(scaling.subject)} in time: nothing scales them on their queue.`
}

function brokenRules(findings: readonly Finding[]): string | null {
  const broken = findings.filter(({ kind, severity }) => kind === 'rule' && severity === 'broken')
  if (broken.length === 0) return null
  const each = broken.map((finding) => {
    const quantity = quantityText(finding)
    return `${nameOf(finding.subject)}: ${lawBroken(finding.law)}${quantity === null ? '' : ` (${quantity})`}`
  })
  return `${broken.length === 1 ? '1 rule' : `${broken.length} rules`} broken. ${each.join('; ')}.`
}
