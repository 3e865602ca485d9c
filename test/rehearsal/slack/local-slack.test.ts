/** The workspace and a Bolt app over real HTTP: who types, who clicks, and who sees what the bot says. */
import { createServer } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { startLocalSlack } from '../../../src/rehearsal/slack/local-slack.ts'
import { type Bench, botToken, eventually, signingSecret, startBench } from './bench-bot.ts'

let bench: Bench | undefined
afterEach(async () => {
  await bench?.stop()
  bench = undefined
})

const incident = 'C0INCIDENT'
const approveBlocks = (value: string) => [
  { type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'Needs <@U0LUIS>' } },
  {
    type: 'actions' as const,
    block_id: 'approval',
    elements: [
      {
        type: 'button' as const,
        action_id: 'approve',
        text: { type: 'plain_text' as const, text: 'Approve' },
        value,
      },
    ],
  },
]

test('a typed command arrives with the full shape, and Bolt takes its signature', async () => {
  const heard: unknown[] = []
  bench = await startBench({
    listen: (app) =>
      app.command('/capacity', async ({ ack, body }) => {
        heard.push(body)
        await ack()
      }),
  })
  const text = '/capacity check x who=@luis where=#incident a<b'
  expect(await bench.slack.command('U0ANA', incident, text)).toEqual({ kind: 'acked' })
  expect(heard).toHaveLength(1)
  expect(heard[0]).toMatchObject({
    command: '/capacity',
    text: 'check x who=@luis where=#incident a&lt;b',
    user_id: 'U0ANA',
    user_name: 'ana',
    channel_id: incident,
    channel_name: 'incident',
    team_id: 'T0PLIMSOLL',
    is_enterprise_install: 'false',
  })
})

test('names that stand alone arrive escaped as ids', async () => {
  const heard: string[] = []
  bench = await startBench({
    listen: (app) =>
      app.command('/runbook', async ({ ack, body }) => {
        heard.push(body.text)
        await ack()
      }),
  })
  await bench.slack.command('U0ANA', incident, '/runbook ask @luis @sre-leads #incident @nobody')
  expect(heard).toEqual([
    'ask <@U0LUIS|luis> <!subteam^S0LEADS|@sre-leads> <#C0INCIDENT|incident> @nobody',
  ])
})

test('another secret: the bot refuses, and the person alone reads http_client_error', async () => {
  bench = await startBench({
    secretOfBot: 'another-secret',
    listen: (app) => app.command('/capacity', ({ ack }) => ack('heard')),
  })
  const { slack } = bench
  const text = '/capacity status'
  expect(await slack.command('U0ANA', incident, text)).toEqual({
    kind: 'failed',
    error: 'http_client_error',
    text,
  })
  expect(slack.messages(incident, 'U0ANA').map((message) => message.text)).toEqual([
    '/capacity failed with the error "http_client_error"',
  ])
  expect(slack.messages(incident, 'U0LUIS')).toEqual([])
})

test('no answer within three seconds is operation_timeout, with the text kept', async () => {
  const mute = createServer(() => undefined)
  const port = await new Promise<number>((resolve) =>
    mute.listen(0, '127.0.0.1', () => {
      const address = mute.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    }),
  )
  const deliverTo = () => `http://127.0.0.1:${port}/slack/events`
  const slack = await startLocalSlack({ botToken, signingSecret, deliverTo })
  const startedAt = performance.now()
  const text = '/capacity status'
  const outcome = await slack.command('U0ANA', incident, text)
  expect(outcome).toEqual({ kind: 'failed', error: 'operation_timeout', text })
  expect(performance.now() - startedAt).toBeGreaterThan(2900)
  expect(slack.messages(incident, 'U0LUIS')).toEqual([])
  mute.closeAllConnections()
  mute.close()
  await slack.stop()
})

test('no bot is dispatch_failed, a word that is no command invalid_command', async () => {
  const slack = await startLocalSlack({ botToken, signingSecret, deliverTo: () => null })
  const failed = await slack.command('U0ANA', incident, '/capacity status')
  expect(failed).toMatchObject({ kind: 'failed', error: 'dispatch_failed' })
  const unknown = await slack.command('U0ANA', incident, '/dance')
  expect(unknown).toMatchObject({ kind: 'failed', error: 'invalid_command' })
  await slack.stop()
})

test('the body of an ack is for the person alone, or in_channel for all', async () => {
  bench = await startBench({
    listen: (app) =>
      app.command('/capacity', async ({ ack, body }) => {
        if (body.text === 'aloud') await ack({ response_type: 'in_channel', text: 'for all' })
        else await ack('for you')
      }),
  })
  const { slack } = bench
  await slack.command('U0ANA', incident, '/capacity quietly')
  await slack.command('U0ANA', incident, '/capacity aloud')
  expect(slack.messages(incident, 'U0ANA').map(({ text }) => text)).toEqual(['for you', 'for all'])
  expect(slack.messages(incident, 'U0LUIS').map(({ text }) => text)).toEqual(['for all'])
})

test('a click carries the stored value, and everybody sees the update', async () => {
  const clicked: unknown[] = []
  bench = await startBench({
    listen: (app) => {
      app.command('/runbook', async ({ ack, client }) => {
        const blocks = approveBlocks('token-1')
        await client.chat.postMessage({ channel: incident, text: 'asks', blocks })
        await ack()
      })
      app.action('approve', async ({ ack, body, client }) => {
        await ack()
        clicked.push(body)
        const message = 'message' in body ? body.message : undefined
        const ts = String(message?.ts)
        await client.chat.update({ channel: incident, ts, text: 'approved by <@U0LUIS>' })
      })
    },
  })
  const { slack } = bench
  await slack.command('U0ANA', incident, '/runbook do it')
  const asked = slack.messages(incident, 'U0LUIS').at(-1)
  if (asked === undefined) throw new Error('nothing was asked')
  expect(asked.wouldNotify).toEqual(['U0LUIS'])
  const outcome = await slack.click('U0LUIS', incident, asked.ts, 'approval', 'approve')
  expect(outcome).toEqual({ kind: 'acked' })
  const after = await eventually(() =>
    slack.messages(incident, 'U0ANA').find(({ text }) => text === 'approved by <@U0LUIS>'),
  )
  expect(after.ts).toBe(asked.ts)
  expect(after.blocks).toEqual([])
  expect(clicked[0]).toMatchObject({
    type: 'block_actions',
    user: { id: 'U0LUIS', team_id: 'T0PLIMSOLL' },
    team: { id: 'T0PLIMSOLL' },
    container: { message_ts: asked.ts, channel_id: incident, is_ephemeral: false },
    channel: { id: incident },
    message: { ts: asked.ts, bot_id: 'B0PLIMSOLL' },
    actions: [{ action_id: 'approve', block_id: 'approval', value: 'token-1' }],
  })
  const again = await slack.click('U0LUIS', incident, asked.ts, 'approval', 'approve')
  expect(again).toMatchObject({ kind: 'failed', error: 'button_not_found' })
})

test('a click of the outsider says so in user.team_id', async () => {
  const teams: unknown[] = []
  const clickedBy = z.object({ user: z.object({ team_id: z.string() }) })
  bench = await startBench({
    listen: (app) =>
      app.action('approve', async ({ ack, body }) => {
        teams.push(clickedBy.parse(body).user.team_id)
        await ack()
      }),
  })
  const { app, slack } = bench
  const blocks = approveBlocks('t')
  const { ts } = await app.client.chat.postMessage({ channel: incident, text: 'asks', blocks })
  await slack.click('U0EVE', incident, String(ts), 'approval', 'approve')
  expect(teams).toEqual(['T0OTHER'])
  const { user } = await app.client.users.info({ user: 'U0EVE' })
  expect(user).toMatchObject({ team_id: 'T0OTHER', is_stranger: true })
  const { channel } = await app.client.conversations.info({ channel: incident })
  expect(channel).toMatchObject({ is_ext_shared: true })
})

test('an ephemeral message is seen by its person, and its buttons by nobody else', async () => {
  bench = await startBench({ listen: (app) => app.action('approve', ({ ack }) => ack()) })
  const { app, slack } = bench
  const blocks = approveBlocks('t')
  const call = { channel: incident, user: 'U0ANA', text: 'for ana', blocks }
  const { message_ts: ts } = await app.client.chat.postEphemeral(call)
  expect(slack.messages(incident, 'U0ANA')).toHaveLength(1)
  expect(slack.messages(incident, 'U0LUIS')).toHaveLength(0)
  const other = await slack.click('U0LUIS', incident, String(ts), 'approval', 'approve')
  expect(other).toMatchObject({ kind: 'failed', error: 'message_not_found' })
  const own = await slack.click('U0ANA', incident, String(ts), 'approval', 'approve')
  expect(own).toEqual({ kind: 'acked' })
})

test('a reply to a reply stands in the same thread, and ts never stands still', async () => {
  bench = await startBench({ listen: () => undefined })
  const { app, slack } = bench
  const post = (text: string, threadTs?: string) =>
    app.client.chat.postMessage({
      channel: incident,
      text,
      unfurl_links: false,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    })
  const parent = await post('parent')
  const reply = await post('reply', String(parent.ts))
  await post('second', String(reply.ts))
  const seen = slack.messages(incident, 'U0ANA')
  expect(seen.map(({ threadTs }) => threadTs)).toEqual([null, parent.ts, parent.ts])
  const stamps = seen.map(({ ts }) => ts)
  expect([...stamps].sort()).toEqual(stamps)
  expect(new Set(stamps).size).toBe(3)
})

test('an update without metadata keeps it, an empty object removes it', async () => {
  bench = await startBench({ listen: () => undefined })
  const { app, slack } = bench
  const metadata = { event_type: 'capacity_status', event_payload: { users: 10_000 } }
  const { ts } = await app.client.chat.postMessage({ channel: incident, text: 'a', metadata })
  const call = { channel: incident, ts: String(ts), text: 'b' }
  await app.client.chat.update(call)
  expect(slack.messages(incident, 'U0ANA')[0]?.metadata).toEqual(metadata)
  await app.client.apiCall('chat.update', { ...call, metadata: {} })
  expect(slack.messages(incident, 'U0ANA')[0]?.metadata).toBeNull()
})

test('a mention that hides in the text of a message with blocks still counts', async () => {
  bench = await startBench({ listen: () => undefined })
  const { app, slack } = bench
  const blocks = [
    { type: 'section' as const, text: { type: 'plain_text' as const, text: '<!channel>' } },
  ]
  await app.client.chat.postMessage({ channel: incident, text: '<!here> now', blocks })
  await app.client.chat.postMessage({ channel: incident, text: 'calm', blocks })
  const seen = slack.messages(incident, 'U0ANA')
  expect(seen.map(({ wouldNotify }) => wouldNotify.length)).toEqual([3, 0])
})

test('the log holds both directions and no token', async () => {
  bench = await startBench({ listen: (app) => app.command('/capacity', ({ ack }) => ack()) })
  const { slack } = bench
  await slack.command('U0ANA', incident, '/capacity status')
  const entries = slack.log.entries()
  expect(entries.map((entry) => entry.kind)).toContain('call')
  expect(entries.map((entry) => entry.kind)).toContain('delivery')
  expect(JSON.stringify(entries)).not.toContain(botToken)
})
