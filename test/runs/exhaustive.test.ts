/** Every interleaving, in the small: nothing illegal, no second write, and always a way to the end. */
import { describe, expect, test } from 'vitest'
import { explore } from './explore.ts'
import { twoInstances } from './two-instances.ts'
import { twoRuns } from './two-runs.ts'

const outcomes = (ends: readonly { readonly stage: object }[]) =>
  ends.map(({ stage }) => ('outcome' in stage ? stage.outcome : stage))

describe('two instances, double clicks, a lost reply, an operation that fails, a retry and a crash', () => {
  const explored = explore(twoInstances)

  test('no event is illegal, each of three steps takes effect once at most, one person counts once', () => {
    expect(explored.wrong).toEqual([])
    expect(explored.states).toBeGreaterThan(100_000)
  })

  test('from every state some way leads to an end', () => {
    expect(explored.stuck).toEqual([])
  })

  test('each run ends with all three written, or given up by a person', () => {
    const ends = explored.ends.map(({ run, world }) => `${outcomes([run])} ${world.effects}`)
    expect(new Set(ends)).toEqual(
      new Set(['verified 0,1,2', 'aborted ', 'aborted 0', 'aborted 0,1']),
    )
  })
})

describe('two runs on different targets, each fine alone and not both', () => {
  const explored = explore(twoRuns)

  test('never are both in force, and from every state some way leads to an end', () => {
    expect(explored.wrong).toEqual([])
    expect(explored.stuck).toEqual([])
  })

  test('in every interleaving exactly one passes', () => {
    expect(explored.ends.length).toBeGreaterThan(1)
    for (const { runs, inForce } of explored.ends) {
      expect(outcomes(runs).toSorted()).toEqual(['blocked', 'verified'])
      expect(inForce).toHaveLength(1)
    }
    expect(new Set(explored.ends.flatMap(({ inForce }) => inForce))).toEqual(new Set([0, 1]))
  })
})
