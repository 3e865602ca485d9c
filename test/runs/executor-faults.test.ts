/** What can go wrong between a run and the cloud, all real but Slack: one effective PATCH at most, always. */
import { describe, expect, test } from 'vitest'
import { alone } from '../../src/runs/requests.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { handClock } from '../world/hand-clock.ts'
import {
  changed,
  channel,
  database,
  luis,
  processOn,
  sofia,
  standing,
  tokenOf,
  upgrade,
} from './process.ts'
import { realProcess } from './real-process.ts'
import { simulateCloud } from './simulated-world.ts'

type Bot = Awaited<ReturnType<typeof realProcess>>

const approvedBy = async (bot: Bot) => bot.approved(await bot.asked())

const faultsOf = async (bot: Bot, run: string) =>
  (await bot.ledger.read(`run/${run}`)).flatMap(({ event }) =>
    typeof event === 'object' && event !== null && 'sent' in event && 'code' in event
      ? [`${event.code}: ${event.sent}`]
      : [],
  )

describe('a write that was refused', () => {
  test('with 412 because somebody was quicker is void: nothing of ours is sent after it', async () => {
    const bot = await realProcess({
      through: (writer, others) => ({
        ...writer,
        patch: async (clearance, change) => {
          await others()
          return writer.patch(clearance, change)
        },
      }),
    })
    const ended = await approvedBy(bot)
    expect(await faultsOf(bot, ended.id)).toEqual(['version-moved: no'])
    expect(await bot.events(ended.id)).toContain('approval-voided')
    expect(ended.record.forecast?.reasons[0]).toMatchObject({ code: 'target-busy' })
    expect(standing(ended)).toBe('ended: blocked')
    expect([bot.patches().length, bot.cloud.writes]).toEqual([2, 1])
    expect((await bot.journal.headroom('tuki')).claims).toEqual([])
  })

  test.for([
    { how: 'stale', fault: 'version-moved: no', afterMs: 2_000 },
    { how: 'busy', fault: 'busy: no', afterMs: 2_000 },
    { how: 'rate-limited', fault: 'rate-limited: no', afterMs: 60_000 },
  ] as const)(
    '$how, and the world is as it was: it is sent again, not before $afterMs ms',
    async ({ how, fault, afterMs }) => {
      const bot = await realProcess()
      bot.cloud.provoke({ on: 'write', how })
      const ended = await approvedBy(bot)
      expect(await faultsOf(bot, ended.id)).toEqual([fault])
      expect(standing(ended)).toBe('ended: not-verified')
      const [first, second, ...more] = bot.patches().map(({ at }) => at)
      expect([more, bot.cloud.writes]).toEqual([[], 1])
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(afterMs)
    },
  )

  test('five times is parked, and a person may have it tried again', async () => {
    const bot = await realProcess()
    for (let count = 0; count < 5; count += 1) bot.cloud.provoke({ on: 'write', how: 'busy' })
    const parked = await approvedBy(bot)
    expect(standing(parked)).toBe('parked: not-sent')
    expect([bot.patches().length, bot.cloud.writes]).toEqual([5, 0])
    changed(await bot.requests.resume(parked.id, 'retry', sofia))
    const again = await bot.bring(parked.id)
    expect(standing(again)).toBe('waiting')
    expect(standing(await bot.approved(again))).toBe('ended: not-verified')
    expect(bot.cloud.writes).toBe(1)
  })
})

describe('a write whose fate is unknown', () => {
  test.for([
    { how: 'reply-lost', fault: 'unreachable: unknown' },
    { how: 'reply-unavailable', fault: 'server-error: unknown' },
    { how: 'silence', fault: 'time-out: unknown' },
  ] as const)(
    '$how: it took effect, is found, and exactly one PATCH was sent',
    async ({ how, fault }) => {
      const bot = await realProcess(how === 'silence' ? { timeOutMs: 1_000 } : {})
      const run = await bot.asked()
      bot.cloud.provoke({ on: 'write', how })
      const ended = await bot.approved(run)
      expect(await faultsOf(bot, run.id)).toEqual([fault])
      expect(await bot.events(run.id)).toContain('write-probed')
      expect(ended.record.found?.progress).toEqual({ kind: 'done', by: 'me' })
      expect(standing(ended)).toBe('ended: not-verified')
      expect([bot.patches().length, bot.cloud.writes]).toEqual([1, 1])
    },
  )

  test.for([
    { how: 'request-lost', fault: 'unreachable: unknown' },
    { how: 'unavailable', fault: 'server-error: unknown' },
  ] as const)(
    '$how: nothing is there, it is sent again at once, and exactly one takes effect',
    async ({ how, fault }) => {
      const bot = await realProcess()
      bot.cloud.provoke({ on: 'write', how })
      const ended = await approvedBy(bot)
      expect(await faultsOf(bot, ended.id)).toEqual([fault])
      expect(await bot.events(ended.id)).toContain('write-resent')
      expect(standing(ended)).toBe('ended: not-verified')
      const patches = bot.patches()
      expect([patches.length, bot.cloud.writes]).toEqual([2, 1])
      expect(patches[1]?.body).toEqual(patches[0]?.body)
      expect(patches[1]?.at).toBe(patches[0]?.at)
    },
  )

  test('and reads that lag: what was not seen yet is never written twice', async () => {
    const bot = await realProcess({ cloud: { readLagMs: 3_000 } })
    bot.clock.forward(10_000)
    bot.cloud.provoke({ on: 'write', how: 'reply-lost' })
    const ended = await approvedBy(bot)
    expect(standing(ended)).toBe('ended: not-verified')
    expect(await faultsOf(bot, ended.id)).toEqual(['unreachable: unknown', 'version-moved: no'])
    expect(bot.cloud.writes).toBe(1)
    expect((await bot.journal.headroom('tuki')).claims).toEqual([])
  })

  test('that cannot be looked for is parked; a retry is refused until somebody looked', async () => {
    const bot = await realProcess()
    const run = await bot.asked()
    changed(await bot.requests.approve(tokenOf(run), luis))
    bot.cloud.provoke({ on: 'write', how: 'reply-lost' })
    bot.blindWhile(() => bot.cloud.writes > 0)
    const parked = await bot.bring(run.id)
    expect(parked.stage).toMatchObject({
      kind: 'parked',
      why: { code: 'undecided', why: 'nobody answers' },
    })
    expect(await bot.requests.resume(run.id, 'retry', sofia)).toMatchObject({ code: 'look-first' })
    expect((await bot.journal.headroom('tuki')).claims).toHaveLength(1)
    changed(await bot.requests.resume(run.id, 'resume', sofia))
    bot.blindWhile(() => false)
    expect(standing(await bot.bring(run.id))).toBe('ended: not-verified')
    expect([bot.patches().length, bot.cloud.writes]).toEqual([1, 1])
  })

  test('and is given up undecided keeps its claim for 10 minutes more', async () => {
    const bot = await realProcess()
    const run = await bot.asked()
    bot.cloud.provoke({ on: 'write', how: 'reply-lost' })
    bot.blindWhile(() => bot.cloud.writes > 0)
    const parked = await bot.approved(run)
    const abortedAt = bot.clock.now()
    expect(standing(changed(await bot.requests.abort(parked.id, luis)))).toBe('ended: aborted')
    expect((await bot.journal.headroom('tuki')).claims).toMatchObject([
      { run: run.id, until: abortedAt + 600_000 },
    ])
    const start = () => bot.requests.start(alone(upgrade), channel, sofia)
    expect(await start()).toMatchObject({ code: 'target-claimed', run: run.id })
    bot.clock.forward(600_000)
    expect((await start()).kind).toBe('changed')
  })

  test('that was lost beside somebody else’s change is parked: nothing is sent on top of it', async () => {
    const bot = await realProcess()
    const run = await bot.asked()
    changed(await bot.requests.approve(tokenOf(run), luis))
    bot.cloud.provoke({ on: 'write', how: 'request-lost' })
    let isMoved = false
    bot.beforeReads(async () => {
      // Between the loss and the second sending somebody else changes the instance.
      if (isMoved || bot.patches().length === 0) return
      isMoved = true
      await bot.others()
    })
    const ended = await bot.bring(run.id)
    const events = await bot.events(run.id)
    expect(events.filter((type) => type === 'write-resent')).toEqual([])
    expect(standing(ended)).toBe('parked: undecided')
    expect([bot.patches().length, bot.cloud.writes]).toEqual([2, 1])
    expect(bot.cloud.instance(database).tier).toBe('db-custom-2-7680')
  })
})

describe('an operation', () => {
  test('that ends in an error is parked with it; a retry is forecast and approved anew', async () => {
    const bot = await realProcess()
    bot.cloud.provoke({ on: 'write', how: 'operation-fails' })
    const parked = await approvedBy(bot)
    expect(parked.stage).toMatchObject({ kind: 'parked', why: { code: 'operation-failed' } })
    changed(await bot.requests.resume(parked.id, 'retry', sofia))
    const again = await bot.bring(parked.id)
    expect(standing(again)).toBe('waiting')
    expect(again.record.forecast?.version).toBe('18')
    expect(standing(await bot.approved(again))).toBe('ended: not-verified')
    expect(bot.cloud.writes).toBe(2)
  })

  test('whose end the reads show late is verified when they show it', async () => {
    const bot = await realProcess({ cloud: { readLagMs: 5_000 } })
    bot.clock.forward(10_000)
    const ended = await approvedBy(bot)
    expect(standing(ended)).toBe('ended: not-verified')
    expect(ended.record.evidence?.[0]).toMatchObject({ fact: `databases.${database}.tier` })
    expect(bot.cloud.writes).toBe(1)
  })

  test('that nobody can see for an hour is parked, and goes on when somebody says so', async () => {
    const clock = handClock()
    const cloud = simulateCloud({ clock, operationSeconds: 8_000 })
    const bot = processOn({ ledger: memoryLedger(clock), clock, cloud })
    const parked = await bot.approved(await bot.asked())
    expect(standing(parked)).toBe('parked: cannot-look')
    clock.forward(8_000_000)
    changed(await bot.requests.resume(parked.id, 'resume', sofia))
    expect(standing(await bot.bring(parked.id))).toBe('ended: not-verified')
    expect([cloud.arrivals(), cloud.writes()]).toEqual([1, 1])
  })
})

describe('reads that fail', () => {
  test('for a moment after the approval void nothing', async () => {
    const bot = await realProcess()
    const run = await bot.asked()
    const blindUntil = bot.clock.now() + 20_000
    bot.blindWhile(() => bot.clock.now() < blindUntil)
    expect(standing(await bot.approved(run))).toBe('ended: not-verified')
    expect(await bot.events(run.id)).not.toContain('approval-voided')
  })

  test('for longer void the approval: what was agreed to cannot be seen any more', async () => {
    const bot = await realProcess()
    const run = await bot.asked()
    bot.blindWhile(() => true)
    const again = await bot.approved(run)
    expect(standing(again)).toBe('waiting')
    expect(again.record.moved).toContainEqual({ what: 'version', before: '17', after: null })
    expect(again.record.forecast?.reasons).toContainEqual(
      expect.objectContaining({ code: 'fact-unknown' }),
    )
    const parked = await bot.approved(again)
    expect(parked.stage).toMatchObject({ kind: 'parked', why: { code: 'not-sent' } })
    expect(bot.patches()).toEqual([])
  })
})
