/** What a message may say: text, blocks and metadata of a call, judged before anything is kept. */
import { z } from 'zod'
import { judgeBlocks } from './block-rules.ts'
import type { Block } from './blocks.ts'
import type { Metadata } from './conversations.ts'
import { type Reply, refuse } from './reply.ts'

type Content = {
  readonly text: string
  readonly blocks: readonly Block[]
  /** Undefined: not named in the call. Null: removed, by an empty object. */
  readonly metadata: Metadata | null | undefined
}

export type ContentVerdict =
  | { readonly kind: 'content'; readonly content: Content }
  | { readonly kind: 'refused'; readonly reply: Reply }

/** Slack truncates a longer text with a warning; here it is refused. facts/slack.md, 2. */
export const maxPostedText = 40_000
/** `msg_too_long` of chat.update: "The text field cannot exceed 4,000 characters" (its method page). */
export const maxUpdatedText = 4_000
/** Slack has a limit and does not name it; this one is ours. */
const maxMetadataCharacters = 8_000

const metadataShape = z.strictObject({
  event_type: z.string().min(1).max(255),
  event_payload: z.record(z.string(), z.unknown()),
})

export function judgeContent(given: {
  readonly text: string | undefined
  readonly blocks: unknown
  readonly metadata: unknown
  readonly maxText: number
}): ContentVerdict {
  const text = given.text ?? ''
  if (text.trim() === '') {
    // Slack takes blocks without a text; screen readers and notifications then read nothing. contract.md, 4.
    const why = 'missing required field: text (the rehearsal asks for it beside blocks too)'
    return { kind: 'refused', reply: refuse('no_text', [why]) }
  }
  if (text.length > given.maxText) {
    const why = `text must be less than ${given.maxText + 1} characters`
    return { kind: 'refused', reply: refuse('msg_too_long', [why]) }
  }
  const blocks = fromJson(given.blocks)
  if (blocks === notJson) return { kind: 'refused', reply: refuse('invalid_blocks_format') }
  const judged = blocks === undefined ? undefined : judgeBlocks(blocks)
  if (judged?.kind === 'invalid') {
    return { kind: 'refused', reply: refuse(judged.error, judged.problems) }
  }
  const metadata = judgeMetadata(given.metadata)
  if (metadata.kind === 'refused') return metadata
  return {
    kind: 'content',
    content: { text, blocks: judged?.blocks ?? [], metadata: metadata.metadata },
  }
}

type MetadataVerdict =
  | { readonly kind: 'metadata'; readonly metadata: Metadata | null | undefined }
  | { readonly kind: 'refused'; readonly reply: Reply }

function judgeMetadata(given: unknown): MetadataVerdict {
  const value = fromJson(given)
  if (value === notJson) return { kind: 'refused', reply: refuse('invalid_metadata_format') }
  if (value === undefined) return { kind: 'metadata', metadata: undefined }
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) {
    return { kind: 'metadata', metadata: null }
  }
  const parsed = metadataShape.safeParse(value)
  if (!parsed.success) return { kind: 'refused', reply: refuse('invalid_metadata_format') }
  if (JSON.stringify(parsed.data).length > maxMetadataCharacters) {
    return { kind: 'refused', reply: refuse('metadata_too_large') }
  }
  return { kind: 'metadata', metadata: parsed.data }
}

const notJson = Symbol('not JSON')

/** A form carries nested values as JSON strings; a JSON body may carry them as they are. */
function fromJson(given: unknown): unknown {
  if (typeof given !== 'string') return given ?? undefined
  try {
    return JSON.parse(given)
  } catch {
    return notJson
  }
}
