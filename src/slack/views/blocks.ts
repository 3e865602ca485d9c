/** Block Kit by its limits: what is too long is cut here, once, and any text from outside is inert. facts/slack.md, 2 and 4. */
import type {
  ActionsBlock,
  Button,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  SectionBlock,
  TableBlock,
} from '@slack/types'
import type { Face } from '../../words/en.ts'

/** What is posted: `text` makes sense alone, for notifications and screen readers. */
export type Message = {
  readonly text: string
  readonly blocks: readonly KnownBlock[]
  readonly metadata?: {
    readonly event_type: string
    readonly event_payload: Readonly<Record<string, string | number | boolean>>
  }
}

const sectionAtMost = 3000
const contextAtMost = 2000
const cellAtMost = 200
const rowsAtMost = 100

/** The only three characters that Slack asks to be escaped; it makes mentions and links of outside text inert. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
}

/** A backtick would end the code span: it becomes an apostrophe. */
export const slackFace: Face = {
  person: (user) => `<@${user}>`,
  group: (group) => `<!subteam^${group}>`,
  channel: (channel) => `<#${channel}>`,
  time: (at) => {
    const seconds = Math.floor(at / 1000)
    return `<!date^${seconds}^{time}|${new Date(at).toISOString().slice(11, 16)} UTC>`
  },
  literal: (text) => `\`${escaped(text).replaceAll('`', "'")}\``,
  run: (run) => `run \`${escaped(run)}\``,
}

/** The same without what only Slack draws: for `text`, which is read aloud and pushed. */
export function plain(mrkdwn: string): string {
  return mrkdwn.replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1').replace(/[*`]/g, '')
}

export function header(text: string): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text: cut(text, 150), emoji: false } }
}

export function section(mrkdwn: string): SectionBlock {
  return {
    type: 'section',
    text: { type: 'mrkdwn', text: cut(mrkdwn, sectionAtMost), verbatim: true },
  }
}

export function context(mrkdwn: string): ContextBlock {
  return {
    type: 'context',
    elements: [{ type: 'mrkdwn', text: cut(mrkdwn, contextAtMost), verbatim: true }],
  }
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): TableBlock {
  const cell = (text: string) => ({
    type: 'raw_text' as const,
    text: cut(text === '' ? '–' : text, cellAtMost),
  })
  return {
    type: 'table',
    rows: [head, ...rows.slice(0, rowsAtMost - 1)].map((row) => row.map(cell)),
    column_settings: head.map((_, index) => ({
      align: index === 0 ? ('left' as const) : ('right' as const),
      is_wrapped: index === 0,
    })),
  }
}

export type ButtonSpec = {
  readonly action: 'approve' | 'reject' | 'abort' | 'resume' | 'retry' | 'details'
  readonly text: string
  readonly value: string
  readonly style?: 'primary' | 'danger'
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string }
}

/** `id`: unique in the message and new for each iteration of it. */
export function actions(id: string, buttons: readonly ButtonSpec[]): ActionsBlock {
  return { type: 'actions', block_id: cut(id, 255), elements: buttons.map(button) }
}

function button({ action, text, value, style, confirm }: ButtonSpec): Button {
  return {
    type: 'button',
    action_id: action,
    text: { type: 'plain_text', text: cut(text, 75), emoji: false },
    value,
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: { type: 'plain_text', text: cut(confirm.title, 100) },
            text: { type: 'plain_text', text: cut(confirm.text, 300) },
            confirm: { type: 'plain_text', text: cut(confirm.yes, 30) },
            deny: { type: 'plain_text', text: 'No' },
          },
        }),
  }
}

function cut(text: string, atMost: number): string {
  return text.length <= atMost ? text : `${text.slice(0, atMost - 1)}…`
}
