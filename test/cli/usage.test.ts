/** How verbs are called: what each takes, and what is said of a call that none takes. contract.md, 3. */
import { describe, expect, test } from 'vitest'
import { runCommandLine } from '../../src/cli/program.ts'
import { printedBy } from './offline-verbs.ts'

async function typed(...words: readonly string[]) {
  const heard: { out: string[]; err: string[] } = { out: [], err: [] }
  const code = await runCommandLine(
    words,
    printedBy(heard, (system) => system !== 'none.yml'),
  )
  return { code, out: heard.out.join('\n'), err: heard.err.join('\n') }
}

const looking = [
  ...['status', 'check', 'explain', 'plan', 'review', 'drift', 'calibrate'],
  ...['runbook rehearse', 'runbook lint', 'runbook test'],
]
const others = [
  ...['start', 'init', 'doctor', 'model-error', 'prevented', 'ledger verify', 'ledger export'],
  ...['list', 'show', 'new', 'start', 'status', 'abort', 'resume'].map((one) => `runbook ${one}`),
]

describe('every verb takes', () => {
  test.each([...looking, ...others])('%s: --json and --system', async (verb) => {
    const { code, out } = await typed(...verb.split(' '), '--help')
    expect(code).toBe(0)
    expect(out).toMatch(/--json .*[\s\S]*--system <file> /)
    expect(out.includes('--offline ')).toBe(looking.includes(verb))
  })

  test.each([
    ['runbook list'],
    ['runbook show x'],
    ['runbook status'],
    ['ledger verify'],
    ['ledger export x'],
    ['model-error'],
    ['prevented'],
  ])('%s: a document that is there, also where it reads none', async (verb) => {
    const { code, out, err } = await typed(...verb.split(' '), '--system', 'none.yml')
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: 'No System document.' })
  })
})

test.each([
  [
    'check',
    "Missing required argument 'step' (such as patch-cloud-sql-tier; `plimsoll check --help` lists them all). Type: plimsoll check <step> [inputs...] [--json] [--system <file>] [--offline]",
  ],
  [
    'plan',
    "Required option '--users <number>' not specified (how many it must carry). Type: plimsoll plan [--json] [--system <file>] [--offline] --users <number> [--budget <usd>]",
  ],
  [
    'drift --jsn',
    "Unknown option '--jsn' (Did you mean --json?). Type: plimsoll drift [--json] [--system <file>] [--offline] [--write]",
  ],
  [
    'doctor --system',
    "Option '--system <file>' argument missing (another System document than PLIMSOLL_SYSTEM or system.yml). Type: plimsoll doctor [--json] [--system <file>]",
  ],
  [
    'ledger verfy',
    "Unknown command 'verfy' (Did you mean verify?). Type: plimsoll ledger <verify|export>",
  ],
  ['status --backlog ', '`--backlog` must be a whole number from 0 to 1000000000, and `` is not.'],
])('`%s` is refused with the line that would be right', async (line, says) => {
  expect(await typed(...line.split(' '))).toEqual({ code: 2, out: '', err: says })
})

test.each([['plan --users 10000'], ['review runbooks/proposals/scale-10k-as-circulated.yml']])(
  '`%s` of the document alone says that nobody looked',
  async (line) => {
    const { out } = await typed(...line.split(' '), '--offline')
    expect(out.split('\n').at(-1)).toBe('Nobody looked: judged by the document alone.')
  },
)

test('the help of check lists every step, and of an unknown one that is said', async () => {
  const { out } = await typed('check', '--help')
  for (const { name } of printedBy({ out: [], err: [] }).catalogue.entries)
    expect(out).toContain(`plimsoll check ${name}`)
  const { code, err } = await typed('check', 'frobnicate')
  expect({ code, err }).toEqual({
    code: 2,
    err: 'No step `frobnicate`. `plimsoll check --help` lists them all.',
  })
})

test('--version says which it is', async () => {
  expect(await typed('--version')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  })
})
