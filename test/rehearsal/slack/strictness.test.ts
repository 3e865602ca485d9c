/** What the workspace refuses, asked by the real client: Slack's code each time, with a pointer to what is wrong. */
import { webApi } from '@slack/bolt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type LocalSlack, startLocalSlack } from '../../../src/rehearsal/slack/local-slack.ts'

const botToken = 'xoxb-test'
let slack: LocalSlack
let client: webApi.WebClient

beforeAll(async () => {
  slack = await startLocalSlack({ botToken, signingSecret: 's', deliverTo: () => null })
  client = clientWith(botToken)
})
afterAll(() => slack.stop())

function clientWith(token: string | undefined): webApi.WebClient {
  const options = { slackApiUrl: `${slack.url}/api/`, retryConfig: { retries: 0 } }
  return new webApi.WebClient(token, { ...options, logger: silent })
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  setName: () => undefined,
  getLevel: () => 'error' as never,
}

const platformError = z.object({
  data: z.object({
    error: z.string(),
    response_metadata: z.object({ messages: z.array(z.string()).optional() }).optional(),
  }),
})

/** The error code and Slack's messages. */
async function refusalOf(
  method: string,
  call: Record<string, unknown>,
  as = client,
): Promise<{ readonly error: string; readonly messages: readonly string[] }> {
  const thrown: unknown = await as.apiCall(method, call).then(
    () => undefined,
    (error: unknown) => error,
  )
  const { data } = platformError.parse(thrown)
  return { error: data.error, messages: data.response_metadata?.messages ?? [] }
}

const inIncident = { channel: 'C0INCIDENT', text: 'a sentence' }
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const button = (actionId: string) => ({
  type: 'button',
  action_id: actionId,
  text: { type: 'plain_text', text: 'Go' },
})
const actions = (blockId: string, ...ids: string[]) => ({
  type: 'actions',
  block_id: blockId,
  elements: ids.map(button),
})

describe('who asks, and for what', () => {
  test('no token is not_authed, a wrong one invalid_auth', async () => {
    expect((await refusalOf('auth.test', {}, clientWith(undefined))).error).toBe('not_authed')
    expect((await refusalOf('auth.test', {}, clientWith('xoxb-other'))).error).toBe('invalid_auth')
  })

  test('a method that the workspace does not have is unknown_method', async () => {
    expect((await refusalOf('chat.shout', {})).error).toBe('unknown_method')
  })

  test('an argument that a method does not take is refused by name', async () => {
    const refusal = await refusalOf('chat.postMessage', { ...inIncident, link_names: true })
    expect(refusal.error).toBe('invalid_arguments')
    expect(refusal.messages[0]).toContain('unknown argument: link_names')
  })

  test('a missing argument is refused by name', async () => {
    const refusal = await refusalOf('chat.getPermalink', { channel: 'C0INCIDENT' })
    expect(refusal.messages).toEqual(['[ERROR] missing required field: message_ts'])
  })
})

describe('where and to whom', () => {
  test.each([
    ['chat.postMessage', { ...inIncident, channel: 'C0NOWHERE' }, 'channel_not_found'],
    ['chat.postMessage', { ...inIncident, channel: 'C0PLATFORM' }, 'not_in_channel'],
    ['chat.postMessage', { ...inIncident, thread_ts: '1.000001' }, 'cannot_reply_to_message'],
    ['chat.update', { ...inIncident, ts: '1.000001' }, 'message_not_found'],
    ['chat.getPermalink', { channel: 'C0INCIDENT', message_ts: '1.0' }, 'message_not_found'],
    ['chat.postEphemeral', { ...inIncident, user: 'U0NOBODY' }, 'user_not_in_channel'],
    ['users.info', { user: 'U0NOBODY' }, 'user_not_found'],
    ['usergroups.users.list', { usergroup: 'S0NONE' }, 'no_such_subteam'],
    ['conversations.info', { channel: 'C0NOWHERE' }, 'channel_not_found'],
    ['conversations.members', { channel: 'C0INCIDENT', limit: 0 }, 'invalid_limit'],
    ['conversations.members', { channel: 'C0INCIDENT', cursor: 'x' }, 'invalid_cursor'],
  ])('%s with %j is %s', async (method, call, error) => {
    expect((await refusalOf(method, call)).error).toBe(error)
  })

  test("another member's message cannot be updated", async () => {
    slack.say('U0ANA', 'C0INCIDENT', 'mine')
    const mine = slack.messages('C0INCIDENT', 'U0ANA').at(-1)
    const refusal = await refusalOf('chat.update', { ...inIncident, ts: mine?.ts })
    expect(refusal.error).toBe('cant_update_message')
  })

  test('an ephemeral message cannot be updated', async () => {
    const call = { channel: 'C0INCIDENT', user: 'U0ANA', text: 'for ana' }
    const { message_ts: ts } = await client.chat.postEphemeral(call)
    expect((await refusalOf('chat.update', { ...inIncident, ts })).error).toBe('message_not_found')
  })
})

describe('what a message says', () => {
  test.each([
    ['chat.postMessage', { channel: 'C0INCIDENT', text: '' }, 'no_text'],
    ['chat.postMessage', { channel: 'C0INCIDENT', blocks: [section('a')] }, 'no_text'],
    ['chat.postMessage', { ...inIncident, text: 'x'.repeat(40_001) }, 'msg_too_long'],
    ['chat.postMessage', { ...inIncident, blocks: '{not json' }, 'invalid_blocks_format'],
    ['chat.postMessage', { ...inIncident, blocks: { type: 'divider' } }, 'invalid_blocks_format'],
    ['chat.postMessage', { ...inIncident, metadata: '{no' }, 'invalid_metadata_format'],
    ['chat.postMessage', { ...inIncident, metadata: { kind: 'x' } }, 'invalid_metadata_format'],
    [
      'chat.postMessage',
      { ...inIncident, metadata: { event_type: 'a', event_payload: { b: 'x'.repeat(8000) } } },
      'metadata_too_large',
    ],
    [
      'chat.postMessage',
      { ...inIncident, blocks: Array.from({ length: 5 }, () => section('x'.repeat(2700))) },
      'msg_blocks_too_long',
    ],
  ])('%s refused (case %#)', async (method, call, error) => {
    expect((await refusalOf(method, call)).error).toBe(error)
  })

  test('an update takes 4,000 characters of text, and not one more', async () => {
    const { ts } = await client.chat.postMessage(inIncident)
    const call = { channel: 'C0INCIDENT', ts: String(ts) }
    await client.chat.update({ ...call, text: 'x'.repeat(4000) })
    const refusal = await refusalOf('chat.update', { ...call, text: 'x'.repeat(4001) })
    expect(refusal.error).toBe('msg_too_long')
  })
})

describe('blocks', () => {
  const confirm = {
    title: { type: 'plain_text', text: 'Sure?' },
    text: { type: 'mrkdwn', text: 'x'.repeat(301) },
    confirm: { type: 'plain_text', text: 'Yes' },
    deny: { type: 'plain_text', text: 'No' },
  }
  const raw = { type: 'raw_text', text: 'a' }
  const row = (cells: number) => Array.from({ length: cells }, () => raw)
  const rows = (count: number) => ({
    type: 'table',
    rows: Array.from({ length: count }, () => row(1)),
  })
  const cases: [string, unknown[], string][] = [
    [
      'a section of 3,001',
      [section('x'.repeat(3001))],
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'an empty text',
      [section('')],
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'a section without text',
      [{ type: 'section' }],
      'missing required field: text [json-pointer:/blocks/0]',
    ],
    [
      'a header of 151',
      [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }],
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'markup in a header',
      [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }],
      'must be a valid enum value [json-pointer:/blocks/0/text/type]',
    ],
    [
      'a header without text',
      [{ type: 'header' }],
      'missing required field: text [json-pointer:/blocks/0]',
    ],
    [
      '51 blocks',
      Array.from({ length: 51 }, () => ({ type: 'divider' })),
      'no more than 50 items allowed [json-pointer:/blocks]',
    ],
    [
      '26 buttons',
      [actions('a', ...Array.from({ length: 26 }, (_, i) => `b${i}`))],
      'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'no buttons',
      [actions('a')],
      'no fewer than 1 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'a button text of 76',
      [
        {
          type: 'actions',
          elements: [{ ...button('a'), text: { type: 'plain_text', text: 'x'.repeat(76) } }],
        },
      ],
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    ],
    [
      'a value of 2,001',
      [{ type: 'actions', elements: [{ ...button('a'), value: 'x'.repeat(2001) }] }],
      'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      'an action_id of 256',
      [actions('a', 'x'.repeat(256))],
      'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
    ],
    [
      'a style of its own',
      [{ type: 'actions', elements: [{ ...button('a'), style: 'warning' }] }],
      'must be a valid enum value [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      'a confirm text of 301',
      [{ type: 'actions', elements: [{ ...button('a'), confirm }] }],
      'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
    ],
    [
      'one action_id twice in a block',
      [actions('a', 'go', 'go')],
      'action_id "go" already exists in this block [json-pointer:/blocks/0/elements/1]',
    ],
    [
      'one block_id twice',
      [actions('a', 'go'), actions('a', 'go')],
      'block_id "a" already exists [json-pointer:/blocks/1/block_id]',
    ],
    [
      '11 context elements',
      [
        {
          type: 'context',
          elements: Array.from({ length: 11 }, () => ({ type: 'mrkdwn', text: 'x' })),
        },
      ],
      'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      '11 fields',
      [
        {
          type: 'section',
          fields: Array.from({ length: 11 }, () => ({ type: 'mrkdwn', text: 'x' })),
        },
      ],
      'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    ],
    ['101 rows', [rows(101)], 'no more than 100 items allowed [json-pointer:/blocks/0/rows]'],
    [
      '21 cells',
      [{ type: 'table', rows: [row(21)] }],
      'no more than 20 items allowed [json-pointer:/blocks/0/rows/0]',
    ],
    ['two tables', [rows(1), rows(1)], 'only_one_table_allowed [json-pointer:/blocks/1]'],
    [
      'an unknown type',
      [{ type: 'banner' }],
      'unsupported type: banner [json-pointer:/blocks/0/type]',
    ],
    [
      'a block that only Slack has',
      [{ type: 'plan' }],
      "unsupported type: plan (not in the rehearsal's workspace) [json-pointer:/blocks/0/type]",
    ],
    [
      'an unknown field',
      [{ ...section('x'), colour: 'red' }],
      'invalid additional property: colour [json-pointer:/blocks/0]',
    ],
    [
      'a number for a text',
      [section(7 as never)],
      'must provide a string [json-pointer:/blocks/0/text/text]',
    ],
  ]
  test.each(cases)('%s is refused with its place', async (_name, blocks, problem) => {
    const refusal = await refusalOf('chat.postMessage', { ...inIncident, blocks })
    expect(refusal).toEqual({ error: 'invalid_blocks', messages: [`[ERROR] ${problem}`] })
  })

  test('at each limit exactly, a message is taken', async () => {
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(150) } },
      section('x'.repeat(3000)),
      actions('a'.repeat(255), ...Array.from({ length: 25 }, (_, i) => `b${i}`)),
      { type: 'actions', elements: [{ ...button('b'), value: 'x'.repeat(2000) }] },
      { type: 'table', rows: Array.from({ length: 100 }, () => row(20)) },
    ]
    expect((await client.apiCall('chat.postMessage', { ...inIncident, blocks })).ok).toBe(true)
  })
})
