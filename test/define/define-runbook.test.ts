/** A runbook is data: typed where it is written, bound by the catalogue where it is used. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  bindRunbook,
  defineChecklist,
  defineRunbook,
  type Line,
  onlyIf,
  unless,
  wait,
} from '../../src/define/define-runbook.ts'
import { bindItems, itemsAtMost, type PlanItem, storedItems } from '../../src/define/plan-item.ts'
import { checkConnections } from '../../src/steps/check-connections.ts'
import { confirm } from '../../src/steps/confirm.ts'
import { catalogue } from '../../src/steps/index.ts'
import { patchCloudSqlTier } from '../../src/steps/patch-cloud-sql-tier.ts'
import { projectRoot } from '../architecture/source.ts'
import { scratchFolder } from './scratch.ts'

const database = z.string().default('tuki-db-prod').describe('a database of the System document')
const words = { title: 'A title', why: 'A reason' }
const tests = [{ claim: 'it reaches its end', parameters: {}, expects: {} }] as const

function runbookOf(lines: readonly Line[]) {
  return defineRunbook({
    name: 'made-up',
    ...words,
    parameters: z.strictObject({}),
    tests,
    steps: () => lines,
  })
}

function itemsOf(lines: readonly Line[]): readonly PlanItem[] {
  const bound = bindRunbook(runbookOf(lines), {}, catalogue)
  if (bound.kind !== 'bound-runbook') throw new Error(JSON.stringify(bound))
  return bound.items
}

const flagSet = { fact: 'databases.tuki-db-prod.flags.max_connections', is: 'set' } as const
const step = (what: string) => confirm({ what })

describe('a runbook', () => {
  const looks = defineRunbook({
    name: 'looks',
    ...words,
    parameters: z.strictObject({ database }),
    tests,
    steps: (parameters) => [
      checkConnections(parameters),
      { step: step('it is calm'), why: 'nobody can see it from here' },
      wait({
        until: { fact: 'databases.tuki-db-prod.sessions', is: 'below', to: 300 },
        calmMinutes: 10,
        atMostMinutes: 60,
      }),
    ],
  })

  test('fills in its defaults, and says which fields it asks for', () => {
    expect(looks.fields).toMatchObject([{ name: 'database', type: 'string', required: false }])
    expect(looks.defaults).toEqual({ database: 'tuki-db-prod' })
    expect(bindRunbook(looks, {}, catalogue)).toMatchObject({
      kind: 'bound-runbook',
      parameters: { database: 'tuki-db-prod' },
      items: [
        { kind: 'step', step: { name: 'check-connections' }, why: null },
        { kind: 'step', step: { name: 'confirm' }, why: 'nobody can see it from here' },
        { kind: 'wait', calmMinutes: 10, atMostMinutes: 60, why: null },
      ],
    })
  })

  test('calls another one: its lines stand where it was called', () => {
    const items = itemsOf([step('before'), ...looks.steps({ database: 'other' }), step('after')])
    expect(items).toHaveLength(5)
    expect(items[1]).toMatchObject({ step: { input: { database: 'other' } } })
  })

  test('keeps what stands on a condition together, to any depth', () => {
    const items = itemsOf([
      onlyIf(flagSet, [step('a'), unless([flagSet], [step('b'), step('c')])]),
      step('d'),
    ])
    expect(items.map((item) => (item.kind === 'only-if' ? item.skips : item.kind))).toEqual([
      4,
      'step',
      2,
      'step',
      'step',
      'step',
    ])
  })

  test('refuses a parameter with its field, its value and what would be right', () => {
    expect(bindRunbook(looks, { database: 5 }, catalogue)).toMatchObject({
      kind: 'input-problem',
      field: 'database',
      value: '5',
    })
    expect(bindRunbook(looks, { colour: 'red' }, catalogue)).toMatchObject({ field: 'colour' })
  })
})

describe('a checklist', () => {
  const evidence = { fact: 'databases.tuki-db-prod.tier', is: 'equal', to: 'db-f1-micro' } as const
  const list = defineChecklist({
    name: 'made-up-list',
    ...words,
    parameters: z.strictObject({}),
    tests,
    boxes: () => [
      {
        title: 'tier',
        why: 'it carries them',
        evidence: [evidence],
        offers: [patchCloudSqlTier({ database: 'tuki-db-prod', tier: 'db-f1-micro' })],
      },
      { title: 'documented', why: 'a person says so', evidence: [], offers: [step('it is')] },
    ],
  })

  test('does what a box offers only where its evidence is not there yet', () => {
    expect(bindRunbook(list, {}, catalogue)).toMatchObject({
      items: [
        { kind: 'only-if', when: 'not-all-hold', conditions: [evidence], skips: 1 },
        { kind: 'step', step: { name: 'patch-cloud-sql-tier' } },
        { kind: 'step', step: { name: 'confirm' } },
      ],
      boxes: [
        { title: 'tier', evidence: [evidence], from: 0, count: 2 },
        { title: 'documented', evidence: [], from: 2, count: 1 },
      ],
    })
  })
})

describe('a plan is refused', () => {
  test.for<[string, readonly Line[], object]>([
    ['without items', [], { code: 'no-items' }],
    [
      'with too many',
      Array.from({ length: itemsAtMost + 1 }, () => step('again')),
      { code: 'too-many-items', count: itemsAtMost + 1, position: itemsAtMost + 1 },
    ],
    [
      'with an input that the types let pass',
      [step('a'), patchCloudSqlTier({ database: 'tuki-db-prod', tier: 'db-custom-3-7680' })],
      { code: 'step', position: 2, problem: { kind: 'input-problem', field: 'tier' } },
    ],
    [
      'with a wait without end',
      [
        wait({
          until: { fact: 'workload.nowUsers', is: 'below', to: 9 },
          calmMinutes: 1,
          atMostMinutes: 1e9,
        }),
      ],
      { code: 'malformed', position: 1 },
    ],
    ['with a condition on no path', [onlyIf({ fact: 'tier', is: 'set' }, [step('a')])], {}],
    ['with a condition on nothing', [onlyIf([], [step('a')])], { code: 'malformed' }],
  ])('%s', ([, lines, problem]) => {
    const bound = bindRunbook(runbookOf(lines), {}, catalogue)
    expect(bound).toMatchObject({ kind: 'plan-problem', ...problem })
  })

  test('where a condition reaches out of the one around it', () => {
    const one = { kind: 'step', step: 'stop-load-test', input: {}, why: null }
    const over = { kind: 'only-if', when: 'all-hold', conditions: [flagSet] }
    expect(bindItems([{ ...over, skips: 2 }, { ...over, skips: 2 }, one, one], catalogue)).toEqual({
      kind: 'plan-problem',
      position: 2,
      code: 'skips-too-far',
    })
  })

  test('where its steps throw, or are no list, and says so as its own mistake', () => {
    const throws = runbookOf([])
    const broken = {
      ...throws,
      write: () => {
        throw new Error('no such thing')
      },
    }
    expect(bindRunbook(broken, {}, catalogue)).toEqual({
      kind: 'broken-runbook',
      name: 'made-up',
      message: 'no such thing',
    })
  })
})

describe('composition', () => {
  const line: fc.Arbitrary<Line> = fc.letrec<{ line: Line }>((tie) => ({
    line: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.string({ minLength: 1, maxLength: 5 }).map(step),
      fc
        .tuple(fc.boolean(), fc.array(tie('line'), { minLength: 1, maxLength: 3 }))
        .map(([isOnly, lines]) => (isOnly ? onlyIf : unless)(flagSet, lines)),
    ),
  })).line
  /** Three of them are no longer than a plan may be. */
  const lines = fc
    .array(line, { minLength: 1, maxLength: 4 })
    .filter((all) => all.reduce((sum, one) => sum + sizeOf(one), 0) <= 33)
  const small = (all: readonly Line[]) => storedItems(itemsOf(all))

  test('is associative: how runbooks are nested in each other changes no item', () => {
    fc.assert(
      fc.property(lines, lines, lines, (a, b, c) => {
        const [left, right] = [runbookOf([...a, ...b]), runbookOf([...b, ...c])]
        const leftFirst = small([...left.steps({}), ...c])
        const rightFirst = small([...a, ...right.steps({})])
        expect(leftFirst).toEqual(rightFirst)
        expect(leftFirst).toEqual([...small(a), ...small(b), ...small(c)])
      }),
    )
  })

  test('survives the ledger: stored and bound again it is the same plan', () => {
    fc.assert(
      fc.property(lines, (all) => {
        const stored = small(all)
        const bound = bindItems(JSON.parse(JSON.stringify(stored)), catalogue)
        if ('kind' in bound) throw new Error(bound.code)
        expect(storedItems(bound)).toEqual(stored)
      }),
    )
  })
})

/** How many items a line becomes. */
function sizeOf(line: Line): number {
  return 'kind' in line && line.kind === 'only-if'
    ? line.lines.reduce((sum, one) => sum + sizeOf(one), 1)
    : 1
}

describe('the compiler', () => {
  const scratch = scratchFolder()
  afterAll(() => scratch.remove())

  const wrong = `
import { z } from 'zod'
import { defineRunbook, onlyIf } from '../src/define/define-runbook.ts'
import { checkConnections } from '../src/steps/check-connections.ts'
import { setPooler } from '../src/steps/set-pooler.ts'

export const runbook = defineRunbook({
  name: 'wrong',
  title: 'Wrong in every way',
  why: 'to be caught',
  parameters: z.strictObject({ database: z.string().describe('a database') }),
  tests: [{ claim: 'typed', parameters: { databse: 'x' }, expects: {} }],
  steps: (parameters) => [
    checkConnections({ database: 5 }),
    checkConnections({ databse: 'x' }),
    setPooler({ pooler: 'p', mode: 'sesion' }),
    checkConnections({ database: parameters.service }),
    onlyIf({ law: 'gravity', subject: 'databases.x', is: 'ok' }, []),
    Promise.resolve(checkConnections(parameters)),
  ],
})
export const calls = runbook.steps({ database: true })
`

  test('catches a wrong input, parameter, law and call, each on its own line', () => {
    scratch.write('wrong.ts', wrong)
    scratch.write(
      'tsconfig.json',
      JSON.stringify({ extends: '../tsconfig.json', include: ['*.ts'] }),
    )
    const { stdout } = spawnSync(
      join(projectRoot, 'node_modules/.bin/tsc'),
      ['--noEmit', '--pretty', 'false', '-p', scratch.folder],
      { encoding: 'utf8' },
    )
    const caught = [...stdout.matchAll(/wrong\.ts\((\d+),/g)].map(([, line]) => Number(line))
    const meant = wrong
      .split('\n')
      .flatMap((text, index) =>
        /databse|: 5|sesion|service|gravity|Promise|true/.test(text) ? [index + 1] : [],
      )
    expect(
      [...new Set(caught)].toSorted((a, b) => a - b),
      stdout,
    ).toEqual(meant)
  })
})
