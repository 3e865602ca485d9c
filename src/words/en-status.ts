/** The answer to "what is the binding limit, right now?", in the order of words.md: answer, sum, what to do, doubts. */
import type { Assessment, Binding, Finding, Term } from '../capacity/finding.ts'
import type { PlannedStep } from '../define/plan-steps.ts'
import type { Plan } from '../define/planner.ts'
import type { Status } from '../gate/status.ts'
import type { Advice, FirstStep } from '../runs/advice.ts'
import type { Face, StatusFace } from './en.ts'
import { silenceText } from './en-drift.ts'
import { effectSentence } from './en-effects.ts'
import { backlogLine, eventLines } from './en-events.ts'
import { buysSentence } from './en-plan.ts'
import { lawName, quantityText, reasonSentence, ruleText } from './en-reasons.ts'
import { duration, list, nameOf, number } from './numbers.ts'

/** Each as a face may show it at once. */
export type StatusWords = {
  /** Who carries how many, and what gives out first. */
  readonly answer: string
  /** The sum behind the binding law. */
  readonly sum: string | null
  /** The plan's first step and what it buys; or how to come to know. */
  readonly next: string | null
  /** What the document announces, and what waits in the queue. */
  readonly ahead: readonly string[]
  /** What the answer supposes. */
  readonly supposes: string | null
  readonly rules: string | null
  readonly assumed: string | null
  readonly drift: readonly string[]
  /** A line for each source that did not say all it was asked. */
  readonly unseen: readonly string[]
  readonly seen: string
}

export function statusWords(status: Status, advice: Advice, face: StatusFace): StatusWords {
  const { system, assessment, view, now } = status
  const { findings, binding } = assessment
  const bound = boundOf(assessment)
  const said = (text: string | null) => (text === null ? null : face.text(text))
  const { region } = view.system
  const { preparation } = advice
  const [asked] = binding
  const source =
    asked === undefined ? '' : ` Each number with its source: ${explained(asked, face)}.`
  return {
    answer: face.text(answer(system, assessment)),
    sum: said(bound === undefined ? null : sumOf(bound)),
    next: nextSentence(status, advice, face),
    ahead: [
      ...eventLines(status.events, { now, region, preparation, face }),
      ...status.backlogs.map((backlog) => backlogLine(backlog, face)),
    ],
    supposes: said(supposes(findings)),
    rules: said(brokenRules(findings)),
    assumed: findings.some((finding) => finding.assumed)
      ? 'Assumed, not measured: the workload (think time, request and database seconds). A load test would settle it.'
      : view.system.workload.source === 'measured'
        ? 'Measured: the workload (think time, request and database seconds). The findings rest on it.'
        : null,
    drift: view.drift.map((one) => face.text(driftSentence(one))),
    unseen: unseenLines(status).map(face.text),
    seen: `${seenText(view.observedAt, now)}${source}`,
  }
}

/** The finding that gives out first. */
export function boundOf({ findings, binding }: Assessment): Finding | undefined {
  const [first] = binding
  return findings.find(({ law, subject }) => law === first?.law && subject === first.subject)
}

function explained({ law, subject }: Binding, face: StatusFace): string {
  return face.explainCommand(law, nameOf(subject))
}

function nextSentence({ assessment, view }: Status, advice: Advice, face: StatusFace) {
  const { plan, first } = advice
  if (plan !== null) return planNext(plan, first, face)
  if (assessment.supportedUsers !== null) return null
  const silent = view.facts.find((fact) => fact.kind === 'unavailable')
  if (silent?.kind !== 'unavailable') return null
  return `Next: let ${face.text(`${silent.source} answer (${silent.why.replace(/\.$/, '')})`)}.`
}

function planNext(plan: Plan, first: FirstStep | null, face: StatusFace): string {
  const command = face.planCommand(plan.users)
  if (plan.kind === 'infeasible' || first === null) {
    const most =
      plan.kind === 'infeasible' && plan.nearestUsers !== null
        ? `; ${number(plan.nearestUsers)} is the most`
        : ''
    return `Next: nothing that I may propose carries ${number(plan.users)} users${most}. ${command} has the proof.`
  }
  const { planned, effect, obstacle } = first
  const stop = obstacle === null ? '' : ` ${face.text(reasonSentence(obstacle))}`
  const brings = [...restarts(planned), buysSentence(planned.buys)].join(', ')
  return `Next: ${effectSentence(effect, face)} (${face.text(brings)}).${stop} ${command} has ${all(plan.steps.length)}, ${priceBeside(plan)}.`
}

function all(steps: number): string {
  return steps === 1 ? 'this one step' : `all ${number(steps)} steps in a safe order`
}

function restarts({ reasons }: PlannedStep): readonly string[] {
  const restart = reasons.find(({ code }) => code === 'disruption')
  return restart?.code === 'disruption'
    ? [`a restart of up to ${number(restart.values.secondsMax)} s`]
    : []
}

function priceBeside({ monthlyUsd, todayUsd }: Plan & { kind: 'feasible' }): string {
  if (monthlyUsd === null || todayUsd === null) return 'at a price that nobody knows'
  const difference = Math.round(monthlyUsd - todayUsd)
  if (difference === 0) return "for what today's settings would cost"
  const more = difference > 0 ? 'more' : 'less'
  return `for ${number(Math.abs(difference))} USD a month ${more} than today's settings would cost`
}

function driftSentence({ fact, declared, observed }: Status['view']['drift'][number]): string {
  return `Drift: ${fact} is ${JSON.stringify(observed)}, the document says ${JSON.stringify(declared)}; the world counts.`
}

/** What one source gives many reasons for is one line with the first of them. */
function unseenLines({ silent }: Status): readonly string[] {
  const sources = Map.groupBy(silent, ({ source }) => source)
  return [...sources].flatMap(([source, all]) => {
    const [first] = all
    if (first === undefined) return []
    const facts = all.flatMap((one) => one.facts)
    return [`Not seen: ${silenceText({ source, why: first.why, facts })}`]
  })
}

/** The age of what was observed. */
export function seenText(observedAt: number | null, now: number): string {
  return observedAt === null
    ? 'Nobody looked: these are the numbers of the document.'
    : `Seen ${duration(now - observedAt)} ago.`
}

function answer(system: string, { supportedUsers, users, binding, findings }: Assessment): string {
  const unknown = findings.find(({ severity }) => severity === 'unknown')
  const first = list([...new Set(binding.map(({ law }) => lawName(law)))])
  if (supportedUsers === null && unknown !== undefined)
    return `${system}: nobody knows how many users it carries. ${unknown.missing ?? 'A fact'} is missing.`
  if (supportedUsers === null)
    return `${system} carries its ${number(users)} users; no limit is found.`
  return supportedUsers >= users
    ? `${system} carries its ${number(users)} users, and ${number(supportedUsers)} at most. ${first} would give out first.`
    : `${system} carries ${number(supportedUsers)} of ${number(users)} users. ${first} give out first.`
}

/**
 * `At full scale 1,890 of 390 connections in tuki-db-prod: 1,800 backend (...) + ...; the limit is
 * 400 ... - 3 ...`; null for a rule without numbers and where a number is unknown.
 */
export function sumOf(finding: Finding): string | null {
  const quantity = quantityText(finding)
  if (quantity === null || finding.severity === 'unknown') return null
  const terms = finding.derivation()
  const end = terms.findIndex(({ term }) => term === 'demand')
  const [demand, limit] = [terms[end], terms.find(({ term }) => term === 'limit')]
  const isSetting = demand?.formula === asConfigured
  const how =
    demand === undefined || isSetting ? '' : `: ${wordedDemand(demand, terms.slice(0, end))}`
  const bound =
    limit === undefined ? '' : `; the limit is ${wordedLimit(limit, terms.slice(end + 1))}`
  const when = isSetting ? 'As configured' : 'At full scale'
  return `${when} ${quantity} in ${nameOf(finding.subject)}${how}${bound}.`
}

/** How a term that is a setting of the document is explained. */
const asConfigured = 'as configured'

/** A limit that no sum makes stands before what it is: `65,000 (maxClients)`. */
function wordedLimit(limit: Term, terms: readonly Term[]): string {
  const { text } = worded(limit, terms)
  const isSum = / [-+x/] /.test(limit.formula)
  return isSum || typeof limit.value !== 'number' ? text : `${number(limit.value)} (${text})`
}

/** What the formula's numbers do not show is said after it. */
function wordedDemand(demand: Term, terms: readonly Term[]): string {
  const { text, unnamed } = worded(demand, terms, ({ formula }) => ` (${grouped(formula)})`)
  const others = unnamed
    .filter(({ value }) => !demand.formula.includes(String(value)))
    .map(({ term, value, formula }) => `${term} ${number(Number(value))} (${grouped(formula)})`)
  return others.length === 0 ? text : `${text}, with ${list(others)}`
}

/** A formula whose numbers carry their names: `400 max_connections - 3 reserved - 7 systemSessions`. */
function worded(
  { formula }: Term,
  terms: readonly Term[],
  detail: (term: Term) => string = () => '',
): { readonly text: string; readonly unnamed: readonly Term[] } {
  const unnamed = terms.filter(({ value }) => typeof value === 'number' && value !== 0)
  // A number that a word follows has its name already; seconds are in their term's name.
  const text = formula
    .replace(/ \+ 0(?![\d.])/g, '')
    .replace(/(?<![\w.-])\d+(?:\.\d+)?( s)?(?![\w.-]| [a-wyzA-Z])/g, (digits) => {
      const value = Number.parseFloat(digits)
      const index = unnamed.findIndex((term) => isNear(Number(term.value), value))
      const [term] = index < 0 ? [] : unnamed.splice(index, 1)
      if (term === undefined) return digits
      return `${number(value)} ${term.term}${detail(term)}`
    })
  return { text: grouped(text), unnamed }
}

/** Formulas write their numbers with up to six digits after the point. */
function isNear(left: number, right: number): boolean {
  return Math.abs(left - right) <= 1e-6 * Math.max(1, Math.abs(left))
}

/** `10000 users` -> `10,000 users`; a name such as db-custom-8-30720 stays. */
function grouped(formula: string): string {
  return formula.replace(/(?<![\w.-])\d{4,}(?![\w.-])/g, (digits) => number(Number(digits)))
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
  const each = broken.map((finding) => `${nameOf(finding.subject)}: ${ruleText(finding)}`)
  return `${broken.length === 1 ? '1 rule' : `${broken.length} rules`} broken. ${each.join('; ')}.`
}

/** The findings of one law: of all its subjects, or of the one that is named, with or without its kind. */
export function findingsOf(
  all: readonly Finding[],
  laws: readonly string[],
  { law, subject }: { readonly law: string; readonly subject: string | undefined },
  face: Face,
): { readonly kind: 'found'; readonly findings: readonly Finding[] } | NoFinding | Silent {
  if (!laws.includes(law)) return none(`No law ${face.literal(law)}. The laws: ${laws.join(', ')}.`)
  const ofLaw = all.filter((finding) => finding.law === law)
  const findings = ofLaw.filter(
    (finding) =>
      subject === undefined || finding.subject === subject || nameOf(finding.subject) === subject,
  )
  if (findings.length > 0) return { kind: 'found', findings }
  if (ofLaw.length === 0)
    return {
      kind: 'silent',
      sentence: `${face.literal(law)} has nothing to say of this System as it is.`,
    }
  const subjects = ofLaw.map((finding) => nameOf(finding.subject))
  return none(
    `${face.literal(law)} does not concern ${face.literal(subject ?? '')}, but ${list(subjects)}.`,
  )
}

type NoFinding = { readonly kind: 'none'; readonly sentence: string }
/** There is such a law, and nothing here that it concerns. */
type Silent = { readonly kind: 'silent'; readonly sentence: string }

function none(sentence: string): NoFinding {
  return { kind: 'none', sentence }
}
