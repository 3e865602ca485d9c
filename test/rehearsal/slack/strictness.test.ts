/** What the workspace refuses, asked by the real client: Slack's code, and what is wrong. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Asking, refusalOf, startAsking } from './asking.ts'

let asking: Asking
beforeAll(async () => {
  asking = await startAsking()
})
afterAll(() => asking.slack.stop())

const inIncident = { channel: 'C0INCIDENT', text: 'a sentence' }
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })

describe('who asks, and for what', () => {
  test('no token is not_authed, a wrong one invalid_auth', async () => {
    expect((await refusalOf(asking.clientWith(undefined), 'auth.test', {})).error).toBe(
      'not_authed',
    )
    expect((await refusalOf(asking.clientWith('xoxb-other'), 'auth.test', {})).error).toBe(
      'invalid_auth',
    )
  })

  test('a method that the workspace does not have is unknown_method', async () => {
    expect((await refusalOf(asking.client, 'chat.shout', {})).error).toBe('unknown_method')
  })

  test('an argument that a method does not take is refused by name', async () => {
    const refusal = await refusalOf(asking.client, 'chat.postMessage', {
      ...inIncident,
      link_names: true,
    })
    expect(refusal.error).toBe('invalid_arguments')
    expect(refusal.messages[0]).toContain('unknown argument: link_names')
  })

  test('a missing argument is refused by name', async () => {
    const refusal = await refusalOf(asking.client, 'chat.getPermalink', { channel: 'C0INCIDENT' })
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
    expect((await refusalOf(asking.client, method, call)).error).toBe(error)
  })

  test("another member's message cannot be updated", async () => {
    asking.slack.say('U0ANA', 'C0INCIDENT', 'mine')
    const mine = asking.slack.messages('C0INCIDENT', 'U0ANA').at(-1)
    const refusal = await refusalOf(asking.client, 'chat.update', { ...inIncident, ts: mine?.ts })
    expect(refusal.error).toBe('cant_update_message')
  })

  test('an ephemeral message cannot be updated', async () => {
    const call = { channel: 'C0INCIDENT', user: 'U0ANA', text: 'for ana' }
    const { message_ts: ts } = await asking.client.chat.postEphemeral(call)
    expect((await refusalOf(asking.client, 'chat.update', { ...inIncident, ts })).error).toBe(
      'message_not_found',
    )
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
    expect((await refusalOf(asking.client, method, call)).error).toBe(error)
  })

  test('an update takes 4,000 characters of text, and not one more', async () => {
    const { ts } = await asking.client.chat.postMessage(inIncident)
    const call = { channel: 'C0INCIDENT', ts: String(ts) }
    await asking.client.chat.update({ ...call, text: 'x'.repeat(4000) })
    const refusal = await refusalOf(asking.client, 'chat.update', {
      ...call,
      text: 'x'.repeat(4001),
    })
    expect(refusal.error).toBe('msg_too_long')
  })
})
