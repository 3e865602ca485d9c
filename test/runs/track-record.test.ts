/** The model's own error is a number: predicted beside observed, over the runs that ended. */
import { describe, expect, test } from 'vitest'
import type { Evidence } from '../../src/runs/events.ts'
import type { Run } from '../../src/runs/stage.ts'
import { trackRecordOf } from '../../src/runs/track-record.ts'
import { trackRecordLine } from '../../src/words/en-track-record.ts'
import { event, historyTo, runAfter, verifiedAs } from './histories.ts'

type Numbers = { readonly predicted: number; readonly observed: number }

const expected = { fact: 'databases.db.maxConnections', predicted: 500 }

function evidenceOf({ predicted, observed }: Numbers): Evidence {
  const outcome = predicted === observed ? 'confirmed' : 'contradicted'
  return {
    ...{ fact: expected.fact, predicted, observed, outcome },
    ...{ source: 'PostgreSQL', observedAt: 1, remedy: null },
  }
}

/** Its prediction counts only where it was one: a reading expects nothing. */
function ended(numbers: Numbers, expects: readonly object[] = [expected]): Run {
  const history = historyTo.acted.map((one) =>
    one.type === 'step-forecast'
      ? event('step-forecast', { forecast: { ...one.forecast, expects } })
      : one,
  )
  const evidence = [evidenceOf(numbers)]
  const contradicted = numbers.predicted !== numbers.observed
  const end = contradicted ? [event('run-aborted')] : []
  return runAfter([...history, event('step-verified', { evidence }), ...end])
}

describe('trackRecordOf', () => {
  test('counts each prediction once, and says by how much numbers were off', () => {
    const runs = [
      ended({ predicted: 500, observed: 500 }),
      ended({ predicted: 500, observed: 400 }),
      ended({ predicted: 500, observed: 500 }),
    ]
    const record = trackRecordOf(runs)
    expect(record).toMatchObject({ runs: 3, compared: 3, contradicted: 1, unseen: 0 })
    expect(record.facts).toHaveLength(1)
    expect(record.facts[0]).toMatchObject({ fact: 'maxConnections', compared: 3, contradicted: 1 })
    expect(record.facts[0]?.meanAbsoluteError).toBeCloseTo(0.25 / 3)
    expect(trackRecordLine(record)).toBe('Model so far: 2 of 3 predictions came true in 3 runs.')
  })

  test('a reading proves nothing, and a run that goes on is not counted', () => {
    const reading = ended({ predicted: 500, observed: 500 }, [])
    expect(trackRecordOf([reading, runAfter(historyTo.acted)]).runs).toBe(0)
    expect(trackRecordLine(trackRecordOf([reading]))).toBeNull()
  })

  test('what nobody could see is neither right nor wrong', () => {
    const history = historyTo.acted.map((one) =>
      one.type === 'step-forecast'
        ? event('step-forecast', {
            forecast: { ...one.forecast, expects: [{ fact: 'databases.db.tier', predicted: 'a' }] },
          })
        : one,
    )
    const record = trackRecordOf([runAfter([...history, verifiedAs('not-observed')])])
    expect(record).toMatchObject({ compared: 0, unseen: 1 })
    expect(trackRecordLine(record)).toBeNull()
  })
})
