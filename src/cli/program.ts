/**
 * The command line: the same verbs from a terminal. The result goes to standard output, everything
 * else to standard error.
 */
import { Command, CommanderError } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { laws } from '../capacity/laws/catalogue.ts'
import type { SystemDocument } from '../capacity/system.ts'
import type { Catalogue } from '../define/catalogue.ts'
import { readWords } from '../define/input.ts'
import type { BoundStep } from '../define/step.ts'
import { printableLines } from '../printable.ts'
import { inputSentence, lineFor, missingInputSentence, unknownStepSentence } from '../words/en.ts'
import { refusalSentence } from '../words/en-reasons.ts'
import { findingsOf } from '../words/en-status.ts'
import { addCalibrate } from './calibrate-verb.ts'
import { addDoctor } from './doctor-verb.ts'
import { addDrift } from './drift-verb.ts'
import { addInit } from './init-verb.ts'
import { checkJson, explainJson, statusJson } from './json.ts'
import { addLedger } from './ledger-verbs.ts'
import { addModelError } from './model-error-verb.ts'
import { addPlan, addReview, badNumber } from './plan-verbs.ts'
import { addPrevented } from './prevented-verb.ts'
import { addRunbook } from './runbook-verbs.ts'
import { checkText, explainText, silentText, statusText, terminalFace } from './text.ts'
import { explainUsage } from './usage.ts'
import {
  exitCodes,
  type LookingFace,
  looking,
  type Options,
  opened,
  say,
  sentenceAtMost,
  type Verbs,
  verb,
  wrong,
} from './verbs.ts'

export async function runCommandLine(args: readonly string[], verbs: Verbs): Promise<number> {
  const exit = { code: 0 }
  const program = programOf(verbs, (code) => {
    exit.code = code
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exit.code
  } catch (error) {
    // Commander has said already what is wrong; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
}

function programOf(verbs: Verbs, exitWith: (code: number) => void): Command {
  const program = new Command('plimsoll')
    .description('Runbooks whose every action a capacity model has cleared.')
    .version(manifest.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => verbs.print(text.trimEnd()),
      // Commander repeats what it does not know; its help has lines.
      writeErr: (text) => verbs.complain(printableLines(text.trimEnd()).slice(0, sentenceAtMost)),
    })
  verb(program, 'start', 'run the app').action(async (options: Options) =>
    exitWith(await verbs.start(options.system)),
  )
  const face: LookingFace = { verbs, exitWith }
  addStatus(program, face)
  addCheck(program, face)
  addExplain(program, face)
  addPlan(program, face)
  addReview(program, face)
  addRunbook(program, face)
  addCalibrate(program, face)
  addDrift(program, face)
  addInit(program, face)
  addDoctor(program, face)
  addLedger(program, face)
  addModelError(program, face)
  addPrevented(program, face)
  explainUsage(program)
  return program
}

function addStatus(program: Command, face: LookingFace): void {
  const { verbs } = face
  looking(program, 'status', 'how many users it carries, and what gives out')
    .option('--backlog <tasks>', 'so many tasks wait: when are they worked off?')
    .action((options: Options & { readonly backlog?: string }) => {
      const backlogTasks = options.backlog === undefined ? null : countOf(options.backlog)
      if (backlogTasks !== null && !(backlogTasks <= countAtMost))
        return wrong(
          face,
          badNumber('--backlog', options.backlog ?? '', `a whole number from 0 to ${countAtMost}`),
        )
      return opened(face, options, async ({ look }) => {
        const status = await look.status({ backlogTasks })
        const advice = look.advise(status)
        say(verbs, options, {
          json: () => statusJson(status, advice),
          text: () => statusText(status, advice),
        })
      })
    })
}

const countAtMost = 1_000_000_000

/** NaN where it is no count: an empty word is not 0. */
function countOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}

function addCheck(program: Command, face: LookingFace): void {
  const { verbs, exitWith } = face
  looking(program, 'check', 'what one step would do; changes nothing')
    .argument('<step>', 'such as patch-cloud-sql-tier; `plimsoll check --help` lists them all')
    .argument('[inputs...]', 'key=value')
    .addHelpText('after', () => `\n${stepsText(verbs.catalogue)}`)
    .action((name: string, inputs: readonly string[], options: Options) =>
      opened(face, options, async ({ document, look }) => {
        const read = readStep(verbs.catalogue, document, name, inputs)
        if (typeof read === 'string') return wrong(face, read)
        const examination = await look.check(read)
        say(verbs, options, {
          json: () => checkJson(read, examination),
          text: () => checkText(read, examination),
        })
        exitWith(exitCodes[examination.verdict])
      }),
    )
}

function addExplain(program: Command, face: LookingFace): void {
  looking(program, 'explain', 'one finding with its whole derivation')
    .argument('<law>', 'such as db-connections')
    .argument('[subject]', 'one of those that it concerns, such as a database')
    .action((law: string, subject: string | undefined, options: Options) =>
      opened(face, options, async ({ look }) => {
        const status = await look.status()
        const { assessment } = status
        const known = laws.map(({ id }) => id)
        const found = findingsOf(assessment.findings, known, { law, subject }, terminalFace)
        if (found.kind === 'none') return wrong(face, found.sentence)
        if (found.kind === 'silent')
          return say(face.verbs, options, {
            json: () => [],
            text: () => silentText(law, found.sentence),
          })
        say(face.verbs, options, {
          json: () => found.findings.map((one) => explainJson(one, look.levers(status, one))),
          text: () =>
            found.findings
              .map((one) => explainText(one, look.levers(status, one), status))
              .join('\n\n'),
        })
      }),
    )
}

function stepsText({ entries }: Catalogue): string {
  const lines = entries.map((one) => `  ${lineFor('plimsoll check', one)}`)
  return ['Steps, each with an example:', ...lines].join('\n')
}

/** The step, or the sentence that says which field, which value and what would be right. */
function readStep(
  catalogue: Catalogue,
  document: SystemDocument,
  name: string,
  inputs: readonly string[],
): BoundStep | string {
  const entry = catalogue.find(name)
  if ('kind' in entry) return unknownStepSentence(name, entry.nearest, terminalFace)
  const read = readWords(inputs, entry.fields)
  if (read.kind === 'input-problem') return inputSentence(read, terminalFace)
  const absent = entry.fields.filter(
    ({ name: field, required }) => required && !(field in read.input),
  )
  if (absent.length > 0) return missingInputSentence(entry, absent, 'plimsoll check', terminalFace)
  const step = entry.parse(read.input)
  if ('kind' in step) return inputSentence(step, terminalFace)
  const missing = step.missing(document)
  return missing === null ? step : refusalSentence(missing)
}
