/**
 * The command line: the same verbs from a terminal. The result goes to standard output, everything
 * else to standard error.
 */
import { Command, CommanderError } from 'commander'
import { laws } from '../capacity/laws/catalogue.ts'
import type { SystemDocument } from '../capacity/system.ts'
import type { Catalogue } from '../define/catalogue.ts'
import { readWords } from '../define/input.ts'
import type { BoundStep } from '../define/step.ts'
import type { Look } from '../runs/look.ts'
import { inputSentence, missingInputSentence, unknownStepSentence } from '../words/en.ts'
import { refusalSentence } from '../words/en-reasons.ts'
import { findingsOf } from '../words/en-status.ts'
import { checkJson, findingJson, statusJson } from './json.ts'
import { checkText, explainText, statusText, terminalFace } from './text.ts'

/** 0 done or clear, 1 failed, 2 wrong usage or input, 3 review, 4 block. contract.md, 3. */
const exitCodes = { clear: 0, review: 3, block: 4 } as const

export type Opened =
  | { readonly kind: 'opened'; readonly document: SystemDocument; readonly look: Look }
  | { readonly kind: 'wrong'; readonly sentence: string }

export type Verbs = {
  readonly catalogue: Catalogue
  /** The System document with what can be seen of the world; `offline`: the document alone. */
  readonly open: (options: { system?: string | undefined; offline: boolean }) => Opened
  /** Runs the app until it is told to stop. */
  readonly start: () => Promise<number>
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
}

type Options = { readonly json?: boolean; readonly system?: string; readonly offline?: boolean }

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
    .exitOverride()
    .configureOutput({
      writeOut: (text) => verbs.print(text.trimEnd()),
      writeErr: (text) => verbs.complain(text.trimEnd()),
    })
  program
    .command('start')
    .description('run the app')
    .action(async () => exitWith(await verbs.start()))
  const face: LookingFace = { verbs, exitWith }
  addStatus(program, face)
  addCheck(program, face)
  addExplain(program, face)
  return program
}

type LookingFace = { readonly verbs: Verbs; readonly exitWith: (code: number) => void }

function addStatus(program: Command, face: LookingFace): void {
  const { verbs } = face
  looking(program, 'status', 'how many users it carries, and what gives out').action(
    (options: Options) =>
      opened(face, options, async ({ look }) => {
        const status = await look.status()
        say(verbs, options, { json: () => statusJson(status), text: () => statusText(status) })
      }),
  )
}

function addCheck(program: Command, face: LookingFace): void {
  const { verbs, exitWith } = face
  looking(program, 'check', 'what one step would do; changes nothing')
    .argument('<step>')
    .argument('[inputs...]', 'key=value')
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
    .argument('<law>')
    .argument('[subject]')
    .action((law: string, subject: string | undefined, options: Options) =>
      opened(face, options, async ({ look }) => {
        const { assessment } = await look.status()
        const known = laws.map(({ id }) => id)
        const found = findingsOf(assessment.findings, known, { law, subject }, terminalFace)
        if (found.kind === 'none') return wrong(face, found.sentence)
        say(face.verbs, options, {
          json: () => found.findings.map(findingJson),
          text: () => found.findings.map(explainText).join('\n\n'),
        })
      }),
    )
}

function looking(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--json', 'as JSON')
    .option('--system <file>', 'another System document than PLIMSOLL_SYSTEM or system.yml')
    .option('--offline', 'the document alone, nobody looks at the world')
}

function opened(
  face: LookingFace,
  options: Options,
  work: (opened: Opened & { kind: 'opened' }) => Promise<void>,
): Promise<void> | void {
  const result = face.verbs.open({ system: options.system, offline: options.offline === true })
  return result.kind === 'wrong' ? wrong(face, result.sentence) : work(result)
}

function wrong({ verbs, exitWith }: LookingFace, sentence: string): void {
  verbs.complain(sentence)
  exitWith(2)
}

type Answer = { readonly json: () => unknown; readonly text: () => string }

function say(verbs: Verbs, options: Options, { json, text }: Answer): void {
  verbs.print(options.json === true ? JSON.stringify(json(), null, 2) : text())
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
