/**
 * Slack's markup to React nodes. Ours, because `slack-blocks-to-jsx` 1.1.1 decodes `&lt;` before it parses
 * (so an escaped mention comes alive), eats the colons of `14:04:02` and drops code inside bold [tried].
 * https://docs.slack.dev/messaging/formatting-message-text
 */
import { createElement as element, type ReactNode } from 'react'
import { channels, members, userGroups } from '../slack/people.ts'
import { dateInWords } from './dates.ts'

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

type Rule = {
  readonly pattern: RegExp
  readonly draw: (found: RegExpExecArray, drawing: Drawing) => ReactNode
}

/** The style's sign, not after and not before a letter or digit, around words that do not begin or end with a space. */
function styled(sign: string, tag: string): Rule {
  const mark = `[${sign}]`
  const around = `[\\p{L}\\p{N}${sign}]`
  const pattern = new RegExp(`(?<!${around})${mark}(?=\\S)([^\\n]*?\\S)${mark}(?!${around})`, 'u')
  return {
    pattern,
    draw: (found, drawing) => element(tag, null, drawInline(found[1] ?? '', drawing)),
  }
}

/** In this order where two begin at one place. */
const rules: readonly Rule[] = [
  { pattern: /`([^`\n]+)`/, draw: (found) => element('code', null, decoded(found[1] ?? '')) },
  { pattern: /<([^<>\n]+)>/, draw: (found) => drawToken(found[1] ?? '') },
  styled('*', 'strong'),
  styled('_', 'em'),
  styled('~', 's'),
  {
    pattern: /(?<![\p{L}\p{N}]):([a-z][a-z0-9_+-]*):(?![\p{L}\p{N}])/u,
    draw: (found, drawing) => drawing.emoji(found[1] ?? '') ?? found[0],
  },
]

/** The rule that begins first takes its part; before it is plain text, behind it begins anew. */
function drawInline(text: string, drawing: Drawing): ReactNode {
  const nodes: ReactNode[] = []
  let rest = text
  while (rest !== '') {
    const first = firstOf(rest)
    if (first === null) break
    const { rule, found } = first
    nodes.push(decoded(rest.slice(0, found.index)))
    nodes.push(keyed(rule.draw(found, drawing), nodes.length))
    rest = rest.slice(found.index + found[0].length)
  }
  nodes.push(decoded(rest))
  return nodes
}

function firstOf(text: string): { readonly rule: Rule; readonly found: RegExpExecArray } | null {
  return rules.reduce<ReturnType<typeof firstOf>>((first, rule) => {
    const found = rule.pattern.exec(text)
    if (found === null || (first !== null && first.found.index <= found.index)) return first
    return { rule, found }
  }, null)
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
