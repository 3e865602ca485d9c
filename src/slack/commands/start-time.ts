/** `at=2026-12-01T03:00Z`: when something is to begin, out of the words of a command. Pure. */
import { slackFace as face } from '../views/blocks.ts'

export type StartTime =
  | { readonly kind: 'time'; readonly words: readonly string[]; readonly notBefore: number | null }
  | { readonly kind: 'wrong'; readonly sentence: string }

/** An approval for what begins later than this is a guess about a world that nobody knows. */
const aheadAtMostMs = 7 * 86_400_000
const shape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/

/** The other words, and the instant; without `at=` it begins as soon as it may. */
export function startTime(words: readonly string[], now: number): StartTime {
  const given = words.filter((word) => word.startsWith('at='))
  const rest = words.filter((word) => !word.startsWith('at='))
  const [first] = given
  if (first === undefined) return { kind: 'time', words: rest, notBefore: null }
  const text = first.slice('at='.length)
  const at = shape.test(text) ? Date.parse(text) : Number.NaN
  if (given.length > 1 || Number.isNaN(at))
    return wrong(text, 'a time with its zone, such as 2026-12-01T03:00Z or 2026-12-01T03:00-03:00')
  if (at <= now) return wrong(text, 'in the future')
  if (at > now + aheadAtMostMs) return wrong(text, 'within seven days')
  return { kind: 'time', words: rest, notBefore: at }
}

function wrong(text: string, right: string): StartTime {
  return {
    kind: 'wrong',
    sentence: `${face.literal('at')} must be ${right}, and ${face.literal(text)} is not.`,
  }
}
