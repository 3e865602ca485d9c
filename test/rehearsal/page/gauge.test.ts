/** The ship's side: the water stands at who comes, the line at who is carried, and both stay inside the drawing. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deckY, gaugeOf, keelY } from '../../../src/rehearsal/page/gauge.ts'

const reading = {
  users: 10_000,
  supportedUsers: 2904,
  sentence: '1,890 of 390 connections in db: 1,800 backend + 80 celery + 10 admin',
}

test('2,904 of 10,000: the water stands over the line', () => {
  const gauge = gaugeOf(reading, 0)
  expect(gauge).toMatchObject({
    users: '10,000',
    supported: '2,904',
    sentence: '1,890 of 390 connections in db',
    verdict: '7,096 too many',
    isOverloaded: true,
  })
  expect(gauge.waterY).toBeLessThan(gauge.markY)
  expect(gauge.draft.map(({ label }) => label)).toEqual(['2k', '4k', '6k', '8k', '10k'])
})

test('a system that carries all has the line above the water', () => {
  const gauge = gaugeOf({ ...reading, supportedUsers: 12_000 }, 0)
  expect(gauge).toMatchObject({ verdict: 'room for 2,000 more', isOverloaded: false })
  expect(gauge.markY).toBeLessThan(gauge.waterY)
})

test('no limit found is said, not drawn as zero', () => {
  const gauge = gaugeOf({ users: 10_000, sentence: '' }, 0)
  expect(gauge).toMatchObject({ supported: 'no limit found', isOverloaded: false })
})

test('every height lies between deck and keel', () => {
  const users = fc.integer({ min: 0, max: 10_000_000 })
  fc.assert(
    fc.property(users, users, (come, carried) => {
      const gauge = gaugeOf({ ...reading, users: come, supportedUsers: carried }, 0)
      const heights = [gauge.waterY, gauge.markY, ...gauge.draft.map(({ y }) => y)]
      return heights.every((y) => y >= deckY && y <= keelY) && gauge.draft.length < 20
    }),
  )
})
