/** The same answers for a person at a terminal. */

import type { Finding } from '../capacity/finding.ts'
import type { Lever } from '../define/levers.ts'
import type { BoundStep } from '../define/step.ts'
import { unableTo } from '../define/unable.ts'
import type { Examination } from '../gate/gate.ts'
import type { Status } from '../gate/status.ts'
import type { Advice } from '../runs/advice.ts'
import { type Face, type StatusFace, unableSentence } from '../words/en.ts'
import { effectSentence } from '../words/en-effects.ts'
import { crowdSentence } from '../words/en-events.ts'
import { assumedSentence, explanationOf, leverSentence, sourceText } from '../words/en-explain.ts'
import { stepLine } from '../words/en-plan.ts'
import { findingText, lawName, reasonSentence, refusalSentence } from '../words/en-reasons.ts'
import { statusWords, sumOf } from '../words/en-status.ts'
import { nameOf, number } from '../words/numbers.ts'

export const terminalFace: Face = {
  person: (user) => user,
  group: (group) => group,
  channel: (channel) => channel,
  time: (at) => new Date(at).toISOString(),
  literal: (text) => `\`${text}\``,
  run: (run) => `run ${run}`,
  stepsCommand: 'plimsoll check --help',
  checkCommand: 'plimsoll check',
}

const statusFace: StatusFace = {
  ...terminalFace,
  time: (at) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  text: (text) => text,
  planCommand: (users) => `\`plimsoll plan --users ${users}\``,
  explainCommand: (law, subject) => `\`plimsoll explain ${law} ${subject}\``,
}

/** What needs nobody is one line: the numbers behind it are in `explain` and in JSON. */
export function statusText(status: Status, advice: Advice): string {
  const words = statusWords(status, advice, statusFace)
  const { findings } = status.assessment
  const troubled = findings.filter(({ severity }) => severity !== 'ok')
  const width = Math.max(...troubled.map(({ severity }) => severity.length))
  const fine = [...new Set(findings.filter(isFine).map(({ law }) => lawName(law)))]
  return lines([
    words.answer,
    words.sum,
    words.next,
    ...words.ahead,
    words.supposes,
    '',
    ...troubled.map(
      (finding) =>
        `${finding.severity.padEnd(width)}  ${findingText(finding)}  (${nameOf(finding.subject)})`,
    ),
    fine.length === 0 ? null : `ok: ${fine.join(', ')}.`,
    '',
    words.assumed,
    ...words.drift,
    ...words.unseen,
    words.seen,
  ])
}

/** An estimate that nobody calibrated is no news, good or bad. */
function isFine({ law, severity, assumed }: Finding): boolean {
  return severity === 'ok' && !(law === 'response-time' && assumed)
}

export function checkText(step: BoundStep, examination: Examination): string {
  const { verdict, reasons, refusal, judgement, view } = examination
  const unable = unableTo(step, view.system)
  const [now, after] = [judgement?.now.supportedUsers, judgement?.after.supportedUsers]
  return lines([
    `${verdict}: ${effectSentence(step.effect(view.system), terminalFace)}`,
    refusal === null ? null : refusalSentence(refusal),
    ...reasons.map((reason) => `- ${reasonSentence(reason)}`),
    crowdSentence(examination.judged.crowd),
    now == null || after == null
      ? null
      : `Supported users: ${number(now)} now, ${number(after)} after.`,
    unable === null ? null : unableSentence(unable, terminalFace),
    view.observedAt === null ? 'Nobody looked: judged by the document alone.' : null,
  ])
}

/** One finding with its whole derivation and sources, and what would change it. */
export function explainText(
  finding: Finding,
  levers: readonly Lever[],
  { view, now }: Status,
): string {
  const terms = finding.derivation().map((term) => {
    const { value, formula } = term
    const shown = typeof value === 'number' ? number(value) : value
    return `  ${term.term} = ${shown}   ${formula}   [${sourceText(term, view.facts, now)}]`
  })
  const explanation = explanationOf(finding.law)
  const steps = levers.flatMap((lever) => [
    `  ${lever.verdict.padEnd(6)}  ${stepLine(lever)}`,
    `          ${leverSentence(lever, finding)}`,
  ])
  return lines([
    `${finding.severity}: ${findingText(finding)}  (${finding.subject})`,
    sumOf(finding),
    ...terms,
    explanation === null ? null : `What would change it: ${explanation.changes}`,
    ...steps,
    explanation === null ? null : `Often got wrong: ${explanation.mistake}`,
    assumedSentence(finding),
  ])
}

/** A law that concerns nothing here: what it is about all the same. */
export function silentText(law: string, sentence: string): string {
  const explanation = explanationOf(law)
  return lines([
    sentence,
    explanation === null ? null : `In general: ${explanation.changes}`,
    explanation === null ? null : `Often got wrong: ${explanation.mistake}`,
  ])
}

function lines(all: readonly (string | null)[]): string {
  return all.filter((line) => line !== null).join('\n')
}
