/** Runs wait while somebody waits for an answer, and never for long. */
import { expect, test } from 'vitest'
import { courtesyOn } from '../../src/dispatch/courtesy.ts'

type Due = { readonly waitMs: number; readonly work: () => void }

function opened() {
  const due: Due[] = []
  const courtesy = courtesyOn({
    after: (waitMs, work) => {
      const one = { waitMs, work }
      due.push(one)
      return { cancel: () => void due.splice(due.indexOf(one), 1) }
    },
  })
  let turns = 0
  const ask = () =>
    courtesy.turn().then(() => {
      turns += 1
    })
  const person = () => {
    const answer = Promise.withResolvers<void>()
    courtesy.toPeople(() => answer.promise)
    return answer
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  /** What was to happen after so long happens. */
  const passes = async (waitMs: number) => {
    const one = due.find((each) => each.waitMs === waitMs)
    if (one === undefined) throw new Error(`nothing is due after ${waitMs} ms`)
    due.splice(due.indexOf(one), 1)
    one.work()
    await settled()
  }
  const waits = () => due.map(({ waitMs }) => waitMs)
  return { courtesy, ask, person, settled, passes, turns: () => turns, waits }
}

test('with nobody waiting a run has its turn at once', async () => {
  const { ask, settled, turns, waits } = opened()
  ask()
  await settled()
  expect([turns(), waits()]).toEqual([1, []])
})

test('runs wait until the last person is answered and it is quiet, a failed answer included', async () => {
  const { courtesy, ask, settled, passes, turns, waits } = opened()
  const [one, other] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
  const answered = courtesy.toPeople(() => one.promise)
  const failed = courtesy.toPeople(() => other.promise)
  ask()
  ask()
  one.resolve('yes')
  expect(await answered).toBe('yes')
  await settled()
  expect([turns(), waits()]).toEqual([0, [500]])
  other.reject(new Error('no'))
  await expect(failed).rejects.toThrow('no')
  await settled()
  expect(turns()).toBe(0)
  await passes(150)
  expect([turns(), waits()]).toEqual([2, []])
})

test('of many who ask at once the last are let in late: who comes meanwhile is waited for too', async () => {
  const { ask, person, settled, passes, turns, waits } = opened()
  person().resolve()
  await settled()
  ask()
  const late = person()
  await settled()
  expect([turns(), waits()]).toEqual([0, [500]])
  late.resolve()
  await settled()
  await passes(150)
  expect([turns(), waits()]).toEqual([1, []])
})

test('after half a second one goes all the same, and then one each quarter', async () => {
  const { ask, person, settled, passes, turns, waits } = opened()
  person()
  ask()
  ask()
  ask()
  await settled()
  expect([turns(), waits()]).toEqual([0, [500]])
  await passes(500)
  expect([turns(), waits()]).toEqual([1, [250]])
  await passes(250)
  expect([turns(), waits()]).toEqual([2, [250]])
  await passes(250)
  expect([turns(), waits()]).toEqual([3, []])
})
