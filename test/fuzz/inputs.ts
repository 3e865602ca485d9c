/** What asks for a step or a runbook: words of a command line, inputs of a step, names of what is in the document. */
import fc from 'fast-check'
import { runCommandLine } from '../../src/cli/program.ts'
import { terminalFace } from '../../src/cli/text.ts'
import { sentenceAtMost } from '../../src/cli/verbs.ts'
import { readWords } from '../../src/define/input.ts'
import type { StepEntry } from '../../src/define/step.ts'
import { digestOf } from '../../src/gate/digest.ts'
import { printable, printableLines } from '../../src/printable.ts'
import { readAnchor } from '../../src/runs/audit.ts'
import { escaped, slackFace, told } from '../../src/slack/views/blocks.ts'
import { catalogue } from '../../src/steps/index.ts'
import { inputSentence } from '../../src/words/en.ts'
import { effectSentence } from '../../src/words/en-effects.ts'
import { refusalSentence } from '../../src/words/en-reasons.ts'
import { flagValue, withFlag } from '../../src/world/command-line.ts'
import { projectRoot } from '../architecture/source.ts'
import { golden } from '../capacity/golden.ts'
import { type Printed, printedBy } from '../cli/offline-verbs.ts'
import { anyText, nearJson, nearText } from './mutate.ts'
import { inert, must, parser, sayable } from './parser.ts'

const site = golden('today')
const names: readonly string[] = ['constructor', '__proto__', 'toString', 'valueOf']

/** An example of a step, as it is typed. */
function wordsFor(input: object): readonly string[] {
  return Object.entries(input).map(([key, value]) =>
    typeof value === 'string' ? `${key}=${value}` : `${key}=${JSON.stringify(value)}`,
  )
}

type Asked = { readonly entry: StepEntry; readonly words: readonly string[] }

const asked: fc.Arbitrary<Asked> = fc.constantFrom(...catalogue.entries).chain((entry) =>
  fc.record({
    entry: fc.constant(entry),
    words: fc
      .constantFrom(...entry.examples.map((example) => wordsFor(example)))
      .chain((words) =>
        fc
          .tuple(...words.map((word) => fc.oneof(fc.constant(word), wordLike(word))))
          .chain((typed) => fc.subarray([...typed, ...typed.slice(0, 1)], { minLength: 0 })),
      ),
  }),
)

/** The same field with another value, or the word mistyped. */
function wordLike(word: string): fc.Arbitrary<string> {
  const key = word.slice(0, word.indexOf('='))
  return fc.oneof(
    fc.constantFrom(...names).map((name) => `${key}=${name}`),
    anyText.map((text) => `${key}=${text}`),
    nearText(word),
  )
}

const stepWords = parser(
  'step-words',
  'key=value words of every step, on the example System',
  asked,
  ({ entry, words }) => {
    const read = readWords(words, entry.fields)
    if (read.kind === 'input-problem') return said(inputSentence(read, slackFace))
    const step = entry.parse(read.input)
    if ('kind' in step) return said(inputSentence(step, slackFace))
    const again = catalogue.bind(step.name, JSON.parse(JSON.stringify(step.input)))
    must('input' in again && digestOf(again.input) === digestOf(step.input), 'not read again')
    const lacking = step.missing(site)
    if (lacking !== null) return inert(told(escaped(refusalSentence(lacking))))
    const predicted = step.predict(site)
    if ('kind' in predicted) return inert(told(escaped(refusalSentence(predicted))))
    said(effectSentence(step.effect(site), slackFace))
    if (step.act.kind === 'write') digestOf(step.act.undo(site))
    digestOf([predicted, step.effect(site)])
  },
)

function said(sentence: string): void {
  inert(told(sentence))
  must(!/\[object|=> |function /.test(sentence), `it shows code: ${sentence}`)
}

const stepInputs = parser(
  'step-inputs',
  'the JSON input of every step',
  fc
    .constantFrom(...catalogue.entries)
    .chain((entry) => nearJson(...entry.examples).map((input) => ({ entry, input }))),
  ({ entry, input }) => {
    const step = entry.parse(input)
    if ('kind' in step) return said(inputSentence(step, slackFace))
    if (step.missing(site) === null) JSON.stringify(step.predict(site))
  },
)

const flag = { long: '--workers', short: '-w' }

const commandLines = parser(
  'command-lines',
  'flags among the arguments of gunicorn and Celery',
  fc.record({
    words: fc.array(
      fc.oneof(
        fc.constantFrom('gunicorn', '--workers', '-w', '9', '-w9', '--workers=9', '-', '--', '-w='),
        anyText,
      ),
      { maxLength: 8 },
    ),
    value: fc.integer({ min: 1, max: 64 }).map(String),
  }),
  ({ words, value }) => {
    const before = flagValue(words, flag)
    const after = withFlag(words, flag, value)
    must(flagValue(after, flag) === value, 'what was put is not read')
    must(after.filter((word) => word === `--workers=${value}`).length >= 1, 'it is not there')
    const others = (all: readonly string[]) => all.filter((word) => /^gunicorn$|^--$/.test(word))
    must(others(after).length <= others(words).length, 'words that nobody put there')
    must(digestOf(withFlag(after, flag, value)) === digestOf(after), 'a second time changes more')
    must(before === undefined || words.length > 0, 'a value out of nothing')
  },
)

const anchors = parser(
  'anchors',
  'what somebody kept of a ledger: a run and a hash',
  nearText(`mihx3:${'ab'.repeat(32)}`, 'ab'.repeat(4), `system/tuki:${'0'.repeat(12)}`),
  (text) => {
    const read = readAnchor(text)
    if (read !== null) must(/^[0-9a-f]{8,64}$/.test(read.hash), `a hash: ${read.hash}`)
  },
)

const verbs = [
  'status',
  'check',
  'explain',
  'plan',
  'review',
  'runbook',
  'ledger',
  'drift',
  'doctor',
]
const argument = fc.oneof(
  fc.constantFrom(...verbs, 'verify', 'export', 'show', 'start', '--json', '--offline', '--anchor'),
  fc.constantFrom('--system', '--users', '--budget', '--backlog', '--', 'patch-cloud-sql-tier'),
  fc.constantFrom('database=tuki-db-prod', 'tier=db-custom-8-30720', 'db-connections', '--format'),
  anyText,
)

const commandLine = parser(
  'cli-arguments',
  'the arguments of the command line',
  fc.tuple(fc.constantFrom(...verbs), fc.array(argument, { maxLength: 5 })),
  async ([verb, others]) => {
    // What starts the app, or searches for a plan, is none of a parser's.
    if (verb === 'plan' && others.some((one) => /^\d/.test(one))) return
    const heard: Printed = { out: [], err: [] }
    // A file that somebody named is not looked for on this machine.
    const offline = printedBy(heard, (system) => system.startsWith(projectRoot))
    const code = await runCommandLine([verb, ...others], offline)
    must([0, 1, 2, 3, 4].includes(code), `exit code ${code}`)
    if (code === 2) must(heard.err.length > 0, 'wrong usage, and nothing is said')
    for (const sentence of heard.err) sayable(sentence)
    if (others.includes('--json') && code !== 2 && heard.out.length > 0)
      JSON.parse(heard.out.join('\n'))
  },
)

const shown = parser(
  'terminal-text',
  'text from outside, on its way to a terminal',
  anyText,
  (text) => {
    sayable(printable(terminalFace.literal(text), sentenceAtMost))
    for (const line of printableLines(text).split('\n')) if (line !== '') sayable(line.slice(0, 99))
  },
)

export const inputParsers = [...[stepWords, stepInputs, commandLines, anchors, commandLine, shown]]
