/** What somebody else wrote, on its way into a sentence, a log or a terminal. Pure. */

/** Control characters, and what turns the direction of reading: another text shows than is there. */
const unseen = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

/** On one line, and cut. */
export function printable(text: string, atMost: number): string {
  const line = text.replace(unseen, ' ')
  return line.length <= atMost ? line : `${line.slice(0, atMost - 1)}…`
}

/** On its own lines, whole. */
export function printableLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(unseen, ' '))
    .join('\n')
}
