/** The same answers for a person at a terminal. */

import type { Finding } from '../capacity/finding.ts'
import type { BoundStep } from '../define/step.ts'
import { unableTo } from '../define/unable.ts'
import type { Examination } from '../gate/gate.ts'
import type { Status } from '../gate/status.ts'
import { type Face, unableSentence } from '../words/en.ts'
import { effectSentence } from '../words/en-effects.ts'
import { explanationOf } from '../words/en-explain.ts'
import { findingText, reasonSentence, refusalSentence } from '../words/en-reasons.ts'
import { statusWords, sumOf } from '../words/en-status.ts'
import { number } from '../words/numbers.ts'

export const terminalFace: Face = {
  person: (user) => user,
  group: (group) => group,
  channel: (channel) => channel,
  time: (at) => new Date(at).toISOString(),
  literal: (text) => `\`${text}\``,
  run: (run) => `run ${run}`,
}

export function statusText(status: Status): string {
  const words = statusWords(status.system, status.assessment, status.view.observedAt, status.now)
  const drift = status.view.drift.map(
    ({ fact, declared, observed }) =>
      `Drift: ${fact} is ${JSON.stringify(observed)}, the document says ${JSON.stringify(declared)}.`,
  )
  const width = Math.max(...status.assessment.findings.map(({ severity }) => severity.length))
  return lines([
    words.answer,
    words.sum,
    words.supposes,
    '',
    ...status.assessment.findings.map(
      (finding) =>
        `${finding.severity.padEnd(width)}  ${findingText(finding)}  (${finding.subject})`,
    ),
    '',
    words.assumed,
    ...drift,
    words.seen,
  ])
}

export function checkText(step: BoundStep, examination: Examination): string {
  const { verdict, reasons, refusal, judgement, view } = examination
  const unable = unableTo(step, view.system)
  const [now, after] = [judgement?.now.supportedUsers, judgement?.after.supportedUsers]
  return lines([
    `${verdict}: ${effectSentence(step.effect(view.system), terminalFace)}`,
    refusal === null ? null : refusalSentence(refusal),
    ...reasons.map((reason) => `- ${reasonSentence(reason)}`),
    now == null || after == null
      ? null
      : `Supported users: ${number(now)} now, ${number(after)} after.`,
    unable === null ? null : unableSentence(unable, terminalFace),
    view.observedAt === null ? 'Nobody looked: judged by the document alone.' : null,
  ])
}

/** One finding with its whole derivation and sources. */
export function explainText(finding: Finding): string {
  const terms = finding.derivation().map(({ term, value, formula, source }) => {
    const shown = typeof value === 'number' ? number(value) : value
    return `  ${term} = ${shown}   ${formula}   [${source}]`
  })
  const explanation = explanationOf(finding.law)
  return lines([
    `${finding.severity}: ${findingText(finding)}  (${finding.subject})`,
    finding.kind === 'quantity' ? sumOf(finding) : null,
    ...terms,
    explanation === null ? null : `What would change it: ${explanation.changes}`,
    explanation?.mistake == null ? null : `Often got wrong: ${explanation.mistake}`,
    finding.assumed ? 'It rests on a workload that nobody measured.' : null,
  ])
}

function lines(all: readonly (string | null)[]): string {
  return all.filter((line) => line !== null).join('\n')
}
