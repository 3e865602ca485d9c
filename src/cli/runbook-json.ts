/** Runbooks and rehearsed runs as JSON: docs/write-a-runbook.md names the fields. */
import { basename } from 'node:path'
import type { BoundRunbook, Runbook } from '../define/define-runbook.ts'
import { headroomByPhase } from '../define/headroom-by-phase.ts'
import type { LibraryEntry, LoadProblem } from '../define/library.ts'
import type { LintFinding } from '../define/lint-runbook.ts'
import { storedItems } from '../define/plan-item.ts'
import type { RehearsedItem, RehearsedRun, RehearsedStep, Stop } from '../define/rehearsed-run.ts'
import type { Tested } from '../define/test-runbook.ts'
import { unableSentence } from '../words/en.ts'
import { effectSentence } from '../words/en-effects.ts'
import {
  lintSentence,
  loadProblemSentence,
  missSentence,
  runbookProblemSentence,
  stopSentence,
} from '../words/en-runbooks.ts'
import { reasonsJson } from './json.ts'
import { terminalFace } from './text.ts'

export function listJson(list: readonly LibraryEntry[]) {
  return list.map(({ runbook: { name, title, form, fields }, digest }) => ({
    name,
    title,
    form,
    parameters: fields.map((field) => field.name),
    digest,
  }))
}

export function showJson({ runbook, digest }: LibraryEntry, bound: BoundRunbook | null) {
  const { name, title, why, form, fields, defaults, cannotUndo } = runbook
  return {
    name,
    title,
    why,
    form,
    parameters: fields.map((field) => ({ ...field, default: defaults[field.name] ?? null })),
    cannotUndo,
    digest,
    items: bound === null ? null : storedItems(bound.items),
    boxes: bound === null ? null : bound.boxes,
  }
}

export function rehearsedJson(entry: LibraryEntry, bound: BoundRunbook, run: RehearsedRun) {
  const { start, end, longestOutage, stop } = run
  return {
    runbook: entry.runbook.name,
    digest: entry.digest,
    parameters: bound.parameters,
    verdict: run.verdict,
    stop: stop === null ? null : stopJson(stop),
    unreached: run.unreached,
    supportedUsers: {
      before: start.assessment.supportedUsers,
      after: end.assessment.supportedUsers,
      lowest: run.lowestUsers,
    },
    monthlyUsd: { before: start.monthlyUsd, after: end.monthlyUsd },
    minutes: run.minutes,
    longestOutage,
    planAsks: run.planAsks,
    items: run.items.map(itemJson),
    headroom: headroomByPhase(run),
  }
}

function stopJson(stop: Stop) {
  const { position, code } = stop
  const judgement = stop.code === 'blocked' ? stop.judgement : null
  const refusal = 'refusal' in stop ? stop.refusal : null
  const [step, input, subject] =
    'step' in stop ? [stop.step.name, stop.step.input, stop.step.target] : [null, null, stop.fact]
  const reasons = reasonsJson(judgement?.reasons ?? [], refusal, subject)
  return { position, code, step, input, text: stopSentence(stop, terminalFace), reasons }
}

function itemJson(item: RehearsedItem) {
  switch (item.kind) {
    case 'step':
      return stepJson(item)
    case 'wait':
      return { ...item.item, position: item.position, startsAt: item.startsAt }
    case 'only-if':
      return { ...item.item, position: item.position, isMet: item.isMet }
  }
}

function stepJson(item: RehearsedStep) {
  const { kind, position, step, why, verdict, reasons, effect, judgement, unable } = item
  return {
    kind,
    position,
    step: step.name,
    input: step.input,
    why,
    effect: effectSentence(effect, terminalFace),
    verdict,
    reasons: reasonsJson(reasons, null, step.target),
    phases: judgement.phases.map(({ name, assessment, disruption }) => ({
      name,
      supportedUsers: assessment?.supportedUsers ?? null,
      broken: (assessment?.findings ?? [])
        .filter(({ severity }) => severity === 'broken')
        .map(({ law, subject }) => ({ law, subject })),
      disruption,
    })),
    supportedUsers: item.supportedUsers,
    monthlyUsd: item.monthlyUsd,
    startsAt: item.startsAt,
    asks: item.asks,
    unable: unable === null ? null : unableSentence(unable, terminalFace),
    ifItFails: item.ifItFails,
    undo: item.undo,
  }
}

type Linted = {
  readonly runbook: string
  readonly findings: readonly {
    readonly code: string
    readonly position: number | null
    readonly step: string | null
    readonly text: string
  }[]
}

export function lintJson(
  { name }: Pick<Runbook, 'name'>,
  findings: readonly LintFinding[],
): Linted {
  return {
    runbook: name,
    findings: findings.map((finding) => ({
      code: finding.code,
      position: 'position' in finding ? finding.position : null,
      step: 'step' in finding ? finding.step : null,
      text: lintSentence(finding, terminalFace),
    })),
  }
}

/** What lint says of a file that cannot be loaded. */
export function unloadedJson(problem: LoadProblem): Linted {
  const text = loadProblemSentence(problem)
  const finding = { code: problem.code, position: null, step: null, text }
  return { runbook: basename(problem.file, '.ts'), findings: [finding] }
}

export function testedJson({ name }: Pick<Runbook, 'name'>, { claim, misses, problem }: Tested) {
  const text =
    problem === null
      ? misses.map(missSentence).join(' ')
      : runbookProblemSentence(problem, terminalFace)
  return {
    runbook: name,
    claim,
    passed: problem === null && misses.length === 0,
    misses,
    text: text === '' ? null : text,
  }
}
