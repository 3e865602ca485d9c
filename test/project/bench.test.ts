/** The bench's arithmetic: sides in turns, warm-ups left out, the median judged. */
import { expect, test } from 'vitest'
import { type Bench, measured, spreadOf } from '../bench/bench.ts'

function bench(own: readonly number[], others: readonly number[] | null, boundBelow: number) {
  const order: string[] = []
  const sideOf = (what: string, samples: readonly number[]) => {
    const left = [...samples]
    const measure = async (): Promise<number> => {
      order.push(what)
      return left.shift() ?? Number.NaN
    }
    return { what, measure }
  }
  const made: Bench = {
    name: 'made',
    unit: 'ms',
    rounds: own.length - 1,
    warmUps: 1,
    subject: sideOf('a', own),
    against: others === null ? null : sideOf('b', others),
    boundBelow,
    close: async () => undefined,
  }
  return { bench: made, order }
}

test('each ratio is of its own round, and the warm-up counts nowhere', async () => {
  const { bench: made, order } = bench([900, 10, 40, 30], [1, 10, 20, 10], 2.5)
  const result = await measured(made)
  expect(result.values).toEqual({ min: 1, median: 2, max: 3 })
  expect(result.subject).toEqual({ min: 10, median: 30, max: 40 })
  expect(result.isWithin).toBe(true)
  expect(order.join('')).toBe('baabbaab')
})

test('a median at the bound is over it, whatever the minimum', async () => {
  const { bench: made } = bench([0, 10, 20, 30], [0, 10, 10, 10], 2)
  expect((await measured(made)).isWithin).toBe(false)
})

test('without another side the bound is absolute', async () => {
  const { bench: made } = bench([0, 10, 20, 30], null, 21)
  expect(await measured(made)).toMatchObject({ isWithin: true, against: null })
})

test('a sample that is no number is never within a bound', async () => {
  const { bench: made } = bench([0, Number.NaN, Number.NaN], [0, 1, 1], 5)
  expect((await measured(made)).isWithin).toBe(false)
})

test('the median of an even number of samples lies between the middle two', () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ min: 1, median: 2.5, max: 4 })
})
