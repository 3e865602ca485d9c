/** Draws one message of the channel as a person sees it. The page's script puts it in its place. */
import { createElement as element, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import type { Message } from '../slack/conversations.ts'
import { memberById, slackbotId } from '../slack/people.ts'
import { clockTime } from './dates.ts'
import { drawBlocks, drawText } from './draw-blocks.ts'

/** What the page gets: `html` goes into an article of its own. */
export type DrawnMessage = {
  readonly ts: string
  readonly threadTs: string | null
  readonly kind: 'message' | 'alone' | 'typed'
  readonly html: string
}

/** A command that somebody typed. Slack shows it to nobody; the page does, so that a watcher can follow. */
export type TypedCommand = {
  readonly ts: string
  readonly userId: string
  readonly channelId: string
  readonly text: string
}

export function drawMessage(message: Message): DrawnMessage {
  const { ts, threadTs, onlyFor, blocks, text } = message
  const said = blocks.length === 0 ? drawText(text) : drawBlocks(blocks)
  const html = markup(
    element(
      'div',
      { className: 'said' },
      onlyFor === null ? null : element('p', { className: 'alone' }, 'Only visible to you'),
      head(message),
      element('div', { className: 'blocks' }, said),
      message.isEdited ? element('span', { className: 'edited' }, '(edited)') : null,
      notice(message),
    ),
    avatar(message.authorId),
  )
  return { ts, threadTs, kind: onlyFor === null ? 'message' : 'alone', html }
}

export function drawTyped(typed: TypedCommand): DrawnMessage {
  const name = memberById(typed.userId)?.name ?? typed.userId
  const line = element(
    'p',
    null,
    element('b', null, name),
    ' typed ',
    element('code', null, typed.text),
  )
  return { ts: typed.ts, threadTs: null, kind: 'typed', html: markup(line) }
}

function head(message: Message): ReactNode {
  const author = memberById(message.authorId)
  const name = author?.realName ?? (message.authorId === slackbotId ? 'Slackbot' : message.authorId)
  const at = Number(message.ts) * 1000
  return element(
    'header',
    null,
    element('b', null, name),
    author?.isBot === true ? element('span', { className: 'app' }, 'APP') : null,
    element('time', { dateTime: new Date(at).toISOString() }, clockTime(at)),
  )
}

/** Nobody's phone rings here; this says whose would. */
function notice(message: Message): ReactNode {
  const count = message.wouldNotify.length
  if (count === 0) return null
  const names = message.wouldNotify.map((id) => memberById(id)?.name ?? id).join(', ')
  const people = count === 1 ? names : `${count} people`
  return element('p', { className: 'would-notify', title: names }, `would notify ${people}`)
}

function avatar(authorId: string): ReactNode {
  const author = memberById(authorId)
  const letter = (author?.realName ?? 'S').slice(0, 1)
  const look = author === undefined ? 'slackbot' : author.name
  return element('span', { className: `avatar ${look}`, 'aria-hidden': true }, letter)
}

/** Ids and inline styles are taken out: the library repeats its own ids, the page's policy takes no styles. */
function markup(...nodes: readonly ReactNode[]): string {
  return [...nodes].reverse().map(staticMarkup).join('')
}

function staticMarkup(node: ReactNode): string {
  return renderToStaticMarkup(node).replaceAll(/ (id|style)="[^"]*"/g, '')
}
