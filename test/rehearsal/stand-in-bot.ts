/** A small Bolt app in the bot's place: it says what the product says on the first screen, so that host and page can be tried alone. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { App, LogLevel, type types } from '@slack/bolt'
import { z } from 'zod'

const { env } = process
const channel = 'C0INCIDENT'
const instanceUrl = `${env.GOOGLE_API_ROOT}/v1/projects/tukiprod/instances/tuki-db-prod`
const memory = join(env.PLIMSOLL_DATA ?? '.', 'sent.json')

const instance = z.object({ settings: z.object({ settingsVersion: z.string() }) })
const operations = z.object({ items: z.array(z.object({ status: z.string() })).optional() })

const app = new App({
  token: env.SLACK_BOT_TOKEN ?? '',
  signingSecret: env.SLACK_SIGNING_SECRET ?? '',
  convoStore: false,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: env.SLACK_API_URL ?? '', retryConfig: { retries: 0 } },
  customRoutes: [
    {
      path: '/readyz',
      method: 'GET',
      handler: (_request, response) => {
        response.end('ok')
      },
    },
  ],
})

const section = (text: string): types.AnyBlock => ({
  type: 'section',
  text: { type: 'mrkdwn', text },
})
const context = (text: string): types.AnyBlock => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text }],
})
const table = (rows: readonly (readonly string[])[]): types.AnyBlock => ({
  type: 'table',
  column_settings: [{}, { align: 'right' }, { align: 'right' }],
  rows: rows.map((cells) => cells.map((text) => ({ type: 'raw_text', text }))),
})

const statusBlocks = [
  section(
    '*tuki carries 2,904 of 10,000 users. Database connections give out first.*\nAt full scale the site opens 1,890 connections; `tuki-db-prod` takes 390 (400 - 3 reserved - 7 of Cloud SQL).\nNext: put the web service behind PgBouncer. `/capacity plan 10000` has a safe order.',
  ),
  table([
    ['Law', 'Demand', 'Limit', ' '],
    ['Database connections', '1,890', '390', 'broken'],
    ['Database CPU, cores', '6.1', '2', 'broken'],
    ['Celery tasks a second', '121', '80', 'broken'],
    ['Web requests in flight', '909', '1,800', 'ok'],
  ]),
  context('Assumed, not measured: think time 1.5 s, request 150 ms, database 10 ms.'),
  {
    type: 'actions' as const,
    elements: [
      {
        type: 'button' as const,
        action_id: 'details',
        text: { type: 'plain_text' as const, text: 'Why connections?' },
      },
    ],
  },
]

const asked =
  '<@U0ANA> asks: resize `tuki-db-prod` from db-custom-2-7680 to db-custom-8-30720. Needs 1 of <!subteam^S0LEADS> (not <@U0ANA>).'
const approvalBlocks = [
  section(`*${asked}*`),
  table([
    [' ', 'Now', 'During (up to 60 s)', 'After'],
    ['Connections, limit', '390', 'none: the database restarts', '590'],
    ['... demand at full scale', '1,890', ' ', '1,890, still short'],
    ['Users carried', '2,904', '0', '4,435'],
  ]),
  context('Review, because: the database restarts; costs 592 USD a month more.'),
  {
    type: 'actions' as const,
    elements: [
      {
        type: 'button' as const,
        action_id: 'approve',
        value: 'opaque',
        style: 'primary' as const,
        text: { type: 'plain_text' as const, text: 'Approve' },
        confirm: {
          title: { type: 'plain_text' as const, text: 'Resize tuki-db-prod?' },
          text: { type: 'plain_text' as const, text: 'All sessions drop for up to a minute.' },
          confirm: { type: 'plain_text' as const, text: 'Approve' },
          deny: { type: 'plain_text' as const, text: 'Not yet' },
        },
      },
      {
        type: 'button' as const,
        action_id: 'reject',
        text: { type: 'plain_text' as const, text: 'Reject' },
      },
    ],
  },
]

app.command('/capacity', async ({ ack, body, client }) => {
  await ack()
  if (body.text === 'status') {
    await client.chat.postMessage({
      channel: body.channel_id,
      text: 'tuki carries 2,904 of 10,000 users. Database connections give out first.',
      blocks: statusBlocks,
      metadata: {
        event_type: 'capacity_status',
        event_payload: {
          users: 10_000,
          supportedUsers: 2904,
          law: 'db-connections',
          demand: 1890,
          limit: 390,
          sentence: '1,890 of 390 connections: database connections give out first.',
        },
      },
    })
  } else {
    const text = `*Blocked: this would add 40 connections to a database that is already 1,500 short.*\n20 instances x 6 = 120 Celery connections instead of 80; total 1,930 of 390. Supported users fall from 2,904 to 2,851.`
    await client.chat.postMessage({ channel: body.channel_id, text, blocks: [section(text)] })
  }
})
app.command('/runbook', async ({ ack, body, client }) => {
  await ack()
  await client.chat.postMessage({ channel: body.channel_id, text: asked, blocks: approvalBlocks })
})
app.action('approve', async ({ ack, body, client }) => {
  await ack()
  const ts = 'message' in body && body.message !== undefined ? body.message.ts : ''
  if (body.user.id === 'U0ANA') {
    const text = 'You asked for this yourself: somebody of @sre-leads other than you must approve.'
    await client.chat.postEphemeral({ channel, user: body.user.id, text })
    return
  }
  writeFileSync(memory, JSON.stringify({ ts }))
  await say(ts, '*Resizing `tuki-db-prod`.* Asked by <@U0ANA>, approved by <@U0LUIS>.')
  const { settingsVersion } = instance.parse(await (await fetch(instanceUrl)).json()).settings
  await fetch(instanceUrl, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ settings: { tier: 'db-custom-8-30720', settingsVersion } }),
  })
  await watch(ts, 'I sent it and heard back.')
})
app.action('reject', ({ ack }) => ack())
app.action('details', async ({ ack, body, client }) => {
  await ack()
  const ts = 'message' in body && body.message !== undefined ? body.message.ts : ''
  const text = 'backend 200 x 9 = 1,800; celery 20 x 4 = 80; people 10'
  await client.chat.postMessage({ channel, thread_ts: ts, text })
})

function say(ts: string, text: string): Promise<unknown> {
  return app.client.chat.update({ channel, ts, text, blocks: [section(text)] })
}

async function watch(ts: string, how: string): Promise<void> {
  for (;;) {
    const listed = await fetch(
      `${env.GOOGLE_API_ROOT}/v1/projects/tukiprod/operations?instance=tuki-db-prod`,
    )
    const { items } = operations.parse(await listed.json())
    if (items?.[0]?.status === 'DONE') break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  await say(
    ts,
    `*Done: \`tuki-db-prod\` is db-custom-8-30720.* 390 -> 590. ${how}\nmax_connections: not observed.`,
  )
}

process.stdin.resume()
process.stdin.once('end', () => process.exit(0))
await app.start({ port: Number(env.PORT), host: '127.0.0.1' })
if (existsSync(memory)) {
  const { ts } = JSON.parse(readFileSync(memory, 'utf8'))
  await watch(ts, 'I was stopped after sending; I looked; it is done.')
}
