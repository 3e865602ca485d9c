/** The limits of blocks, asked by the real client: Slack's words, with the place. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Asking, refusalOf, startAsking } from './asking.ts'

let asking: Asking
beforeAll(async () => {
  asking = await startAsking()
})
afterAll(() => asking.slack.stop())

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
  ['no buttons', [actions('a')], 'no fewer than 1 items allowed [json-pointer:/blocks/0/elements]'],
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
    [{ type: 'section', text: { type: 'mrkdwn', text: 7 } }],
    'must provide a string [json-pointer:/blocks/0/text/text]',
  ],
]
test.each(cases)('%s is refused with its place', async (_name, blocks, problem) => {
  const refusal = await refusalOf(asking.client, 'chat.postMessage', { ...inIncident, blocks })
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
  expect((await asking.client.apiCall('chat.postMessage', { ...inIncident, blocks })).ok).toBe(true)
})
