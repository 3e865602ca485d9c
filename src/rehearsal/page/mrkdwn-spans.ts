/**
 * Where the spans of Slack's markup stand. Whoever asks from left to right has each character looked
 * at a fixed number of times, however many signs open a span that nothing closes.
 */
export type SpanKind = 'code' | 'token' | 'strong' | 'em' | 's' | 'emoji'

export type Range = { readonly from: number; readonly to: number }

/** `inside` is what stands between its signs. */
export type Span = Range & { readonly kind: SpanKind; readonly inside: Range }

/** The first span of a range, which may begin at once; null where there is none. */
export type FirstSpan = (within: Range) => Span | null

type SpanAt = (at: number, within: Range) => Span | null

export function spansIn(text: string): FirstSpan {
  const signs = /[`<*_~:]/g
  const spanAt: Record<string, SpanAt> = {
    '`': delimited(text, 'code', /`[^`\n]+`/y),
    '<': delimited(text, 'token', /<[^<>\n]+>/y),
    '*': styled(text, 'strong', '*'),
    _: styled(text, 'em', '_'),
    '~': styled(text, 's', '~'),
    ':': delimited(text, 'emoji', /(?<![\p{L}\p{N}]):[a-z][a-z0-9_+-]*:(?![\p{L}\p{N}])/uy),
  }
  return (within) => {
    signs.lastIndex = within.from
    for (;;) {
      const sign = signs.exec(text)
      if (sign === null || sign.index >= within.to) return null
      const span = spanAt[sign[0]]?.(sign.index, within) ?? null
      if (span !== null) return span
    }
  }
}

/** Between two signs that cannot stand inside. */
function delimited(text: string, kind: SpanKind, pattern: RegExp): SpanAt {
  return (from, within) => {
    pattern.lastIndex = from
    const found = pattern.exec(text)
    if (found === null) return null
    const to = from + found[0].length
    return to > within.to ? null : { kind, from, to, inside: { from: from + 1, to: to - 1 } }
  }
}

/**
 * The style's sign, not after and not before a letter or digit, around words that do not begin or end
 * with a space. Ends of the range are as good as a space.
 */
function styled(text: string, kind: SpanKind, sign: string): SpanAt {
  const around = `[\\p{L}\\p{N}${sign}]`
  const opening = new RegExp(`(?<!${around})[${sign}]`, 'uy')
  const stop = nextOf(text, new RegExp(`\\n|(?<=\\S)[${sign}](?!${around})`, 'gu'))
  const isWord = (at: number) => /\S/.test(text.charAt(at))
  return (from, within) => {
    opening.lastIndex = from
    if (from > within.from && !opening.test(text)) return null
    if (from + 1 >= within.to || !isWord(from + 1)) return null
    const last = within.to - 1
    const next = Math.min(stop(from + 2), last)
    if (next < from + 2 || text[next] !== sign || !isWord(next - 1)) return null
    return { kind, from, to: next + 1, inside: { from: from + 1, to: next } }
  }
}

/** The next place where the pattern is found: what was found last answers until it is passed. */
function nextOf(text: string, pattern: RegExp): (from: number) => number {
  let known = { from: 0, at: -1 }
  return (from) => {
    if (from < known.from || from > known.at) {
      pattern.lastIndex = from
      known = { from, at: pattern.exec(text)?.index ?? Number.POSITIVE_INFINITY }
    }
    return known.at
  }
}
