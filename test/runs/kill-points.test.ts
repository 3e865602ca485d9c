/** The process dies where anything is in flight, and the next one ends in the same world. `npm run kill-points`. */
import { describe, expect, test } from 'vitest'
import { killedAt, killPointsOf } from '../kill-points/points.ts'
import { live, tenSteps } from './ten-steps.ts'

const undisturbed = await live(tenSteps)
const points = killPointsOf(undisturbed)

test('ten steps over every guard pass through all that can be in flight', () => {
  expect(undisturbed.end).toBe('ended: verified')
  expect(undisturbed.writes).toEqual({
    ...{ 'cloud-sql': 4, 'cloud-run': 1, pgbouncer: 1, postgres: 1, celery: 1 },
  })
  expect(new Set(points.map(({ guard }) => guard))).toEqual(
    new Set(['', 'read', 'only-if', 'version', 'absolute', 'name', 'wait', 'none', 'manual']),
  )
  expect(points.length).toBeGreaterThan(150)
})

/** One of each: what is in flight, under which guard, by which event. All of them stand in the script. */
const kinds = new Map(
  points
    .filter(({ inFlight }) => inFlight !== '-')
    .map((point) => [`${point.guard} ${point.inFlight}`, point]),
)

describe('it dies with something in flight, and the next one ends it in the same world', () => {
  test.for([...kinds.values()])('$guard, $inFlight: $when $what', async (point) => {
    const fate = await killedAt(undisturbed, point)
    expect(fate.broken).toEqual([])
  })
})
