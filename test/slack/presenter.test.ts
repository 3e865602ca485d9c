/** Words are late, work is not: messages are drawn within Slack’s limits, the newest state last. facts/slack.md, 2. */
import { createServer } from 'node:http'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Place, waitAskedFor } from '../../src/slack/api.ts'
import { connectSlack } from '../../src/slack/app.ts'
import { burst, paceOn, turnEveryMs } from '../../src/slack/pace.ts'
import { type Drawing, presenting } from '../../src/slack/presenter.ts'
import type { Message } from '../../src/slack/views/blocks.ts'
import { systemClock, systemTimers } from '../../src/world/clock.ts'

const place = (ts: string): Place => ({ channel: 'C0', ts })
const limited = (seconds: number) => ({
  code: 'slack_webapi_rate_limited_error',
  retryAfter: seconds,
})

/** Messages of whatever state they have, a workspace that may say no, and time that is moved by hand. */
function stage({ nextMs = null }: { readonly nextMs?: number | null } = {}) {
  let now = 0
  const due = new Map<object, { readonly at: number; readonly work: () => void }>()
  const timers = {
    after: (waitMs: number, work: () => void) => {
      const key = {}
      due.set(key, { at: now + waitMs, work })
      return { cancel: () => void due.delete(key) }
    },
  }
  const sent: { readonly at: number; readonly ts: string; readonly text: string }[] = []
  const noes: unknown[] = []
  const states = new Map<string, number>()
  const delays: Promise<void>[] = []
  const call = async (ts: string, { text }: Message) => {
    await delays.shift()
    const no = noes.shift()
    if (no !== undefined) throw no
    sent.push({ at: now, ts, text })
  }
  const api = {
    post: async (_channel: string, message: Message, thread = 'channel') => {
      await call(thread, message)
      return place('new')
    },
    update: async ({ ts }: Place, message: Message) => call(ts, message),
  }
  const clock = { now: () => now }
  const looks = new Map<string, number>()
  const drawn = async (id: string): Promise<Drawing> => {
    looks.set(id, (looks.get(id) ?? 0) + 1)
    const drawnAt = states.get(id) ?? 0
    return {
      // What elapses differs whenever it is looked at.
      message: { text: `${states.get(id) ?? 0}${nextMs === null ? '' : ` at ${now}`}`, blocks: [] },
      ...{ place: place(id), channel: 'C0', posted: async () => undefined, nextMs },
      isCurrent: async () => (states.get(id) ?? 0) === drawnAt,
    }
  }
  const means = { api, timers, pace: paceOn(clock), onFailure: () => undefined }
  const presenter = presenting(means, drawn)
  return {
    ...{ sent, noes, delays, means, looks },
    stale: presenter.stale,
    change: (id: string) => {
      states.set(id, (states.get(id) ?? 0) + 1)
      presenter.changed(id)
    },
    /** By another process, which draws it as well. */
    changeElsewhere: (ts: string) => {
      const state = (states.get(ts) ?? 0) + 1
      states.set(ts, state)
      sent.push({ at: now, ts, text: String(state) })
    },
    pass: async (ms: number) => {
      const end = now + ms
      for (;;) {
        // Whatever was begun goes on until it waits for a timer.
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
        const next = [...due].toSorted(([, one], [, other]) => one.at - other.at)[0]
        if (next === undefined || next[1].at > end) break
        now = Math.max(now, next[1].at)
        due.delete(next[0])
        next[1].work()
      }
      now = end
    },
  }
}

describe('one message', () => {
  test('is drawn twice a second at most, however often it changes, and ends as it is', async () => {
    const { change, pass, sent } = stage()
    for (let count = 0; count < 100; count += 1) {
      change('1.1')
      await pass(20)
    }
    await pass(5_000)
    expect(sent.length).toBeLessThanOrEqual(5)
    expect(sent.at(-1)?.text).toBe('100')
    const pauses = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0))
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(500)
  })

  test('that another process drew while an older one was on its way is drawn again', async () => {
    const { change, changeElsewhere, delays, pass, sent } = stage()
    const late = Promise.withResolvers<void>()
    delays.push(late.promise)
    change('1.1')
    await pass(100)
    changeElsewhere('1.1')
    late.resolve()
    await pass(10_000)
    expect(sent.map(({ text }) => text)).toEqual(['2', '1', '2'])
  })

  test('that cannot be drawn is tried again, ever more seldom, until it can', async () => {
    const { change, pass, noes, sent } = stage()
    noes.push(...Array(3).fill(new Error('nobody answers')))
    change('1.1')
    await pass(60_000)
    expect(sent).toEqual([{ at: 2_000 + 4_000 + 8_000, ts: '1.1', text: '1' }])
  })
})

describe('Slack asks for quiet', () => {
  test('then nothing is drawn for so long, by nobody, and each message once afterwards', async () => {
    const { change, pass, noes, sent } = stage()
    noes.push(limited(30))
    change('1.1')
    await pass(100)
    change('1.1')
    change('2.2')
    await pass(29_800)
    expect(sent).toEqual([])
    await pass(2_000)
    expect(sent.map(({ ts, text }) => [ts, text]).toSorted()).toEqual([
      ['1.1', '2'],
      ['2.2', '1'],
    ])
  })

  test('by a Retry-After over HTTP, which the client hands on at once', async () => {
    const server = createServer((_request, response) =>
      response.writeHead(429, { 'retry-after': '7' }).end('{"ok":false,"error":"ratelimited"}'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = z.object({ port: z.int() }).parse(server.address())
    const { api } = connectSlack({
      ...{ botToken: 'xoxb-1', signingSecret: 'secret', apiUrl: `http://127.0.0.1:${port}/api/` },
      ...{ clock: systemClock, timers: systemTimers, log: pino({ level: 'silent' }) },
      ready: () => true,
    })
    const failed = api.update(place('1.1'), { text: 'x', blocks: [] })
    expect(await failed.then(() => null, waitAskedFor)).toBe(7_000)
    expect(waitAskedFor(new Error('something else'))).toBeNull()
    server.close()
  })
})

describe('the whole workspace', () => {
  const many = Array.from({ length: 20 }, (_, index) => `${index}.1`)

  test('stays within its updates a minute while twenty runs elapse', async () => {
    const { change, pass, sent } = stage({ nextMs: 3_000 })
    for (const id of many) change(id)
    await pass(60_000)
    const before = sent.length
    await pass(60_000)
    expect(before).toBeLessThanOrEqual(burst + 60_000 / turnEveryMs)
    expect(sent.length - before).toBeLessThanOrEqual(60_000 / turnEveryMs + 1)
    // Each of them is drawn in its turn.
    expect(new Set(sent.map(({ ts }) => ts)).size).toBe(many.length)
  })

  test('draws a thousand that change again and again in their order, and looks at each thrice at most', async () => {
    const { change, pass, sent, looks } = stage()
    const thousand = Array.from({ length: 1_000 }, (_, index) => `${index}.1`)
    for (let count = 0; count < 5; count += 1) {
      for (const id of thousand) change(id)
      await pass(10)
    }
    await pass(1_000 * turnEveryMs)
    // The first ones were shown as they were at once, and go behind the others.
    const later = [...thousand.slice(burst), ...thousand.slice(0, burst)]
    expect(sent.slice(burst).map(({ ts, text }) => [ts, text])).toEqual(
      later.map((id) => [id, '5']),
    )
    expect(Math.max(...looks.values())).toBeLessThanOrEqual(3)
  })

  test('draws what is new at once, though a thousand may have changed while nobody drew', async () => {
    const { change, stale, pass, sent, looks } = stage()
    const thousand = Array.from({ length: 1_000 }, (_, index) => `${index}.1`)
    for (const id of thousand) stale(id)
    await pass(10_000)
    change('new')
    await pass(100)
    expect(sent.at(-1)).toMatchObject({ ts: 'new', text: '1' })
    await pass(1_000 * turnEveryMs)
    expect(new Set(sent.map(({ ts }) => ts)).size).toBe(1_001)
    expect(Math.max(...looks.values())).toBeLessThanOrEqual(3)
  })

  test('draws what changed at once, while what merely elapses waits for its turn', async () => {
    const { change, pass, sent } = stage({ nextMs: 3_000 })
    for (const id of many) change(id)
    await pass(60_000)
    sent.length = 0
    change('5.1')
    await pass(1_000)
    expect(sent.filter(({ ts, text }) => ts === '5.1' && text.startsWith('2 '))).not.toEqual([])
  })
})
