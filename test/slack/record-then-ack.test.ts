/** Record, then ack: Slack never delivers a command or a click a second time. DESIGN.md, 3. */
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../e2e/until.ts'
import { type Bench, openBench } from './desk-bench.ts'

const channel = 'C0INCIDENT'
const ana = 'U0ANA'
const ask = '/runbook do check-connections database=tuki-db-prod'

let bench: Bench
beforeEach(async () => {
  bench = await openBench()
})
afterEach(() => bench.stop())

/** A request whose answer can be asked for. */
function watched(sent: Promise<unknown>): { readonly answer: () => unknown } {
  let answer: unknown
  sent.then((given) => {
    answer = given
  })
  return { answer: () => answer }
}

const isHeld = () => bench.appendWaits()
/** Long enough for an answer that does not wait to arrive. */
const chanceMs = 60

async function runs(): Promise<readonly string[]> {
  return bench.ledger.newest('run/', 10)
}

describe('a command', () => {
  test('is acked only after its run is in the ledger', async () => {
    bench.hold()
    const sent = watched(bench.slack.command(ana, channel, ask))
    await isHeld()
    await pause(chanceMs)
    expect(sent.answer()).toBeUndefined()
    expect(await runs()).toEqual([])
    bench.release()
    await until('the ack', sent.answer)
    expect(sent.answer()).toEqual({ kind: 'acked' })
    expect(await runs()).toHaveLength(1)
  })

  test('that cannot be recorded within 2 s is answered with the error, to the person alone', async () => {
    bench.hold()
    const sent = watched(bench.slack.command(ana, channel, ask))
    await isHeld()
    bench.timeIsUp()
    await until('the answer', sent.answer)
    const [told] = bench.slack.messages(channel, ana)
    expect(told).toMatchObject({ onlyFor: ana, text: expect.stringMatching(/take it as a no/) })
    expect(await runs()).toEqual([])
  })
})

describe('runs are to wait for it', () => {
  test('from when it is let in until it is answered, and for nobody who is turned away', async () => {
    expect(bench.people()).toBe(0)
    bench.hold()
    const sent = watched(bench.slack.command(ana, channel, ask))
    await isHeld()
    expect(bench.people()).toBe(1)
    const forged = { 'x-slack-signature': 'v0=00', 'x-slack-request-timestamp': '1' }
    expect((await fetch(bench.url, { method: 'POST', body: 'x', headers: forged })).status).toBe(
      401,
    )
    expect(bench.people()).toBe(1)
    bench.release()
    await until('the ack', sent.answer)
    await until('nobody waits', () => (bench.people() === 0 ? true : undefined))
  })
})

describe('a click', () => {
  async function parkedOnAButton(): Promise<{ readonly ts: string; readonly run: string }> {
    await bench.slack.command(ana, channel, ask)
    const [stream = ''] = await runs()
    const run = stream.replace('run/', '')
    return { ts: await messageWith(run), run }
  }

  test('is acked only after its decision is in the ledger', async () => {
    const { ts, run } = await parkedOnAButton()
    bench.hold()
    const sent = watched(bench.slack.click(ana, channel, ts, 'b', 'abort'))
    await isHeld()
    await pause(chanceMs)
    expect(sent.answer()).toBeUndefined()
    expect(await typesOf(run)).toEqual(['run-started'])
    bench.release()
    await until('the ack', sent.answer)
    expect(await typesOf(run)).toEqual(['run-started', 'run-aborted'])
  })

  test('that cannot be recorded within 2 s is answered with the error, to the person alone', async () => {
    const { ts, run } = await parkedOnAButton()
    bench.hold()
    const sent = watched(bench.slack.click(ana, channel, ts, 'b', 'abort'))
    await isHeld()
    bench.timeIsUp()
    await until('the ack', sent.answer)
    const told = await until('the error', () =>
      bench.slack.messages(channel, ana).find(({ onlyFor }) => onlyFor === ana),
    )
    expect(told.text).toMatch(/take it as a no/)
    expect(await typesOf(run)).toEqual(['run-started'])
  })
})

/** The bot's own message with an Abort button for the run, as its presenter would post it. */
async function messageWith(run: string): Promise<string> {
  const text = { type: 'plain_text', text: 'Abort' }
  const button = { type: 'button', action_id: 'abort', text, value: run }
  const answer = await fetch(`${bench.slack.url}/api/chat.postMessage`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-bench', 'content-type': 'application/json' },
    body: JSON.stringify({
      channel,
      text: 'a run',
      blocks: [{ type: 'actions', block_id: 'b', elements: [button] }],
    }),
  })
  expect(await answer.json()).toMatchObject({ ok: true })
  return bench.slack.messages(channel, ana).at(-1)?.ts ?? ''
}

async function typesOf(run: string): Promise<readonly unknown[]> {
  const records = await bench.ledger.read(`run/${run}`)
  return records.map(({ event }) =>
    typeof event === 'object' && event !== null ? Reflect.get(event, 'type') : event,
  )
}
