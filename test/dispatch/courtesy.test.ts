/** Runs wait while somebody waits for an answer, and never for long. */
import { expect, test } from 'vitest'
import { courtesyOn } from '../../src/dispatch/courtesy.ts'

function opened() {
  const due: (() => void)[] = []
  const waits: number[] = []
  const courtesy = courtesyOn({
    after: (waitMs, work) => {
      waits.push(waitMs)
      due.push(work)
      return { cancel: () => void due.splice(due.indexOf(work), 1) }
    },
  })
  let turns = 0
  const ask = () =>
    courtesy.turn().then(() => {
      turns += 1
    })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { courtesy, ask, settled, turns: () => turns, due, waits }
}

test('with nobody waiting a run has its turn at once', async () => {
  const { ask, settled, turns, due } = opened()
  ask()
  await settled()
  expect([turns(), due.length]).toEqual([1, 0])
})

test('runs wait until the last person is answered, a failed answer included', async () => {
  const { courtesy, ask, settled, turns, due } = opened()
  const [one, other] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
  const answered = courtesy.toPeople(() => one.promise)
  const failed = courtesy.toPeople(() => other.promise)
  ask()
  ask()
  one.resolve('yes')
  expect(await answered).toBe('yes')
  await settled()
  expect(turns()).toBe(0)
  other.reject(new Error('no'))
  await expect(failed).rejects.toThrow('no')
  await settled()
  expect([turns(), due.length]).toEqual([2, 0])
})

test('after half a second they wait no longer', async () => {
  const { courtesy, ask, settled, turns, due, waits } = opened()
  courtesy.toPeople(() => new Promise(() => undefined))
  ask()
  await settled()
  expect([turns(), waits]).toEqual([0, [500]])
  due[0]?.()
  await settled()
  expect(turns()).toBe(1)
})
