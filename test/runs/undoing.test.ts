/** The way back names everything that a run may have changed: what was tried again, and what nobody saw through. */
import { describe, expect, test } from 'vitest'
import { wayBack } from '../../src/runs/undoing.ts'
import { runMessage } from '../../src/slack/views/run.ts'
import { catalogue } from '../../src/steps/index.ts'
import { event, historyTo, runAfter, verifiedAs } from './histories.ts'
import { forecastOn } from './model-events.ts'

const tier = (name: string) => ({ database: 'db', tier: name })
/** The forecast of a resize: how it is undone. */
const from = (name: string) =>
  forecastOn({ undo: { kind: 'step', step: 'patch-cloud-sql-tier', input: tier(name) } })

const begun = [event('run-started'), from('db-custom-2-7680')]
const claimed = [
  ...begun,
  event('approval-requested'),
  event('consent-given'),
  event('step-claimed'),
]
const acted = [
  ...claimed,
  event('write-intended'),
  event('write-accepted'),
  event('operation-ended'),
]
const retried = event('run-resumed', { choice: 'retry' })
const skipped = event('step-skipped')

const inputs = (run: Parameters<typeof wayBack>[0]) =>
  wayBack(run, catalogue).items.map((item) => item.kind === 'step' && item.step.input)

describe('a step that was done, contradicted and tried again', () => {
  const parked = [...acted, verifiedAs('contradicted')]

  test('and was so already then, is undone by its first forecast', () => {
    const run = runAfter([...parked, retried, from('db-custom-8-30720'), event('step-unneeded')])
    expect(run.stage).toMatchObject({ kind: 'ended', outcome: 'unneeded' })
    expect(inputs(run)).toEqual([tier('db-custom-2-7680')])
  })

  test('and done again from elsewhere, is undone twice, the last one first', () => {
    const again = [from('db-custom-4-15360'), ...acted.slice(begun.length), verifiedAs('confirmed')]
    const run = runAfter([...parked, retried, ...again])
    expect(inputs(run)).toEqual([tier('db-custom-4-15360'), tier('db-custom-2-7680')])
  })

  test('is remembered through an approval that no longer fitted', () => {
    const voided = [from('db-custom-8-30720'), event('approval-voided')]
    const run = runAfter([...parked, retried, ...voided, from('db-custom-8-30720')])
    expect(inputs(run)).toEqual([tier('db-custom-2-7680')])
  })

  test('says in its message why it is sent again, and who said so', () => {
    const failed = [
      ...acted.slice(0, -1),
      event('operation-ended', { error: 'no <!channel> quota' }),
    ]
    const run = runAfter([...failed, retried, from('db-custom-2-7680')])
    const { blocks } = runMessage({ run, now: run.lastAt, sealed: null, note: null })
    const text = JSON.stringify(blocks)
    expect(text).toContain(
      'its operation ended with an error, no &lt;!channel&gt; quota. <@U0LUIS>',
    )
  })
})

describe('a step that nobody saw through', () => {
  const left = [...claimed, event('write-intended'), event('write-faulted', { sent: 'unknown' })]
  const undecided = event('run-parked', { why: { code: 'undecided', why: 'blind' } })

  test('and was left out, is said to be neither done nor undone', () => {
    const run = runAfter([...left, undecided, skipped])
    expect(wayBack(run, catalogue)).toEqual({
      items: [],
      cannot: [{ step: 'patch-cloud-sql-tier', because: expect.stringContaining('nobody saw') }],
    })
  })

  test.for([
    ['that was not there when it was looked for', [...left, event('write-probed'), undecided]],
    ['that was never sent', [...claimed, event('run-parked')]],
    [
      'that was refused',
      [...claimed, event('write-intended'), event('write-faulted'), event('run-parked')],
    ],
  ] as const)('%s has nothing to undo', ([, history]) => {
    expect(wayBack(runAfter([...history, skipped]), catalogue)).toEqual({ items: [], cannot: [] })
  })
})

test('an aborted write that was surely refused is not said to be on its way', () => {
  const sending = [...claimed, event('write-intended')]
  const said = (fault: object) => {
    const left = [event('write-faulted', fault), event('run-parked'), event('run-aborted')]
    const run = runAfter([...sending, ...left])
    return runMessage({ run, now: run.lastAt, sealed: null, note: null }).text
  }
  expect(said({ sent: 'no' })).toContain('Nothing was sent.')
  expect(said({ sent: 'unknown' })).toContain('It may still be on its way')
})

test('a history that was never retried has nothing behind it', () => {
  expect(runAfter(historyTo.ended).record.earlier).toBeNull()
})
