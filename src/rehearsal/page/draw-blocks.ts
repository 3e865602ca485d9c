/** Draws the blocks of a message: rich text and markdown through `slack-blocks-to-jsx`, the rest ourselves. */
import { createElement as element, type ReactElement, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { Message, type MessageProps } from 'slack-blocks-to-jsx'
import type { Block, Button, TableBlock } from '../slack/blocks.ts'
import { channels, members, userGroups } from '../slack/people.ts'
import { dateInWords } from './dates.ts'
import { decoded, drawMrkdwn, mention } from './mrkdwn.ts'

export function drawBlocks(blocks: readonly Block[]): ReactNode {
  return blocks.map((block, index) =>
    element('div', { className: 'block', key: index }, draw(block)),
  )
}

/** A message without blocks: its text is markup. */
export function drawText(text: string): ReactNode {
  return drawMrkdwn(text, { emoji })
}

function draw(block: Block): ReactNode {
  switch (block.type) {
    case 'actions':
      return drawActions(block.elements, block.block_id)
    case 'table':
      return drawTable(block)
    case 'section':
      return drawSection(block)
    case 'divider':
      return element('hr')
    case 'header':
      return element('h3', null, decoded(block.text.text))
    case 'context':
      return element('div', { className: 'context' }, block.elements.map(drawContextElement))
    case 'markdown':
    case 'rich_text':
      return drawn([block])
  }
}

function drawSection(section: Extract<Block, { type: 'section' }>): ReactNode {
  const { text, fields = [], accessory } = section
  return element(
    'div',
    { className: 'section' },
    element(
      'div',
      null,
      text === undefined ? null : drawTextObject(text),
      fields.length === 0 ? null : element('div', { className: 'fields' }, fields.map(drawField)),
    ),
    accessory === undefined ? null : drawActions([accessory], section.block_id),
  )
}

type TextObject = { readonly type: 'plain_text' | 'mrkdwn'; readonly text: string }

function drawTextObject({ type, text }: TextObject): ReactNode {
  return type === 'mrkdwn' ? drawText(text) : element('p', null, decoded(text))
}

function drawField(field: TextObject, index: number): ReactNode {
  return element('div', { key: index }, drawTextObject(field))
}

function drawContextElement(
  given: Extract<Block, { type: 'context' }>['elements'][number],
  index: number,
): ReactNode {
  // Nothing is fetched from outside: a picture is its words.
  if (given.type === 'image') return element('p', { key: index }, given.alt_text)
  return drawField(given, index)
}

/** The library's buttons carry no value and no handler; the page's script finds ours by their data. */
function drawActions(buttons: readonly Button[], blockId: string | undefined): ReactNode {
  const drawnButtons = buttons.map((button) =>
    element(
      'button',
      {
        key: button.action_id,
        type: 'button',
        className: button.style ?? 'plain',
        'data-block': blockId,
        'data-action': button.action_id,
        'data-confirm': button.confirm === undefined ? undefined : asked(button.confirm),
        'aria-label': button.accessibility_label,
      },
      button.text.text,
    ),
  )
  return element('div', { className: 'actions' }, drawnButtons)
}

function asked(confirm: NonNullable<Button['confirm']>): string {
  return JSON.stringify({
    title: confirm.title.text,
    text: confirm.text.text,
    yes: confirm.confirm.text,
    no: confirm.deny.text,
    style: confirm.style ?? 'primary',
  })
}

/** The library knows no `raw_number` and no head row. */
function drawTable(table: TableBlock): ReactNode {
  const row = (cells: TableBlock['rows'][number], tag: 'th' | 'td', key: number): ReactElement =>
    element(
      'tr',
      { key },
      cells.map((cell, column) => {
        const align = table.column_settings?.[column]?.align ?? 'left'
        const scope = tag === 'th' ? { scope: 'col' } : {}
        return element(tag, { key: column, className: align, ...scope }, drawCell(cell))
      }),
    )
  const [head, ...body] = table.rows
  return element(
    'div',
    { className: 'table', role: 'region', tabIndex: 0, 'aria-label': 'Table' },
    element(
      'table',
      null,
      head === undefined ? null : element('thead', null, row(head, 'th', 0)),
      element(
        'tbody',
        null,
        body.map((cells, index) => row(cells, 'td', index)),
      ),
    ),
  )
}

function drawCell(cell: TableBlock['rows'][number][number]): ReactNode {
  switch (cell.type) {
    case 'raw_text':
      return cell.text
    case 'raw_number':
      return cell.text ?? String(cell.value)
    case 'rich_text':
      return drawn([cell])
  }
}

function drawn(blocks: readonly Block[]): ReactElement {
  // Held by the workspace's own schema, which is stricter than the library's types; JSON drops
  // what is `undefined`, which those types do not take.
  const plain: MessageProps['blocks'] = JSON.parse(JSON.stringify(blocks))
  return element(Message, {
    blocks: plain,
    name: '',
    logo: '',
    theme: 'light',
    unstyled: true,
    withoutWrapper: true,
    data: {
      users: members.map(({ id, name }) => ({ id, name })),
      channels: channels.map(({ id, name }) => ({ id, name })),
      user_groups: userGroups.map(({ id, handle }) => ({ id, name: handle })),
    },
    hooks,
  })
}

/** The library knows Slack's names; a name that it does not know it gives back as it is. */
function emoji(name: string): ReactNode {
  const section = {
    type: 'rich_text_section' as const,
    elements: [{ type: 'emoji' as const, name }],
  }
  const node = drawn([{ type: 'rich_text', elements: [section] }])
  const words = renderToStaticMarkup(node).replaceAll(/<[^>]*>/g, '')
  return words === name || words === `:${name}:` ? null : words
}

const hooks: NonNullable<MessageProps['hooks']> = {
  user: ({ name }) => mention('@', name),
  channel: ({ name }) => mention('#', name),
  usergroup: ({ name }) => mention('@', name),
  atHere: () => mention('@', 'here'),
  atChannel: () => mention('@', 'channel'),
  atEveryone: () => mention('@', 'everyone'),
  date: ({ timestamp, format, fallback }) =>
    element('time', { title: fallback }, dateInWords(Number(timestamp) * 1000, format)),
  link: ({ href, children }) =>
    element('a', { href, target: '_blank', rel: 'noreferrer noopener' }, children),
}
