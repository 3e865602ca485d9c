/** Requests as Slack signs them, and as somebody else would: the bytes, the age and the sender are free. */
import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import type { Stage } from './bot.ts'
import { ids, incident } from './bot.ts'

export const team = 'T0PLIMSOLL'

export type Envelope = {
  readonly secret?: string
  /** Seconds that the clock of the sender is ahead. */
  readonly ahead?: number
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
}

export type Signed = { readonly body: string; readonly headers: Record<string, string> }

export function signed(stage: Stage, body: string, envelope: Envelope = {}): Signed {
  const { secret = stage.signingSecret, ahead = 0, headers = {} } = envelope
  const timestamp = String(Math.floor(Date.now() / 1000) + ahead)
  const hash = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
  const all = {
    'content-type': envelope.contentType ?? 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${hash}`,
    ...headers,
  }
  const given = Object.entries(all).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  )
  return { body, headers: Object.fromEntries(given) }
}

export type Answer = { readonly status: number; readonly body: string }

/** One connection each; a connection that is cut off is status 0. */
export function post(stage: Stage, { body, headers }: Signed): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { method: 'POST', headers, agent: false, timeout: 5_000 }
    const outgoing = request(stage.eventsUrl, options, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      const done = () =>
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() })
      incoming.on('end', done).on('error', done)
    })
    outgoing.on('error', () => resolve({ status: 0, body: '' }))
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.end(body)
  })
}

export function command(fields: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({
    token: 'legacy',
    team_id: team,
    team_domain: 'rehearsal',
    channel_id: incident,
    channel_name: 'incident',
    user_id: ids.ana,
    user_name: 'ana',
    command: '/capacity',
    text: 'help',
    api_app_id: 'A0PLIMSOLL',
    is_enterprise_install: 'false',
    response_url: 'http://127.0.0.1:9/none',
    trigger_id: '1.2.abc',
    ...fields,
  }).toString()
}

/** As Slack sends what is clicked and filled in. */
export const json = (payload: unknown) =>
  new URLSearchParams({ payload: JSON.stringify(payload) }).toString()

export type Click = {
  readonly action?: string
  readonly value: string
  readonly ts: string
  readonly user?: string
  readonly userTeam?: string
  readonly team?: string
  readonly channel?: string
  readonly over?: Readonly<Record<string, unknown>>
}

export function click(one: Click): string {
  const { action = 'approve', value, ts, user = ids.luis, channel = incident } = one
  const payload = {
    type: 'block_actions',
    user: { id: user, username: 'x', name: 'x', team_id: one.userTeam ?? team },
    api_app_id: 'A0PLIMSOLL',
    token: 'legacy',
    container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: false },
    trigger_id: '1.2.abc',
    team: { id: one.team ?? team, domain: 'rehearsal' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel, name: 'incident' },
    message: { type: 'message', ts },
    state: { values: {} },
    response_url: 'http://127.0.0.1:9/none',
    actions: [{ type: 'button', action_id: action, block_id: 'b', value, action_ts: ts }],
    ...one.over,
  }
  return json(payload)
}
