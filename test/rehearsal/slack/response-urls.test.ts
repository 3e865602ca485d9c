/** Answers without a token: five of them, within half an hour. */
import { afterEach, expect, test } from 'vitest'
import { startLocalSlack } from '../../../src/rehearsal/slack/local-slack.ts'
import { type Bench, botToken, eventually, signingSecret, startBench } from './bench-bot.ts'

let bench: Bench | undefined
afterEach(async () => {
  await bench?.stop()
  bench = undefined
})

const incident = 'C0INCIDENT'

test('a response_url answers five times, without a token, and then no more', async () => {
  const statuses: (number | undefined)[] = []
  bench = await startBench({
    listen: (app) =>
      app.command('/capacity', async ({ ack, body }) => {
        await ack()
        for (const use of [1, 2, 3, 4, 5, 6]) {
          const answer = await fetch(body.response_url, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ text: `use ${use}` }),
          })
          statuses.push(answer.status)
        }
      }),
  })
  const { slack } = bench
  await slack.command('U0ANA', incident, '/capacity status')
  await eventually(() => (statuses.length === 6 ? true : undefined))
  expect(statuses).toEqual([200, 200, 200, 200, 200, 404])
  expect(slack.messages(incident, 'U0ANA')).toHaveLength(5)
  expect(slack.messages(incident, 'U0LUIS')).toHaveLength(0)
})

test('a response_url is closed after half an hour', async () => {
  let now = Date.now()
  const answers: string[] = []
  const slack = await startLocalSlack({
    botToken,
    signingSecret,
    deliverTo: () => null,
    clock: { now: () => now },
  })
  await slack.command('U0ANA', incident, '/capacity status')
  const delivery = slack.log.entries().find((entry) => entry.kind === 'delivery')
  const url = delivery?.kind === 'delivery' ? String(delivery.body.response_url) : ''
  const post = () => fetch(url, { method: 'POST', body: JSON.stringify({ text: 'late' }) })
  answers.push(await (await post()).text())
  now += 30 * 60_000 + 1
  answers.push(await (await post()).text())
  expect(answers).toEqual(['ok', JSON.stringify({ ok: false, error: 'expired_url' })])
  await slack.stop()
})
