/** `runbook list, show, rehearse, new, lint, test`: the runbooks of the folder, and nothing is sent. */
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { rehearse } from '../define/forecast.ts'
import { headroomByPhase } from '../define/headroom-by-phase.ts'
import { lintRunbook } from '../define/lint-runbook.ts'
import { testRunbook } from '../define/test-runbook.ts'
import { loadProblemSentence, stopSentence } from '../words/en-runbooks.ts'
import { count } from '../words/numbers.ts'
import { rehearsalPicture } from '../words/rehearsal-picture.ts'
import { newRunbook, runbookName } from './new-runbook.ts'
import { addRuns } from './run-verbs.ts'
import {
  lintJson,
  listJson,
  rehearsedJson,
  showJson,
  testedJson,
  unloadedJson,
} from './runbook-json.ts'
import { boundBy, chosenFrom, withLibrary, withRunbook } from './runbook-shelf.ts'
import { listText, rehearsedText, showText } from './runbook-text.ts'
import { terminalFace } from './text.ts'
import {
  beside,
  exitCodes,
  type LookingFace,
  looking,
  type Options,
  opened,
  say,
  verb,
  wrong,
} from './verbs.ts'

export function addRunbook(program: Command, face: LookingFace): void {
  const runbook = program.command('runbook').description('runbooks: read, rehearse and write them')
  addList(runbook, face)
  addShow(runbook, face)
  addRehearse(runbook, face)
  addNew(runbook, face)
  addLint(runbook, face)
  addTest(runbook, face)
  addRuns(runbook, face)
}

function addList(program: Command, face: LookingFace): void {
  verb(program, 'list', 'every runbook that there is').action((options: Options) =>
    beside(face, options, () =>
      withLibrary(face, ({ list }) =>
        say(face.verbs, options, { json: () => listJson(list), text: () => listText(list) }),
      ),
    ),
  )
}

function addShow(program: Command, face: LookingFace): void {
  verb(program, 'show', 'what one is for, what it asks for, and its steps')
    .argument('<name>', 'a runbook, as `plimsoll runbook list` names it')
    .argument('[parameters...]', 'key=value')
    .action((name: string, words: readonly string[], options: Options) =>
      beside(face, options, () =>
        withRunbook(face, name, (entry) => {
          const isWhole = entry.runbook.fields.every(({ required }) => !required)
          const bound = words.length > 0 || isWhole ? boundBy(entry.runbook, words, face) : null
          if (typeof bound === 'string') return wrong(face, bound)
          say(face.verbs, options, {
            json: () => showJson(entry, bound),
            text: () => showText(entry, bound),
          })
        }),
      ),
    )
}

type RehearseOptions = Options & { readonly picture?: string }

function addRehearse(program: Command, face: LookingFace): void {
  looking(program, 'rehearse', 'its whole run against a simulated world; nothing is sent')
    .argument('<name>', 'a runbook, as `plimsoll runbook list` names it')
    .argument('[parameters...]', 'key=value')
    .option('--picture <file>', 'draw the headroom of every phase, as SVG')
    .action((name: string, words: readonly string[], options: RehearseOptions) =>
      withRunbook(face, name, (entry) =>
        opened(face, options, async ({ look }) => {
          const bound = boundBy(entry.runbook, words, face)
          if (typeof bound === 'string') return wrong(face, bound)
          const { picture } = options
          if (picture !== undefined && !existsSync(dirname(picture)))
            return wrong(face, `No folder ${dirname(picture)} to draw the picture in.`)
          const seen = await look.seen()
          const run = rehearse(seen.system, bound.items, seen)
          // What names something that the document lacks is a wrong input, not a verdict.
          if (run.stop?.code === 'missing' || run.stop?.code === 'no-such-fact')
            return wrong(face, stopSentence(run.stop, terminalFace))
          if (picture !== undefined)
            writeFileSync(picture, rehearsalPicture(bound.title, headroomByPhase(run)))
          say(face.verbs, options, {
            json: () => rehearsedJson(entry, bound, run),
            text: () => rehearsedText(entry.runbook, run),
          })
          face.exitWith(exitCodes[run.verdict])
        }),
      ),
    )
}

function addNew(program: Command, face: LookingFace): void {
  verb(program, 'new', 'write the file of a new runbook, which rehearses at once')
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .action((name: string, options: Options) => {
      if (!runbookName.test(name))
        return wrong(
          face,
          `\`${name}\` is no name of a runbook: lower-case letters, digits and hyphens.`,
        )
      const shelf = face.verbs.shelf()
      if (shelf.kind === 'wrong') return wrong(face, shelf.sentence)
      const noFolder = { kind: 'load-problem', code: 'no-folder', file: shelf.folder } as const
      if (!existsSync(shelf.folder)) return wrong(face, loadProblemSentence(noFolder))
      const file = join(shelf.folder, `${name}.ts`)
      if (existsSync(file)) return wrong(face, `${file} is there already; choose another name.`)
      return opened(face, { ...options, offline: true }, async ({ document }) => {
        const text = newRunbook(name, shelf.source, document)
        if (text === null) return wrong(face, 'The System document has no database to begin with.')
        writeFileSync(file, text, { flag: 'wx' })
        say(face.verbs, options, {
          json: () => ({ runbook: name, file }),
          text: () => `${file} is written. Next: plimsoll runbook rehearse ${name}`,
        })
      })
    })
}

function addLint(program: Command, face: LookingFace): void {
  looking(program, 'lint', 'what is wrong with one, or with all of them')
    .argument('[name]', 'one alone, as `plimsoll runbook list` names it')
    .action(async (name: string | undefined, options: Options) => {
      const shelf = face.verbs.shelf()
      if (shelf.kind === 'wrong') return wrong(face, shelf.sentence)
      const loaded = await shelf.load()
      // A file that cannot be loaded is what lint is for; a folder that is not there is a wrong question.
      if (loaded.kind === 'wrong' && loaded.problems.every(({ code }) => code !== 'no-folder'))
        return complain(face, options, loaded.problems.map(unloadedJson))
      return withLibrary(face, (library) => {
        const chosen = chosenFrom(library, name)
        if (typeof chosen === 'string') return wrong(face, chosen)
        return opened(face, options, async ({ look }) => {
          const context = { ...(await look.seen()), catalogue: face.verbs.catalogue }
          const linted = chosen.map(({ runbook }) =>
            lintJson(runbook, lintRunbook(runbook, context)),
          )
          complain(face, options, linted)
        })
      })
    })
}

/** Every finding on a line of its own; 1 where there is one. */
function complain(
  face: LookingFace,
  options: Options,
  all: readonly ReturnType<typeof lintJson>[],
): void {
  const lines = all.flatMap(({ runbook, findings }) =>
    findings.map(({ text }) => `${runbook}: ${text}`),
  )
  const fine = `${count(all.length, 'runbook')}, nothing to complain of.`
  say(face.verbs, options, {
    json: () => all,
    text: () => (lines.length === 0 ? fine : lines.join('\n')),
  })
  face.exitWith(lines.length === 0 ? 0 : 1)
}

function addTest(program: Command, face: LookingFace): void {
  looking(program, 'test', 'rehearse what one claims of itself, or all of them')
    .argument('[name]', 'one alone, as `plimsoll runbook list` names it')
    .action((name: string | undefined, options: Options) =>
      withLibrary(face, (library) => {
        const chosen = chosenFrom(library, name)
        if (typeof chosen === 'string') return wrong(face, chosen)
        return opened(face, options, async ({ look }) => {
          const context = { ...(await look.seen()), catalogue: face.verbs.catalogue }
          const all = chosen.flatMap(({ runbook }) =>
            testRunbook(runbook, context).map((one) => testedJson(runbook, one)),
          )
          const lines = all.map(
            ({ runbook, claim, passed, text }) =>
              `${passed ? 'kept  ' : 'broken'}  ${runbook}: ${claim}${text === null ? '' : `\n        ${text}`}`,
          )
          say(face.verbs, options, { json: () => all, text: () => lines.join('\n') })
          face.exitWith(all.every(({ passed }) => passed) ? 0 : 1)
        })
      }),
    )
}
