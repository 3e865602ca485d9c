/** Waits for something to be so, with a deadline: never for a time alone. */
import { setTimeout as pause } from 'node:timers/promises'

const lookEveryMs = 15

/** The first answer that is not undefined. `what` is said when it never comes; `shown` with it. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  { withinMs = 90_000, shown = () => '' }: { withinMs?: number; shown?: () => string } = {},
): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (Date.now() > deadline)
      throw new Error(`not within ${withinMs} ms: ${what}${prefixed(shown())}`)
    await pause(lookEveryMs)
  }
}

function prefixed(text: string): string {
  return text === '' ? '' : `\n${text}`
}
