/**
 * Block Kit by its limits: what is too long is cut here, once, and any text from outside is inert.
 * facts/slack.md, 2 and 4.
 */
import type {
  ActionsBlock,
  Button,
  ContextBlock,
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

/** Together they stay under the 13,000 characters that a message takes, whatever a message says. */
const sectionAtMost = 2000
const longSectionAtMost = 3000
const shortSectionAtMost = 500
const contextAtMost = 600
const cellAtMost = 80
const rowsAtMost = 30
/** chat.update takes 4,000 characters of text. */
const textAtMost = 3000

/** The only three characters that Slack asks to be escaped; it makes mentions and links of outside text inert. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
}

/** Enough to know what one typed by; a whole line to type is shorter. */
const literalAtMost = 300

/** A backtick would end the code span: it becomes an apostrophe. */
export const slackFace: Face = {
  person: (user) => `<@${user}>`,
  group: (group) => `<!subteam^${group}>`,
  channel: (channel) => `<#${channel}>`,
  time: (at) => {
    const seconds = Math.floor(at / 1000)
    return `<!date^${seconds}^{time}|${new Date(at).toISOString().slice(11, 16)} UTC>`
  },
  literal: (text) => `\`${escaped(cut(text, literalAtMost)).replaceAll('`', "'")}\``,
  run: (run) => `run \`${escaped(run)}\``,
  stepsCommand: '/runbook help',
  checkCommand: '/capacity check',
}

/** What is said to one person, whatever it repeats. */
export function told(mrkdwn: string): string {
  return cutMarkup(mrkdwn, textAtMost)
}

/** The same without what only Slack draws: for `text`, which is read aloud and pushed. */
export function plain(mrkdwn: string): string {
  const read = mrkdwn.replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1').replace(/[*`]/g, '')
  return cutMarkup(read, textAtMost)
}

export function section(mrkdwn: string): SectionBlock {
  return {
    type: 'section',
    text: { type: 'mrkdwn', text: cutMarkup(mrkdwn, sectionAtMost), verbatim: true },
  }
}

/** For a message that has few of them. */
export function longSection(mrkdwn: string): SectionBlock {
  const text = cutMarkup(mrkdwn, longSectionAtMost)
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }
}

/** For a message that has many. */
export function shortSection(mrkdwn: string): SectionBlock {
  const text = cutMarkup(mrkdwn, shortSectionAtMost)
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }
}

export function context(mrkdwn: string): ContextBlock {
  return {
    type: 'context',
    elements: [{ type: 'mrkdwn', text: cutMarkup(mrkdwn, contextAtMost), verbatim: true }],
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

/** Each is drawn here and heard at the door: one that is not heard would look alive and do nothing. */
export const buttonActions = [
  'approve',
  'reject',
  'abort',
  'resume',
  'retry',
  'done',
  'skip',
  'take',
  'follow-up',
  'judge',
  'details',
  'apply',
  'tick',
  'why',
  'end',
] as const

export type ButtonSpec = {
  readonly action: (typeof buttonActions)[number]
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

export function cut(text: string, atMost: number): string {
  return text.length <= atMost ? text : `${text.slice(0, atMost - 1)}…`
}

/** Cut between words, never inside a mention, an escape or a code span. */
function cutMarkup(text: string, atMost: number): string {
  if (text.length <= atMost) return text
  const kept = text.slice(0, atMost - 2)
  const opened = kept.lastIndexOf('<') > kept.lastIndexOf('>') ? kept.lastIndexOf('<') : kept.length
  const whole = kept.slice(0, opened).replace(/&[a-z]*$/, '')
  const isCodeOpen = (whole.match(/`/g) ?? []).length % 2 === 1
  return `${whole}${isCodeOpen ? '`' : ''}…`
}
