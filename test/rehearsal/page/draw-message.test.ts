/** What a person sees of a message: text without life of its own, buttons that can be found, tables that line up. */
import { expect, test } from 'vitest'
import { drawMessage } from '../../../src/rehearsal/page/draw-message.ts'
import type { Block } from '../../../src/rehearsal/slack/blocks.ts'
import type { Message } from '../../../src/rehearsal/slack/conversations.ts'

const said: Message = {
  ts: '1790000000.000001',
  threadTs: null,
  channelId: 'C0INCIDENT',
  authorId: 'U0PLIMSOLL',
  text: 'a sentence',
  blocks: [],
  metadata: null,
  isEdited: false,
  onlyFor: null,
  wouldNotify: [],
}
const drawn = (change: Partial<Message>): string => drawMessage({ ...said, ...change }).html
const section = (text: string): Block => ({ type: 'section', text: { type: 'mrkdwn', text } })

test('mentions are names and nothing else', () => {
  const html = drawn({ blocks: [section('<@U0LUIS> <!channel> <!subteam^S0LEADS> <#C0INCIDENT>')] })
  for (const name of ['@luis', '@channel', '@sre-leads', '#incident']) {
    expect(html).toContain(`<span class="mention">${name}</span>`)
  }
})

test('what looks like markup of a page is shown as text', () => {
  const html = drawn({ text: '&lt;img src=x onerror=alert(1)&gt; <b>bold</b>' })
  expect(html).not.toContain('<img')
  expect(html).not.toContain('<b>bold')
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
})

test('a table has a head, aligned columns, and takes all three kinds of cells', () => {
  const table: Block = {
    type: 'table',
    column_settings: [{}, { align: 'right' }],
    rows: [
      [
        { type: 'raw_text', text: 'Law' },
        { type: 'raw_text', text: 'Demand' },
      ],
      [
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [{ type: 'text', text: 'Connections', style: { bold: true } }],
            },
          ],
        },
        { type: 'raw_number', value: 1890, text: '1,890' },
      ],
    ],
  }
  const html = drawn({ blocks: [table] })
  expect(html).toContain('<th class="right" scope="col">Demand</th>')
  expect(html).toContain('<td class="right">1,890</td>')
  expect(html).toContain('Connections')
})

test('a button carries its place, and never its value', () => {
  const actions: Block = {
    type: 'actions',
    block_id: 'approval-1',
    elements: [
      {
        type: 'button',
        action_id: 'approve',
        value: 'opaque-token',
        style: 'primary',
        text: { type: 'plain_text', text: 'Approve' },
      },
    ],
  }
  const html = drawn({ blocks: [actions] })
  expect(html).toContain('data-block="approval-1"')
  expect(html).toContain('data-action="approve"')
  expect(html).not.toContain('opaque-token')
})

test('no id and no inline style comes out of a message', () => {
  const list: Block = {
    type: 'rich_text',
    block_id: 'timeline',
    elements: [
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'one' }] }],
      },
    ],
  }
  const html = drawn({ blocks: [list, { ...section('x'), block_id: 'say' }] })
  expect(html).not.toMatch(/\s(id|style)="/)
})

test('each kind of block that the workspace takes is drawn', () => {
  const blocks: Block[] = [
    { type: 'header', text: { type: 'plain_text', text: 'Head' } },
    { type: 'section', fields: [{ type: 'mrkdwn', text: '*field*' }] },
    { type: 'context', elements: [{ type: 'mrkdwn', text: 'context' }] },
    { type: 'divider' },
    { type: 'markdown', text: '**marked**' },
  ]
  const html = drawn({ blocks })
  for (const words of ['Head', 'field', 'context', '<hr/>', 'marked']) expect(html).toContain(words)
})

test('who would be notified is said, by name for one and by number for more', () => {
  expect(drawn({ wouldNotify: ['U0LUIS'] })).toContain('would notify luis')
  expect(drawn({ wouldNotify: ['U0ANA', 'U0LUIS'] })).toContain('would notify 2 people')
  expect(drawn({})).not.toContain('would notify')
})

test('an ephemeral message says that it is for you alone', () => {
  expect(drawMessage({ ...said, onlyFor: 'U0ANA' })).toMatchObject({ kind: 'alone' })
  expect(drawn({ onlyFor: 'U0ANA' })).toContain('Only visible to you')
})

test("Slack's date tokens are shown in words", () => {
  const html = drawn({ text: '<!date^1700000000^{date_num} {time}|then>' })
  expect(html).toMatch(/2023-11-14 \d\d:\d\d/)
})

const words = (text: string): string =>
  drawn({ text })
    .replace(/.*<div class="blocks">/, '')
    .replaceAll(/<\/?(div|span|p)( [^>]*)?>/g, '')

test.each([
  ['*bold* _it_ ~no~', '<strong>bold</strong> <em>it</em> <s>no</s>'],
  ['*a `b` c*', '<strong>a <code>b</code> c</strong>'],
  ['2*3*4 and snake_case_name', '2*3*4 and snake_case_name'],
  ['at 14:04:02, 390 -&gt; 590', 'at 14:04:02, 390 -&gt; 590'],
  ['&gt; quoted', '<q>quoted</q>'],
  ['```\n*raw* &lt;\n```', '<pre>*raw* &lt;</pre>'],
  [':white_check_mark: :no_such_thing:', '\u2705 :no_such_thing:'],
  ['# 1 is a number', '# 1 is a number'],
  ['<javascript:alert(1)|x>', 'x'],
  ['`<@U0LUIS>`', '<code>&lt;@U0LUIS&gt;</code>'],
])('%j is drawn as Slack does', (text, html) => {
  expect(words(text)).toBe(html)
})

test('what was escaped stays text: no mention, no link comes alive', () => {
  const html = drawn({ text: '&lt;!channel&gt; &lt;@U0LUIS&gt; &lt;https://evil.example|here&gt;' })
  expect(html).not.toContain('mention')
  expect(html).not.toContain('<a ')
})
