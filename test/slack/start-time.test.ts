/** When something is to begin: an instant with its zone, ahead and not far. */
import { expect, test } from 'vitest'
import { startTime } from '../../src/slack/commands/start-time.ts'

const now = Date.parse('2026-12-01T12:00:00Z')

test.for([
  ['at=2026-12-01T15:00Z', '2026-12-01T15:00:00Z'],
  ['at=2026-12-01T13:00-03:00', '2026-12-01T16:00:00Z'],
])('%s is an instant, and no parameter', ([word, iso]) => {
  expect(startTime(['users=5', word ?? ''], now)).toEqual({
    kind: 'time',
    words: ['users=5'],
    notBefore: Date.parse(iso ?? ''),
  })
})

test('without it something begins as soon as it may', () => {
  expect(startTime(['users=5'], now)).toEqual({ kind: 'time', words: ['users=5'], notBefore: null })
})

test.for([
  ['at=03:00', 'with its zone'],
  ['at=2026-12-01T15:00', 'with its zone'],
  ['at=2026-13-01T15:00Z', 'with its zone'],
  ['at=2026-12-01T12:00Z', 'in the future'],
  ['at=2026-12-09T12:00Z', 'within seven days'],
])('%s is refused, saying what would be right', ([word, right]) => {
  const time = startTime([word ?? ''], now)
  expect(time).toMatchObject({ kind: 'wrong', sentence: expect.stringContaining(right ?? '') })
})
