/** A small Bolt app in the bot's place, so that host and page can be tried alone. */
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
const button = (id: string, label: string) => ({
  type: 'button' as const,
  action_id: id,
  text: { type: 'plain_text' as const, text: label },
  value: 'opaque',
})
const asked = '<@U0ANA> asks: resize `tuki-db-prod`. Needs 1 of <!subteam^S0LEADS>.'
const approvalBlocks = [
  section(asked),
  { type: 'actions' as const, elements: [button('approve', 'Approve')] },
]
const status = {
  text: 'tuki carries 2,904 of 10,000 users.',
  metadata: {
    event_type: 'capacity_status',
    event_payload: { users: 10_000, supportedUsers: 2904, sentence: '1,890 of 390 connections' },
  },
}

app.command('/capacity', async ({ ack, body, client }) => {
  await ack()
  await client.chat.postMessage({ channel: body.channel_id, ...status })
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
  await say(ts, 'Resizing `tuki-db-prod`.')
  const { settingsVersion } = instance.parse(await (await fetch(instanceUrl)).json()).settings
  await fetch(instanceUrl, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ settings: { tier: 'db-custom-8-30720', settingsVersion } }),
  })
  await watch(ts, 'I sent it and heard back.')
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
  await say(ts, `Done: \`tuki-db-prod\` is db-custom-8-30720. ${how}`)
}

process.stdin.resume()
process.stdin.once('end', () => process.exit(0))
await app.start({ port: Number(env.PORT), host: '127.0.0.1' })
if (existsSync(memory)) {
  const { ts } = JSON.parse(readFileSync(memory, 'utf8'))
  await watch(ts, 'I was stopped after sending; I looked; it is done.')
}
