/** Runbooks in English: what is wrong with one, what a rehearsal found, what lint and tests say. words.md. */
import type { BoundBox, Runbook, RunbookProblem } from '../define/define-runbook.ts'
import type { LoadProblem } from '../define/library.ts'
import type { LintFinding } from '../define/lint-runbook.ts'
import type { Condition, OnlyIfItem, WaitItem } from '../define/plan-item.ts'
import type { Halt, RehearsedRun, Stop } from '../define/rehearsed-run.ts'
import type { Miss } from '../define/test-runbook.ts'
import { printable } from '../printable.ts'
import { type Face, inputSentence, unknownStepSentence } from './en.ts'
import { stepLine } from './en-plan.ts'
import { lawName, reasonSentence, refusalSentence } from './en-reasons.ts'
import { count, duration, list, nameOf, number } from './numbers.ts'

export function unknownRunbookSentence(name: string, nearest: string | null, face: Face): string {
  const hint = nearest === null ? '' : ` Did you mean ${face.literal(nearest)}?`
  return `No runbook ${face.literal(name)}.${hint} ${face.literal('runbook list')} names them all.`
}

/** What the file says stands in it, cut. */
export function loadProblemSentence(problem: LoadProblem): string {
  return printable(loadProblemWords(problem), 1_000)
}

function loadProblemWords(problem: LoadProblem): string {
  const { file } = problem
  switch (problem.code) {
    case 'no-folder':
      return `No folder of runbooks at ${file}; name one with PLIMSOLL_RUNBOOKS.`
    case 'too-many-files':
      return `${file} holds more than ${problem.most} files: is PLIMSOLL_RUNBOOKS the right folder?`
    case 'bad-name':
      return `${file}: a runbook's file is named in lower-case letters, digits and hyphens, such as celery-backlog.ts.`
    case 'too-long':
      return `${file} has more than ${number(problem.most)} characters: split it into runbooks that call each other.`
    case 'too-deep':
      return `${file}${problem.line === null ? '' : `:${problem.line}`} is nested too deep to be read: write it flatter.`
    case 'does-not-parse':
      return `${file}:${problem.line} is no TypeScript: ${problem.message}.`
    case 'imports':
      return `${file}:${problem.line} imports ${problem.imported}; a runbook may import src/define, src/steps, src/capacity, zod and its neighbours.`
    case 'reaches-out':
      return `${file}:${problem.line} uses ${problem.what}; a runbook is data: no clock, no chance, no environment, no network. Ask for a parameter instead.`
    case 'does-not-load':
      return `${file} cannot be loaded: ${problem.message}`
    case 'no-runbook':
      return `${file} has no runbook as its default export: write export default defineRunbook({ ... }).`
    case 'name-differs':
      return `${file} calls itself ${problem.name}: its name must be its file's.`
  }
}

export function runbookProblemSentence(problem: RunbookProblem, face: Face): string {
  switch (problem.kind) {
    case 'input-problem':
      return inputSentence(problem, face)
    case 'broken-runbook':
      return `${face.literal(problem.name)} cannot write its steps: ${problem.message}`
    case 'plan-problem':
      return planProblemSentence(problem, face)
  }
}

function planProblemSentence(
  problem: RunbookProblem & { kind: 'plan-problem' },
  face: Face,
): string {
  switch (problem.code) {
    case 'no-items':
      return 'It has no steps: give at least one.'
    case 'too-many-items':
      return `It has ${count(problem.count, 'item')}, and nobody reads more than ${problem.most} before saying yes: split it.`
    case 'malformed':
      return `Item ${problem.position}: ${problem.message}.`
    case 'skips-too-far':
      return `Item ${problem.position}: its condition reaches beyond what it stands in.`
    case 'step': {
      const { problem: why } = problem
      const said =
        why.kind === 'unknown-step'
          ? unknownStepSentence(why.name, why.nearest, face)
          : inputSentence(why, face)
      return `Item ${problem.position}, ${problem.step}: ${said}`
    }
  }
}

export function conditionText(condition: Condition): string {
  if ('law' in condition) {
    const subject = nameOf(condition.subject)
    return `${lawName(condition.law)} (${subject}) is ${condition.is === 'ok' ? 'ok' : 'not ok'}`
  }
  const { fact, is } = condition
  switch (is) {
    case 'set':
    case 'unset':
      return `${fact} is ${is === 'set' ? 'set' : 'not set'}`
    case 'equal':
    case 'different':
      return `${fact} is ${is === 'equal' ? '' : 'not '}${valueText(condition.to)}`
    case 'below':
    case 'at-least':
      return `${fact} is ${is === 'below' ? 'below' : 'at least'} ${number(condition.to)}`
  }
}

export function valueText(value: unknown): string {
  return typeof value === 'number'
    ? number(value)
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)
}

export function onlyIfText({ when, conditions, skips }: OnlyIfItem): string {
  const all = list(conditions.map(conditionText))
  return `${when === 'all-hold' ? 'only if' : 'unless'} ${all}: the next ${count(skips, 'item')}`
}

export function waitText({ until, calmMinutes, atMostMinutes }: WaitItem): string {
  const held = calmMinutes === 0 ? '' : ` for ${count(calmMinutes, 'minute')}`
  return `wait until ${conditionText(until)}${held}, at most ${count(atMostMinutes, 'minute')}`
}

export function boxText({ title, evidence }: BoundBox): string {
  const seen =
    evidence.length === 0 ? 'a person says so' : `seen when ${list(evidence.map(conditionText))}`
  return `${title}: ${seen}`
}

/** Answer, why, what to do. */
export function rehearsedSentences(
  { name }: Pick<Runbook, 'name'>,
  run: RehearsedRun,
  face: Face,
): readonly string[] {
  const { start, end, stop, longestOutage, lowestUsers } = run
  const users = (value: number | null) => (value === null ? 'no known limit of' : number(value))
  const [before, after] = [start.assessment.supportedUsers, end.assessment.supportedUsers]
  const carried =
    before === after ? `${users(after)} users` : `${users(before)} -> ${users(after)} users`
  const lowest = lowestUsers !== null && lowestUsers < (before ?? Number.POSITIVE_INFINITY)
  const answer =
    stop === null
      ? `${run.verdict}: ${name} reaches its end, ${carried}.`
      : `${run.verdict}: ${name} stops at item ${stop.position}, ${carried}. ${stopSentence(stop, face)}`
  return [
    answer,
    lowest ? `On the way it carries ${users(lowestUsers)} at the least.` : null,
    longestOutage === null
      ? 'Nothing restarts.'
      : `The longest outage: up to ${duration(longestOutage.secondsMax * 1000)}, at item ${longestOutage.position}.`,
    costSentence(start.monthlyUsd, end.monthlyUsd),
    minutesSentence(run),
    askSentence(run),
  ].filter((line) => line !== null)
}

function costSentence(before: number | null, after: number | null): string {
  if (before === null || after === null) return 'What it costs a month nobody knows.'
  const from = before === after ? '' : `${number(Math.round(before))} -> `
  return `Cost: ${from}${number(Math.round(after))} USD a month.`
}

function minutesSentence({ minutes, unreached }: RehearsedRun): string {
  const { usual, most } = minutes
  const length = usual === most ? count(usual, 'minute') : `${usual} to ${count(most, 'minute')}`
  const left = unreached === 0 ? '' : ` ${count(unreached, 'item')} behind it are not reached.`
  return `It takes about ${length}, besides what people take.${left}`
}

function askSentence({ planAsks, items }: RehearsedRun): string {
  const steps = items.filter((item) => item.kind === 'step')
  const asked = steps.filter(({ asks }) => asks > 0).map(({ position }) => String(position))
  const people = steps
    .filter(({ step }) => step.name === 'confirm')
    .map(({ position }) => String(position))
  const parts = [
    planAsks > 0 ? `${count(planAsks, 'yes', 'yeses')} for the plan` : null,
    asked.length > 0 ? `a yes again at ${list(asked)}` : null,
    people.length > 0 ? `a person's word at ${list(people)}` : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? 'It waits for nobody.' : `It waits for people: ${parts.join('; ')}.`
}

export function stopSentence(stop: Stop, face: Face): string {
  switch (stop.code) {
    case 'blocked': {
      const line = face.literal(stepLine({ step: stop.step.name, input: stop.step.input }))
      const [why] = stop.judgement.reasons
      return `${line} is blocked${why === undefined ? '.' : `: ${reasonSentence(why)}`}`
    }
    case 'missing':
    case 'refused':
      return refusalSentence(stop.refusal)
    case 'fact-unknown':
      return `Nobody knows ${stop.fact}, on which what follows depends: let it be seen, or ask again.`
    case 'no-such-fact':
      return `The System document has no ${stop.fact}.`
  }
}

/** `before: carries 3,300`, `restart: nobody is served until it ends`. */
export function haltText({ at, supportedUsers, broken, isSound }: Halt): string {
  if (at === 'restart') return 'in the restart: nobody is served until it ends'
  const where = at === 'before' ? 'before it' : `in the ${at}`
  const carries = supportedUsers === null ? 'no known limit' : `${number(supportedUsers)} users`
  const laws = [...new Set(broken.map(({ law }) => lawName(law)))]
  return isSound ? `${where}: sound, ${carries}` : `${where}: not sound, ${list(laws)} broken now`
}

export function lintSentence(finding: LintFinding, face: Face): string {
  switch (finding.code) {
    case 'missing-words':
      return `${face.literal(finding.field)} says nothing: write when and why, in a sentence.`
    case 'does-not-bind':
      return runbookProblemSentence(finding.problem, face)
    case 'unreachable':
      return `Item ${finding.position}, ${finding.step}, is reached in no world: its condition never holds. Remove it, or give a test whose world reaches it.`
    case 'blocked-everywhere':
      return `Item ${finding.position}, ${finding.step}, is blocked in every world that reaches it: put before it what it needs.`
    case 'undoable':
      return `Item ${finding.position}, ${finding.step}, cannot be undone: say why that is right in ${face.literal('cannotUndo')}.`
    case 'unverified':
      return `Item ${finding.position}, ${finding.step}, is looked at by nobody afterwards: follow it with confirm.`
  }
}

export function missSentence({ expected, wanted, got }: Miss): string {
  const said = (value: string | number | null) =>
    value === null ? 'nothing' : typeof value === 'number' ? number(value) : value
  return `${expected} should be ${said(wanted)}, and the rehearsal gives ${said(got)}.`
}
