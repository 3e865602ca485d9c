/** What lint complains of, and a runbook's own tests: each with one that has it and one that has not. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { System } from '../../src/capacity/system.ts'
import { catalogueOf } from '../../src/define/catalogue.ts'
import { defineRunbook, type Expects, type Line, onlyIf } from '../../src/define/define-runbook.ts'
import { defineStep } from '../../src/define/define-step.ts'
import { lintRunbook } from '../../src/define/lint-runbook.ts'
import type { Undo } from '../../src/define/step.ts'
import { testRunbook } from '../../src/define/test-runbook.ts'
import { catalogue } from '../../src/steps/index.ts'
import { golden, today } from '../capacity/golden.ts'
import { bound } from '../capacity/predictions.ts'

const site = golden('today')
const database = 'tuki-db-prod'

/** A write like any other; whether it can be seen and undone is what differs. */
function writing(name: string, { sees, undo }: { sees: boolean; undo: Undo }) {
  return defineStep({
    name,
    title: 'Write something',
    risk: 'safe',
    guard: 'name',
    minutes: 1,
    input: z.strictObject({}),
    examples: [{}],
    target: () => 'thing',
    needs: () => [],
    missing: () => null,
    effect: () => ({ code: 'stop-load', values: {} }),
    predict: (system: System) => ({ phases: [], after: system }),
    acts: 'elsewhere',
    unable: () => null,
    probe: async () => ({ kind: 'absent' }),
    perform: async () => ({ kind: 'done' }),
    poll: async () => ({ kind: 'running' }),
    expects: () => (sees ? [{ fact: 'thing', predicted: true }] : []),
    undo: () => undo,
  })
}
const back: Undo = { kind: 'step', step: 'seen', input: {} }
const seen = writing('seen', { sees: true, undo: back })
const unseen = writing('unseen', { sees: false, undo: back })
const final = writing('final', { sees: true, undo: { kind: 'cannot', because: 'it is gone' } })
const steps = catalogueOf([...catalogue.entries, seen, unseen, final])
const context = { system: site, today, catalogue: steps }

type Wish = { readonly title?: string; readonly cannotUndo?: string; readonly expects?: Expects }

function runbookOf(lines: readonly Line[], { title, cannotUndo, expects }: Wish = {}) {
  return defineRunbook({
    name: 'made-up',
    title: title ?? 'A title that says something',
    why: 'A reason that says something',
    parameters: z.strictObject({}),
    tests: [{ claim: 'it runs', parameters: {}, expects: expects ?? {} }],
    steps: () => lines,
    ...(cannotUndo === undefined ? {} : { cannotUndo }),
  })
}

const load = bound('start-load-test', { users: 2700 })
const resize = bound('patch-cloud-sql-tier', { database, tier: 'db-custom-8-30720' })
const never = { fact: `databases.${database}.tier`, is: 'equal', to: 'none' } as const
const busy = { fact: 'workload.users', is: 'at-least', to: 5000 } as const

describe('lint', () => {
  test.for<[string, readonly Line[], Wish, readonly object[]]>([
    ['nothing', [seen({}), resize], {}, []],
    [
      'a title of no words',
      [seen({})],
      { title: ' ' },
      [{ code: 'missing-words', field: 'title' }],
    ],
    [
      'a reason in one word',
      [seen({})],
      { cannotUndo: 'because' },
      [{ code: 'missing-words', field: 'cannotUndo' }],
    ],
    ['no steps', [], {}, [{ code: 'does-not-bind', problem: { code: 'no-items' } }]],
    [
      'a step that no world reaches',
      [onlyIf(never, [seen({})])],
      {},
      [{ code: 'unreachable', position: 2, step: 'seen' }],
    ],
    ['not: a step that one world reaches', [onlyIf(busy, [seen({})])], {}, []],
    // Together with the 300 of now it is above what the site carries; with a tenth of them it is not.
    ['not: a step that one world lets pass', [load], {}, []],
    [
      'a step that every world blocks',
      [
        resize,
        bound('patch-cloud-sql-tier', { database, tier: 'db-perf-optimized-N-8' }),
        seen({}),
      ],
      {},
      [{ code: 'blocked-everywhere', position: 2 }],
    ],
    [
      'what cannot be undone, unsaid',
      [final({})],
      {},
      [{ code: 'undoable', position: 1, step: 'final' }],
    ],
    [
      'not: what cannot be undone, said',
      [final({})],
      { cannotUndo: 'it is gone, and nobody misses it' },
      [],
    ],
    [
      'what nobody looks at afterwards',
      [seen({}), unseen({})],
      {},
      [{ code: 'unverified', position: 2, step: 'unseen' }],
    ],
  ])('complains of %s', ([, lines, wish, findings]) => {
    const found = lintRunbook(runbookOf(lines, wish), context)
    expect(found).toMatchObject(findings)
    expect(found).toHaveLength(findings.length)
  })
})

describe("a runbook's own test", () => {
  test.for<[Expects, object | null]>([
    [{ verdict: 'review', stopsAt: null, supportedUsersAtLeast: 4435 }, null],
    [{ verdict: 'clear' }, { expected: 'verdict', wanted: 'clear', got: 'review' }],
    [{ stopsAt: 'confirm' }, { expected: 'stopsAt', wanted: 'confirm', got: null }],
    [{ supportedUsersAtLeast: 5000 }, { expected: 'supportedUsersAtLeast', got: 4435 }],
    [{ outageSecondsAtMost: 59 }, { expected: 'outageSecondsAtMost', got: 60 }],
    [{ minutesAtMost: 4 }, { expected: 'minutesAtMost', got: 5 }],
    [{ monthlyUsdAtMost: 100 }, { expected: 'monthlyUsdAtMost', wanted: 100 }],
  ])('holds it to %o', ([expects, miss]) => {
    const [tested] = testRunbook(runbookOf([resize], { expects }), context)
    expect(tested).toMatchObject({ problem: null, misses: miss === null ? [] : [miss] })
  })

  test('promises nothing of a price that nobody knows', () => {
    const abroad = { ...context, system: { ...site, region: 'europe-west1' } }
    const [tested] = testRunbook(
      runbookOf([resize], { expects: { monthlyUsdAtMost: 1e6 } }),
      abroad,
    )
    expect(tested?.misses).toMatchObject([{ expected: 'monthlyUsdAtMost', got: null }])
  })

  test('says what stood in its way, where nothing could be rehearsed', () => {
    const [tested] = testRunbook(runbookOf([]), context)
    expect(tested?.problem).toMatchObject({ kind: 'plan-problem', code: 'no-items' })
  })
})
