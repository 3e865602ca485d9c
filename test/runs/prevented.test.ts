/** What the gate prevented is counted from events alone: blocked, voided, parked as blocked, by reason and month. */
import { expect, test } from 'vitest'
import type { RunEvent } from '../../src/runs/events.ts'
import { preventedRecordOf } from '../../src/runs/prevented.ts'
import { evolve } from '../../src/runs/run.ts'
import type { Run } from '../../src/runs/stage.ts'
import { preventedLine, preventedLines } from '../../src/words/en-prevented.ts'
import { event, historyTo, runAfter, startedAt } from './histories.ts'
import { forecastOn } from './model-events.ts'

const of = { law: null, subject: 'db', before: null, after: null, values: {} } as const
const forecast = forecastOn({
  verdict: 'block',
  reasons: [
    { code: 'frozen', weight: 'block', ...of },
    { code: 'stopped', weight: 'block', ...of },
    { code: 'clock-differs', weight: 'review', ...of },
  ],
})
const blocked = runAfter([event('run-started'), forecast, event('step-blocked')])
const voided = (...whats: readonly string[]) =>
  event('approval-voided', {
    moved: whats.map((what) => ({ what, before: null, after: 'cooling-down - db' })),
  })
const judged = (run: Run, isRight: boolean): Run =>
  evolve(run, { at: startedAt + 9_000, event: event('no-judged', { isRight }) })
const codesAfter = (...events: readonly RunEvent[]) => runAfter(events).prevented.at(-1)?.codes

test('a block by each reason that blocks, and by the target where none does', () => {
  expect(blocked.prevented).toMatchObject([{ kind: 'blocked', codes: ['frozen', 'stopped'] }])
  const bare = [event('run-started'), event('step-forecast'), event('step-blocked')]
  expect(codesAfter(...bare)).toEqual(['target-refuses'])
})

test('a void by what moved: facts are the world, the rest has names of its own', () => {
  const move = voided('version', 'databases.db.tier', 'reason', 'verdict', 'cost')
  expect(codesAfter(...historyTo.claimed, move)).toEqual([
    'world-moved',
    'cooling-down',
    'verdict-worse',
    'cost-rose',
  ])
})

test('a step of a plan that waits because it is blocked, and a plan that is refused whole', () => {
  const parked = event('run-parked', { why: { code: 'blocked' } })
  expect(codesAfter(event('run-started'), forecast, parked)).toEqual(['frozen', 'stopped'])
  expect(codesAfter(...historyTo.planned, event('plan-blocked'))).toEqual(['target-refuses'])
  expect(codesAfter(...historyTo.parked)).toBeUndefined()
})

test('nothing is counted where people said no, or nobody did', () => {
  for (const type of ['approval-rejected', 'approval-expired', 'run-aborted'] as const)
    expect(runAfter([...historyTo.waiting, event(type)]).prevented).toEqual([])
})

test('the record counts each no, and judges run by run', () => {
  const void1 = runAfter([...historyTo.claimed, voided('version')])
  const runs = [judged(blocked, true), blocked, judged(void1, false), runAfter(historyTo.ended)]
  const record = preventedRecordOf(runs)
  const month = { '1970-01': 2 }
  expect(record).toMatchObject({
    ...{ runs: 3, blocked: 2, voided: 1, right: 1, wrong: 1, open: 1 },
    codes: [
      { code: 'frozen', count: 2, right: 1, wrong: 0, open: 1, months: month },
      { code: 'stopped', count: 2, right: 1, wrong: 0, open: 1, months: month },
      { code: 'world-moved', count: 1, right: 0, wrong: 1, open: 0, months: { '1970-01': 1 } },
    ],
  })
  expect(preventedLines(record)).toEqual([
    'The gate said no in 3 runs: 2 blocked and 1 approval void; 1 judged right, 1 judged wrong and 1 not judged yet.',
    '- frozen: 2 times (1970-01: 2); 1 judged right and 1 not judged yet.',
    '- stopped: 2 times (1970-01: 2); 1 judged right and 1 not judged yet.',
    '- world-moved: 1 time (1970-01: 1); 1 judged wrong.',
  ])
  expect(preventedLine(preventedRecordOf([]))).toBeNull()
})
