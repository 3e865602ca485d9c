/** response_url: answers without a token, five times within half an hour. facts/slack.md, 1 and 6. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { judgeContent, maxPostedText } from './content.ts'
import type { Conversations, Message } from './conversations.ts'
import { botUserId } from './people.ts'

/** What an answer belongs to: who asked, where, and the message that was clicked. */
export type Occasion = {
  readonly userId: string
  readonly channelId: string
  readonly messageTs: string | null
}

export type Answered =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly status: 400 | 404; readonly error: string }

export type ResponseUrls = {
  /** The id in the new address. */
  open: (occasion: Occasion) => string
  answer: (id: string, body: string) => Answered
}

const maxUses = 5
const lifetimeMs = 30 * 60_000

const answerShape = z.strictObject({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
})

export function createResponseUrls(
  conversations: Conversations,
  clock: { readonly now: () => number },
): ResponseUrls {
  const opened = new Map<
    string,
    { readonly occasion: Occasion; readonly openedAt: number; uses: number }
  >()
  return {
    open: (occasion) => {
      const id = randomUUID()
      opened.set(id, { occasion, openedAt: clock.now(), uses: 0 })
      return id
    },
    answer: (id, body) => {
      const address = opened.get(id)
      if (address === undefined) return { kind: 'refused', status: 404, error: 'no_service' }
      if (clock.now() - address.openedAt > lifetimeMs) {
        return { kind: 'refused', status: 404, error: 'expired_url' }
      }
      if (address.uses >= maxUses) return { kind: 'refused', status: 404, error: 'used_url' }
      address.uses += 1
      return showAnswer(conversations, address.occasion, body)
    },
  }
}

/** Also for the body of an ack, which is the first answer to a command. */
export function showAnswer(
  conversations: Conversations,
  occasion: Occasion,
  body: string,
): Answered {
  const parsed = answerShape.safeParse(jsonOf(body))
  if (!parsed.success) return { kind: 'refused', status: 400, error: 'invalid_payload' }
  const answer = parsed.data
  const original =
    occasion.messageTs === null
      ? undefined
      : conversations.find(occasion.channelId, occasion.messageTs)
  if (answer.delete_original === true) {
    if (original === undefined) return { kind: 'refused', status: 404, error: 'message_not_found' }
    conversations.delete(original)
    return { kind: 'taken' }
  }
  const { text, blocks } = answer
  const verdict = judgeContent({ text, blocks, metadata: undefined, maxText: maxPostedText })
  if (verdict.kind === 'refused') {
    const reply = verdict.reply
    return { kind: 'refused', status: 400, error: reply.ok ? 'invalid_payload' : reply.error }
  }
  const said = { text: verdict.content.text, blocks: verdict.content.blocks }
  if (answer.replace_original === true) {
    if (original === undefined) return { kind: 'refused', status: 404, error: 'message_not_found' }
    conversations.update(original, said)
    return { kind: 'taken' }
  }
  conversations.post({
    channelId: occasion.channelId,
    authorId: botUserId,
    threadTs: answer.thread_ts ?? threadOf(original),
    onlyFor: answer.response_type === 'in_channel' ? null : occasion.userId,
    ...said,
  })
  return { kind: 'taken' }
}

/** An answer to a click inside a thread stays in that thread. */
function threadOf(original: Message | undefined): string | null {
  return original?.threadTs ?? null
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
