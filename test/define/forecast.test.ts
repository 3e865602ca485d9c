/** A rehearsed run: what it says of the example, and what holds of any plan on any System. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { System } from '../../src/capacity/system.ts'
import {
  bindRunbook,
  defineRunbook,
  type Line,
  onlyIf,
  wait,
} from '../../src/define/define-runbook.ts'
import { rehearse } from '../../src/define/forecast.ts'
import {
  bindItems,
  type Condition,
  type PlanItem,
  storedItems,
} from '../../src/define/plan-item.ts'
import type { RehearsedRun, RehearsedStep } from '../../src/define/rehearsed-run.ts'
import type { BoundStep } from '../../src/define/step.ts'
import { catalogue } from '../../src/steps/index.ts'
import { golden, today } from '../capacity/golden.ts'
import { bound } from '../capacity/predictions.ts'
import { randomSystem } from '../capacity/random-system.ts'
import { renamed } from '../capacity/renamed.ts'

const site = golden('today')
const database = 'tuki-db-prod'
const resize = bound('patch-cloud-sql-tier', { database, tier: 'db-custom-8-30720' })
const route = bound('route-through-pooler', { service: 'backend', pooler: 'pgbouncer' })
const celery = bound('bump-celery-concurrency', { service: 'celery-worker', concurrency: 6 })
const say = (what: string) => bound('confirm', { what })

function items(lines: readonly Line[]): readonly PlanItem[] {
  const runbook = defineRunbook({
    name: 'made-up',
    title: 'A title',
    why: 'A reason',
    parameters: z.strictObject({}),
    tests: [{ claim: 'runs', parameters: {}, expects: {} }],
    steps: () => lines,
  })
  const plan = bindRunbook(runbook, {}, catalogue)
  if (plan.kind !== 'bound-runbook') throw new Error(JSON.stringify(plan))
  return plan.items
}

const run = (lines: readonly Line[], system: System = site) =>
  rehearse(system, items(lines), { today })

const stepsOf = (rehearsed: RehearsedRun): readonly RehearsedStep[] =>
  rehearsed.items.filter((item) => item.kind === 'step')

describe('a rehearsed run of the example', () => {
  test('adds up its minutes, its outage, its cost, and who is asked', () => {
    const calm = wait({
      until: { fact: `databases.${database}.sessions`, is: 'below', to: 300 },
      calmMinutes: 10,
      atMostMinutes: 60,
    })
    const rehearsed = run([say('it is quiet'), resize, calm, route])
    expect(rehearsed).toMatchObject({
      verdict: 'review',
      stop: null,
      unreached: 0,
      minutes: { usual: 30, most: 80 },
      longestOutage: { position: 2, secondsMax: 60 },
      planAsks: 0,
      lowestUsers: 2904,
      start: { assessment: { supportedUsers: 2904 } },
      end: { assessment: { supportedUsers: 5280 } },
    })
    expect(stepsOf(rehearsed).map(({ asks, startsAt }) => [asks, startsAt.most])).toEqual([
      [0, 0],
      [1, 5],
      [1, 70],
    ])
    const [, , after] = stepsOf(rehearsed)
    expect(after?.monthlyUsd).toBe(rehearsed.end.monthlyUsd)
  })

  test('stops at the first blocked step, says why, and performs nothing of it', () => {
    const rehearsed = run([celery, resize])
    expect(rehearsed).toMatchObject({
      verdict: 'block',
      items: [],
      unreached: 1,
      stop: {
        position: 1,
        code: 'blocked',
        step: { name: 'bump-celery-concurrency' },
        judgement: { verdict: 'block' },
      },
    })
    expect(rehearsed.end.system).toBe(site)
  })

  test('stops at what the document lacks, and at what the target refuses', () => {
    const lacking = bound('check-connections', { database: 'nope' })
    expect(run([lacking]).stop).toMatchObject({ code: 'missing', refusal: { code: 'no-such' } })
    const plus = bound('patch-cloud-sql-tier', { database, tier: 'db-perf-optimized-N-8' })
    expect(run([resize, plus])).toMatchObject({
      verdict: 'block',
      stop: { code: 'refused', position: 2, refusal: { code: 'edition-differs' } },
    })
  })

  test('a step that fails leaves the state before it, or one of its phases', () => {
    const [first, second] = stepsOf(run([route, resize]))
    expect(first?.ifItFails).toMatchObject([
      { at: 'before', supportedUsers: 2904, isSound: true },
      { at: 'roll-out', isSound: true },
    ])
    // A restart that does not end carries nobody.
    expect(second?.ifItFails).toMatchObject([
      { at: 'before', supportedUsers: 3300, isSound: true },
      { at: 'restart', supportedUsers: 0, isSound: false },
    ])
  })

  test('a state on the way in which the users of now are served worse is not sound', () => {
    const crowded = { ...site, workload: { ...site.workload, nowUsers: 4000 } }
    const cap = bound('scale-service', { service: 'backend', maxInstances: 30 })
    const rehearsed = run([cap, say('the database breathes again')], crowded)
    expect(rehearsed).toMatchObject({ verdict: 'review', stop: null })
    expect(stepsOf(rehearsed)[1]?.ifItFails).toMatchObject([
      { at: 'before', isSound: false, broken: [{ law: 'web-slots' }] },
    ])
  })
})

describe('a condition', () => {
  const flag: Condition = { fact: `databases.${database}.flags.max_connections`, is: 'set' }
  const logs: Condition = { fact: `databases.${database}.flags.log_connections`, is: 'set' }
  const log = { database, name: 'log_connections' }
  const set = bound('set-database-flag', { ...log, value: 'on' })
  const unset = bound('set-database-flag', { ...log, value: null })

  test('is judged on the state that the steps before leave, and once', () => {
    const only = onlyIf(logs, [unset, say('it is gone')])
    expect(stepsOf(run([only]))).toEqual([])
    // After the first of its steps the flag is no longer set; the second is done all the same.
    expect(stepsOf(run([set, only])).map(({ step }) => step.name)).toEqual([
      'set-database-flag',
      'set-database-flag',
      'confirm',
    ])
  })

  test.for<[string, Condition, boolean]>([
    ['a flag that is not set', { ...flag, is: 'unset' }, true],
    ['a tier', { fact: `databases.${database}.tier`, is: 'equal', to: 'db-custom-2-7680' }, true],
    ['another tier', { fact: `databases.${database}.tier`, is: 'different', to: 'x' }, true],
    ['a number below', { fact: 'services.backend.maxInstances', is: 'below', to: 200 }, false],
    [
      'a number that is at least so',
      { fact: 'services.backend.maxInstances', is: 'at-least', to: 200 },
      true,
    ],
    ['a broken law', { law: 'db-cpu', subject: `databases.${database}`, is: 'not-ok' }, true],
    [
      'a law that says nothing here',
      { law: 'pooler-busy', subject: 'poolers.pgbouncer', is: 'ok' },
      true,
    ],
  ])('on %s', ([, condition, isMet]) => {
    expect(stepsOf(run([onlyIf(condition, [say('so')])]))).toHaveLength(isMet ? 1 : 0)
  })

  test('on what the document does not have stops the run', () => {
    const nowhere: Condition = { fact: 'databases.other.tier', is: 'set' }
    expect(run([onlyIf(nowhere, [say('so')])])).toMatchObject({
      verdict: 'block',
      stop: { code: 'no-such-fact', fact: 'databases.other.tier' },
    })
  })

  test('on a fact that nobody could read asks a person, and is no yes', () => {
    const unknown = [`databases.${database}.flags`]
    const rehearsed = rehearse(site, items([onlyIf(flag, [say('so')])]), { today, unknown })
    expect(rehearsed).toMatchObject({
      verdict: 'review',
      items: [],
      stop: { code: 'fact-unknown', fact: `databases.${database}.flags` },
    })
  })
})

const entries = catalogue.entries.flatMap(({ name, examples }) =>
  examples.map((input) => ({ name, input })),
)
type Pick = { readonly entry: number; readonly name: number; readonly skips: number }
const picks = fc.array(
  fc.record({
    entry: fc.nat(entries.length - 1),
    name: fc.nat(9),
    skips: fc.integer({ min: -6, max: 3 }),
  }),
  { minLength: 1, maxLength: 6 },
)

/** Steps of the catalogue on what this System has, some of them on a condition. */
function planOn(system: System, chosen: readonly Pick[]): readonly PlanItem[] {
  const names = Object.keys(system.databases)
  const stored = chosen.flatMap(({ entry, name, skips }) => {
    const one = entries[entry]
    if (one === undefined) return []
    const input = renamed(system, one.input, name)
    const step = { kind: 'step', step: one.name, input, why: null }
    if (skips < 1) return [step]
    const fact = `databases.${names[name % names.length]}.flags.max_connections`
    return [
      { kind: 'only-if', when: 'all-hold', conditions: [{ fact, is: 'set' }], skips: 1 },
      step,
    ]
  })
  const plan = bindItems(stored, catalogue)
  if ('kind' in plan) throw new Error(JSON.stringify(plan))
  return plan
}

const performed = (rehearsed: RehearsedRun): readonly BoundStep[] =>
  stepsOf(rehearsed).map(({ step }) => step)

describe('of any plan on any System', { timeout: 120_000 }, () => {
  const each = (claim: (system: System, plan: readonly PlanItem[], run: RehearsedRun) => void) =>
    fc.assert(
      fc.property(randomSystem, picks, (system, chosen) => {
        const plan = planOn(system, chosen)
        claim(system, plan, rehearse(system, plan, { today }))
      }),
      { numRuns: 150 },
    )

  test('the state after step k is what predicting steps 1 to k one after the other gives', () =>
    each((system, _plan, rehearsed) => {
      let state = system
      for (const { step, before, after } of stepsOf(rehearsed)) {
        expect(before).toEqual(state)
        const prediction = step.predict(state)
        if ('kind' in prediction) throw new Error(prediction.code)
        state = prediction.after
        expect(after).toEqual(state)
      }
      expect(rehearsed.end.system).toEqual(state)
    }))

  test('no blocked step is ever performed, and nothing behind it', () =>
    each((_system, plan, rehearsed) => {
      for (const { verdict } of stepsOf(rehearsed)) expect(verdict).not.toBe('block')
      const { stop, unreached } = rehearsed
      if (stop === null) return
      expect(stop.position + unreached).toBe(plan.length)
      for (const { position } of rehearsed.items) expect(position).toBeLessThan(stop.position)
    }))

  test('a plan in two halves is the plan: the second begins where the first ends', () =>
    each((system, plan, whole) => {
      const steps = plan.filter((item) => item.kind === 'step')
      const half = Math.floor(steps.length / 2)
      const first = rehearse(system, steps.slice(0, half), { today })
      if (first.stop !== null) return
      const second = rehearse(first.end.system, steps.slice(half), { today })
      const all = steps.length === plan.length ? whole : rehearse(system, steps, { today })
      expect([...performed(first), ...performed(second)].map(({ name }) => name)).toEqual(
        performed(all).map(({ name }) => name),
      )
      expect(second.end.system).toEqual(all.end.system)
    }))

  test('it is the same run twice, and the same from the ledger', () =>
    each((system, plan, rehearsed) => {
      const again = bindItems(JSON.parse(JSON.stringify(storedItems(plan))), catalogue)
      if ('kind' in again) throw new Error(again.code)
      expect(JSON.stringify(rehearse(system, again, { today }))).toBe(JSON.stringify(rehearsed))
    }))
})
