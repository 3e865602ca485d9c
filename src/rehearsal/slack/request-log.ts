/** What went to and fro between bot and workspace, for tests and for the curious. Tokens are never in it. */
import type { Ack } from './delivery.ts'
import type { Reply } from './reply.ts'
import type { Answered } from './response-urls.ts'

type Traffic =
  | {
      readonly kind: 'call'
      readonly method: string
      readonly arguments: Readonly<Record<string, unknown>>
      readonly reply: Reply
    }
  | {
      readonly kind: 'delivery'
      readonly body: Readonly<Record<string, string>>
      readonly ack: Ack
    }
  | { readonly kind: 'response-url'; readonly body: string; readonly answered: Answered }

export type RequestLog = {
  add: (traffic: Traffic) => void
  /** Oldest first. */
  entries: () => readonly (Traffic & { readonly at: number })[]
}

const maxEntries = 1000

export function createRequestLog(clock: { readonly now: () => number }): RequestLog {
  const entries: (Traffic & { readonly at: number })[] = []
  return {
    add: (traffic) => {
      entries.push({ ...traffic, at: clock.now() })
      if (entries.length > maxEntries) entries.shift()
    },
    entries: () => [...entries],
  }
}
