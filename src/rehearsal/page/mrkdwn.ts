/**
 * Slack's markup to React nodes. Ours, because `slack-blocks-to-jsx` 1.1.1 decodes `&lt;` before it parses
 * (so an escaped mention comes alive), eats the colons of `14:04:02` and drops code inside bold [tried].
 * https://docs.slack.dev/messaging/formatting-message-text
 */
import { createElement as element, type ReactNode } from 'react'
import { channels, members, userGroups } from '../slack/people.ts'
import { dateInWords } from './dates.ts'
import { type Range, type Span, spansIn } from './mrkdwn-spans.ts'

/** `emoji` draws a name, or says null: then the code is shown as it was written. */
export type Drawing = { readonly emoji: (name: string) => ReactNode }

export function drawMrkdwn(text: string, drawing: Drawing): ReactNode {
  return text.split(/```\n?([\s\S]*?)\n?```/).map((part, index) => {
    if (index % 2 === 1) return element('pre', { key: index }, decoded(part))
    return element('p', { key: index }, drawLines(part, drawing))
  })
}

/** Names are shown and do nothing: no link, no notification. */
export function mention(sign: string, name: string): ReactNode {
  return element('span', { className: 'mention' }, `${sign}${name}`)
}

/** The three characters that Slack asks to be escaped, after everything else was understood. */
export function decoded(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** Lines that begin with `>` stand together in a quote. */
function drawLines(text: string, drawing: Drawing): ReactNode {
  const runs: { readonly isQuote: boolean; readonly lines: string[] }[] = []
  for (const line of text.split('\n')) {
    const quoted = /^(?:>|&gt;) ?/.exec(line)?.[0]
    const last = runs.at(-1)
    const isQuote = quoted !== undefined
    const words = line.slice(quoted?.length ?? 0)
    if (last?.isQuote === isQuote) last.lines.push(words)
    else runs.push({ isQuote, lines: [words] })
  }
  return runs.map(({ isQuote, lines }, index) => {
    const words = drawInline(lines.join('\n'), drawing)
    return isQuote ? element('q', { key: index }, words) : keyed(words, index)
  })
}

/** Deeper than anybody writes, and shallower than the stack: what is inside is shown as it was written. */
const deepest = 100

function drawInline(text: string, drawing: Drawing): ReactNode {
  const firstSpan = spansIn(text)
  const words = ({ from, to }: Range) => decoded(text.slice(from, to))
  /** The span that begins first takes its part; before it is plain text, behind it begins anew. */
  const drawRange = ({ from, to }: Range, depth: number): ReactNode => {
    const nodes: ReactNode[] = []
    let at = from
    for (;;) {
      const span = firstSpan({ from: at, to })
      if (span === null) break
      nodes.push(words({ from: at, to: span.from }))
      nodes.push(keyed(drawSpan(span, depth), nodes.length))
      at = span.to
    }
    nodes.push(words({ from: at, to }))
    return nodes
  }
  const drawSpan = ({ kind, from, to, inside }: Span, depth: number): ReactNode => {
    switch (kind) {
      case 'code':
        return element('code', null, words(inside))
      case 'token':
        return drawToken(text.slice(inside.from, inside.to))
      case 'emoji':
        return drawing.emoji(text.slice(inside.from, inside.to)) ?? text.slice(from, to)
      case 'strong':
      case 'em':
      case 's':
        return element(kind, null, depth < deepest ? drawRange(inside, depth + 1) : words(inside))
    }
  }
  return drawRange({ from: 0, to: text.length }, 1)
}

/** What stands between angle brackets: a person, a channel, a group, everybody, a date, or a link. */
function drawToken(token: string): ReactNode {
  const [target = '', label] = token.split('|', 2)
  const id = target.slice(1)
  if (target.startsWith('@'))
    return mention('@', members.find((each) => each.id === id)?.name ?? id)
  if (target.startsWith('#'))
    return mention('#', channels.find((each) => each.id === id)?.name ?? id)
  if (!target.startsWith('!')) return drawLink(target, label)
  const [word = '', first = '', second = ''] = id.split('^')
  switch (word) {
    case 'subteam':
      return mention('@', userGroups.find((each) => each.id === first)?.handle ?? first)
    case 'date': {
      if (!/^\d{1,11}$/.test(first)) return decoded(label ?? token)
      const at = Number(first) * 1000
      return element('time', { title: label }, dateInWords(at, second))
    }
    default:
      return mention('@', word)
  }
}

function drawLink(target: string, label: string | undefined): ReactNode {
  const href = decoded(target)
  const words = decoded(label ?? target)
  if (!/^(https?|mailto):/.test(href)) return words
  return element('a', { href, target: '_blank', rel: 'noreferrer noopener' }, words)
}

function keyed(node: ReactNode, key: number): ReactNode {
  return element('span', { key }, node)
}
