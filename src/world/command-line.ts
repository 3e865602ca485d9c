/** Flags among the words of a command line, as argparse and click read them: found, and replaced in place. */

export type Flag = { readonly long: string; readonly short?: string }

/** Undefined: the flag stands there without a value, which no program would start with. */
type Place = {
  readonly from: number
  readonly to: number
  readonly value: string | undefined
}

/** The last one counts; undefined: it is not there. */
export function flagValue(words: readonly string[], flag: Flag): string | undefined {
  return placesOf(words, flag).findLast(({ value }) => value !== undefined)?.value
}

/** Where the flag stood first, or at the end; any other mention of it is gone. */
export function withFlag(words: readonly string[], flag: Flag, value: string): readonly string[] {
  const places = placesOf(words, flag)
  const first = places[0]?.from ?? words.length
  const isGone = (index: number): boolean =>
    places.some(({ from, to }) => from <= index && index < to)
  const kept = (from: number, to: number): readonly string[] =>
    words.slice(from, to).filter((_, index) => !isGone(from + index))
  return [...kept(0, first), `${flag.long}=${value}`, ...kept(first, words.length)]
}

/** A whole line for a shell in one word is not taken apart. */
export function holdsShellLine(words: readonly string[]): boolean {
  return words.some((word) => /(^|\s)(gunicorn|celery)\s/.test(word))
}

function placesOf(words: readonly string[], { long, short }: Flag): readonly Place[] {
  return words.flatMap((word, index): readonly Place[] => {
    const one = { from: index, to: index + 1 }
    if (word.startsWith(`${long}=`)) return [{ ...one, value: word.slice(long.length + 1) }]
    if (short !== undefined && word.startsWith(short) && word !== short && !word.startsWith('--'))
      return [{ ...one, value: word.slice(short.length).replace(/^=/, '') }]
    if (word !== long && word !== short) return []
    const next = words[index + 1]
    if (next === undefined || next.startsWith('-')) return [{ ...one, value: undefined }]
    return [{ from: index, to: index + 2, value: next }]
  })
}
