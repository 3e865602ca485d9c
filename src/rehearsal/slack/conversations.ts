/** The messages of the workspace, in memory: posted, updated, and those that one person alone sees. */
import { randomBytes } from 'node:crypto'
import type { Block } from './blocks.ts'
import { notifiedBy } from './mentions.ts'

export type Metadata = {
  readonly event_type: string
  readonly event_payload: Readonly<Record<string, unknown>>
}

export type Message = {
  /** Seconds and six digits; strictly increasing, compared as a string. */
  readonly ts: string
  /** The message under which this one stands, or null for one of the channel itself. */
  readonly threadTs: string | null
  readonly channelId: string
  readonly authorId: string
  readonly text: string
  readonly blocks: readonly Block[]
  readonly metadata: Metadata | null
  /** Slack shows "(edited)" only where an update has no blocks. */
  readonly isEdited: boolean
  /** An ephemeral message: the one person who sees it. Null: everybody in the channel. */
  readonly onlyFor: string | null
  /** The ids of the people whom this text would notify. */
  readonly wouldNotify: readonly string[]
}

type Draft = Pick<Message, 'channelId' | 'authorId' | 'text' | 'blocks'> &
  Partial<Pick<Message, 'threadTs' | 'metadata' | 'onlyFor'>>

type Change = Partial<Pick<Message, 'text' | 'blocks' | 'metadata'>>

export type Happening = {
  readonly kind: 'posted' | 'updated' | 'deleted'
  readonly message: Message
}

export type Conversations = {
  post: (draft: Draft) => Message
  /** The message must exist: ask `find` first. */
  update: (message: Message, change: Change) => Message
  delete: (message: Message) => void
  find: (channelId: string, ts: string) => Message | undefined
  /** Oldest first: everybody's and this person's own ephemerals. */
  visibleTo: (channelId: string, userId: string) => readonly Message[]
  subscribe: (listener: (happening: Happening) => void) => () => void
}

export function createConversations(clock: { readonly now: () => number }): Conversations {
  const messages = new Map<string, Message>()
  const listeners = new Set<(happening: Happening) => void>()
  let lastMicros = 0

  const nextTs = (): string => {
    lastMicros = Math.max(clock.now() * 1000, lastMicros + 1)
    const digits = String(lastMicros).padStart(16, '0')
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`
  }
  const tell = (happening: Happening): void => {
    for (const listener of listeners) listener(happening)
  }
  const keep = (kind: 'posted' | 'updated', message: Message): Message => {
    const kept = { ...message, wouldNotify: notifiedBy(message) }
    messages.set(keyOf(kept.channelId, kept.ts), kept)
    tell({ kind, message: kept })
    return kept
  }

  return {
    post: (draft) =>
      keep('posted', {
        ts: nextTs(),
        threadTs: draft.threadTs ?? null,
        channelId: draft.channelId,
        authorId: draft.authorId,
        text: draft.text,
        blocks: withIds(draft.blocks),
        metadata: draft.metadata ?? null,
        isEdited: false,
        onlyFor: draft.onlyFor ?? null,
        wouldNotify: [],
      }),
    update: (message, change) =>
      keep('updated', {
        ...message,
        ...change,
        blocks: change.blocks === undefined ? message.blocks : withIds(change.blocks),
        isEdited: message.isEdited || (change.blocks ?? message.blocks).length === 0,
      }),
    delete: (message) => {
      messages.delete(keyOf(message.channelId, message.ts))
      tell({ kind: 'deleted', message })
    },
    find: (channelId, ts) => messages.get(keyOf(channelId, ts)),
    visibleTo: (channelId, userId) =>
      [...messages.values()]
        .filter((each) => each.channelId === channelId)
        .filter((each) => each.onlyFor === null || each.onlyFor === userId)
        .sort((one, other) => (one.ts < other.ts ? -1 : 1)),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function keyOf(channelId: string, ts: string): string {
  return `${channelId} ${ts}`
}

/** Slack gives an id to each block and each button that comes without. */
function withIds(blocks: readonly Block[]): readonly Block[] {
  return blocks.map((block): Block => {
    const blockId = block.block_id ?? randomId()
    switch (block.type) {
      case 'actions': {
        const elements = block.elements.map(withActionId)
        return { ...block, block_id: blockId, elements }
      }
      case 'section': {
        const accessory = block.accessory
        if (accessory === undefined) return { ...block, block_id: blockId }
        return { ...block, block_id: blockId, accessory: withActionId(accessory) }
      }
      default:
        return { ...block, block_id: blockId }
    }
  })
}

function withActionId<B extends { action_id?: string | undefined }>(button: B): B {
  return button.action_id === undefined ? { ...button, action_id: randomId() } : button
}

function randomId(): string {
  return randomBytes(4).toString('base64url')
}
