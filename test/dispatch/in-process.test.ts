/** Who brings runs forward, and when: with timers that move by hand. */
import { describe, expect, test } from 'vitest'
import { dispatchInProcess, sweepEveryMs } from '../../src/dispatch/in-process.ts'
import type { Timers } from '../../src/world/world.ts'

/** Timers of which the test is the clock. */
function handTimers() {
  let at = 0
  let waiting: { readonly dueAt: number; readonly work: () => void }[] = []
  const timers: Timers = {
    after: (waitMs, work) => {
      const timer = { dueAt: at + waitMs, work }
      waiting.push(timer)
      const cancel = () => {
        waiting = waiting.filter((one) => one !== timer)
      }
      return { cancel }
    },
  }
  const settled = async () => {
    for (let turns = 0; turns < 20; turns += 1) await Promise.resolve()
  }
  const forward = async (ms: number): Promise<void> => {
    const until = at + ms
    for (;;) {
      await settled()
      const [next] = waiting.sort((one, other) => one.dueAt - other.dueAt)
      if (next === undefined || next.dueAt > until) break
      waiting = waiting.filter((one) => one !== next)
      at = next.dueAt
      next.work()
    }
    at = until
  }
  return { timers, forward, now: () => at, count: () => waiting.length }
}

function dispatched(answers: Readonly<Record<string, number | null | Error>> = {}) {
  const hand = handTimers()
  const advanced: (readonly [string, number])[] = []
  const failures: (readonly [string | null, unknown])[] = []
  let due: readonly string[] | Error = []
  const dispatcher = dispatchInProcess(
    {
      advance: async (run) => {
        advanced.push([run, hand.now()])
        const answer = answers[run] ?? null
        if (answer instanceof Error) throw answer
        return answer
      },
      due: async () => {
        if (due instanceof Error) throw due
        return due
      },
      failed: (run, error) => failures.push([run, error]),
    },
    hand.timers,
  )
  const dueNow = (runs: readonly string[] | Error) => {
    due = runs
  }
  return { ...hand, dispatcher, advanced, failures, dueNow }
}

describe('a wake', () => {
  test('brings a run forward at once, and again when it said', async () => {
    const { dispatcher, advanced, forward } = dispatched({ a: 1_500 })
    dispatcher.wake('a')
    await forward(3_100)
    expect(advanced).toEqual([
      ['a', 0],
      ['a', 1_500],
      ['a', 3_000],
    ])
  })

  test('that is lost only delays: the sweep finds what is due, at start and every 5 s', async () => {
    const { advanced, forward, dueNow } = dispatched()
    dueNow(['a'])
    await forward(0)
    expect(advanced).toEqual([['a', 0]])
    dueNow(['b'])
    await forward(sweepEveryMs)
    expect(sweepEveryMs).toBe(5_000)
    expect(advanced.slice(1)).toEqual([['b', 5_000]])
  })

  test('while the run is being brought forward is not lost, and makes no second loop', async () => {
    const { timers, forward } = handTimers()
    let running = 0
    let most = 0
    let count = 0
    const steps: (() => void)[] = []
    const dispatcher = dispatchInProcess(
      {
        advance: async () => {
          running += 1
          count += 1
          most = Math.max(most, running)
          await new Promise<void>((done) => steps.push(done))
          running -= 1
          return null
        },
        due: async () => [],
        failed: (_run, error) => {
          throw error
        },
      },
      timers,
    )
    for (let times = 0; times < 3; times += 1) dispatcher.wake('a')
    await forward(0)
    expect(count).toBe(1)
    steps.shift()?.()
    await forward(0)
    expect([count, most]).toEqual([2, 1])
    steps.shift()?.()
    await forward(0)
    expect(count).toBe(2)
  })

  test('that comes while it is brought forward leaves one time to come back, and a stop none', async () => {
    const { dispatcher, advanced, forward, count } = dispatched({ a: 4_000 })
    for (let times = 0; times < 3; times += 1) dispatcher.wake('a')
    await forward(100)
    expect(advanced).toHaveLength(2)
    // The sweep, and this run.
    expect(count()).toBe(2)
    await dispatcher.stop()
    expect(count()).toBe(0)
  })

  test('replaces the time at which a run would have come back', async () => {
    const { dispatcher, advanced, forward } = dispatched({ a: 4_000 })
    dispatcher.wake('a')
    await forward(1_000)
    dispatcher.wake('a')
    await forward(3_900)
    expect(advanced.map(([, at]) => at)).toEqual([0, 1_000])
  })
})

describe('a failure', () => {
  test('of one run is told, and neither it nor the others are forgotten', async () => {
    const broken = new Error('broken')
    const { dispatcher, advanced, failures, forward, dueNow } = dispatched({ a: broken })
    dueNow(['a', 'b'])
    dispatcher.wake('a')
    await forward(0)
    expect(failures[0]).toEqual(['a', broken])
    expect(advanced.map(([run]) => run)).toContain('b')
    const before = advanced.length
    await forward(sweepEveryMs)
    expect(advanced.slice(before).map(([run]) => run)).toEqual(['a', 'b'])
  })

  test('of the sweep itself is told, and the next one comes', async () => {
    const { advanced, failures, forward, dueNow } = dispatched()
    dueNow(new Error('no ledger'))
    await forward(0)
    expect(failures).toEqual([[null, new Error('no ledger')]])
    dueNow(['a'])
    await forward(sweepEveryMs)
    expect(advanced).toEqual([['a', 5_000]])
  })
})

describe('stopping', () => {
  test('takes no new work, leaves no timer, and waits for what is under way', async () => {
    const { timers, forward, count } = handTimers()
    const { promise, resolve } = Promise.withResolvers<number>()
    const dispatcher = dispatchInProcess(
      { advance: () => promise, due: async () => [], failed: () => undefined },
      timers,
    )
    dispatcher.wake('a')
    let stopped = false
    const stopping = dispatcher.stop().then(() => {
      stopped = true
    })
    await forward(0)
    expect(stopped).toBe(false)
    resolve(10)
    await stopping
    dispatcher.wake('b')
    await forward(60_000)
    expect(count()).toBe(0)
  })

  test('a run that wants to come back in a month is not woken at once', async () => {
    const { dispatcher, advanced, forward } = dispatched({ a: 31 * 86_400_000 })
    dispatcher.wake('a')
    await forward(sweepEveryMs)
    expect(advanced).toHaveLength(1)
  })
})

test('so many runs at once, the others in their turn, and each at last', async () => {
  const { timers, forward } = handTimers()
  const under = new Map<string, () => void>()
  let most = 0
  const dispatcher = dispatchInProcess(
    {
      advance: async (run) => {
        await new Promise<void>((done) => under.set(run, done))
        under.delete(run)
        return null
      },
      due: async () => ['a', 'b', 'c', 'd', 'e'],
      failed: () => undefined,
    },
    timers,
    2,
  )
  const seen: string[] = []
  await forward(0)
  for (let rounds = 0; rounds < 5; rounds += 1) {
    most = Math.max(most, under.size)
    const [run, done] = [...under][0] ?? ['', () => undefined]
    seen.push(run)
    done()
    await forward(0)
  }
  expect(most).toBe(2)
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'])
  await dispatcher.stop()
})
