/** What was observed beside what was predicted, as people read it. */
import { expect, test } from 'vitest'
import { show } from '../../../src/slack/views/evidence.ts'

test('a bound is said as one, and whatever merely looks like one as it is', () => {
  expect(show({ atMost: 500, in: 7, of: 8 })).toBe('at most 500 in 7 of 8 parts')
  expect(show({ atMost: 500 })).toBe('{"atMost":500}')
  expect(show({ atMost: 500, in: 0, of: 0 })).toBe('{"atMost":500,"in":0,"of":0}')
  expect([show(null), show('zonal'), show(500)]).toEqual(['–', 'zonal', '500'])
})
