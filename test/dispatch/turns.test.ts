/** Turns are given to few at the same moment, and those that wait for somebody else are in nobody's way. */
import { expect, test } from 'vitest'
import { turnsOf } from '../../src/dispatch/turns.ts'

function stage(atOnce: number) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const due = new Set<() => void>()
  const timers = {
    after: (_waitMs: number, work: () => void) => {
      due.add(work)
      return { cancel: () => void due.delete(work) }
    },
  }
  const turns = turnsOf(atOnce, timers, (run) => {
    begun.push(run)
    return new Promise((resolve) => ends.set(run, resolve))
  })
  const settled = async () => {
    for (let count = 0; count < 10; count += 1) await Promise.resolve()
  }
  return {
    begun,
    ask: (count: number) => {
      for (let index = 0; index < count; index += 1) turns.ask(`r${index}`)
    },
    end: async (run: string) => {
      ends.get(run)?.()
      await settled()
    },
    /** All that have begun are a second old. */
    age: async () => {
      for (const work of [...due]) {
        due.delete(work)
        work()
      }
      await settled()
    },
  }
}

test('eight begin at once; the others when one of these ends', async () => {
  const { ask, begun, end } = stage(64)
  ask(20)
  expect(begun).toHaveLength(8)
  await end('r3')
  expect(begun).toHaveLength(9)
})

test('or is a second old, up to the number of all', async () => {
  const { ask, begun, age, end } = stage(20)
  ask(30)
  await age()
  expect(begun).toHaveLength(16)
  await age()
  expect(begun).toHaveLength(20)
  await age()
  expect(begun).toHaveLength(20)
  // One that is old already makes room once.
  await end('r0')
  expect(begun).toHaveLength(21)
  await end('r1')
  expect(begun).toHaveLength(22)
})
