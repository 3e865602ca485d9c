/** Whom a message would notify: a name that slips into a mention pages people. facts/slack.md, 4. */
import type { Block } from './blocks.ts'
import { channelById, memberById, userGroups } from './people.ts'

/** The ids of the people whose phone would ring, each once; bots and the author never. */
export function notifiedBy(message: {
  readonly channelId: string
  readonly authorId: string
  readonly text: string
  readonly blocks: readonly Block[]
}): readonly string[] {
  const channelMembers = channelById(message.channelId)?.memberIds ?? []
  const named = [...mentionsInMarkup(message.text), ...mentionsInBlocks(message.blocks)]
  const ids = named.flatMap((mention) => idsOf(mention, channelMembers))
  return [...new Set(ids)].filter((id) => {
    const member = memberById(id)
    return member !== undefined && !member.isBot && id !== message.authorId
  })
}

type Mention =
  | { readonly kind: 'user'; readonly id: string }
  | { readonly kind: 'group'; readonly id: string }
  | { readonly kind: 'everybody' }

function idsOf(mention: Mention, channelMembers: readonly string[]): readonly string[] {
  switch (mention.kind) {
    case 'user':
      return [mention.id]
    case 'group':
      return userGroups.find((group) => group.id === mention.id)?.memberIds ?? []
    case 'everybody':
      return channelMembers
  }
}

function mentionsInMarkup(text: string): readonly Mention[] {
  return [...text.matchAll(/<(@|!)([^>|]+)(?:\|[^>]*)?>/g)].flatMap(([, sign, name]): Mention[] => {
    if (name === undefined) return []
    if (sign === '@') return [{ kind: 'user', id: name }]
    if (name.startsWith('subteam^')) return [{ kind: 'group', id: name.slice('subteam^'.length) }]
    return ['channel', 'here', 'everyone'].includes(name) ? [{ kind: 'everybody' }] : []
  })
}

/** Anywhere in a block: `plain_text` and buttons never notify, so only markup and rich text are looked at. */
function mentionsInBlocks(value: unknown): readonly Mention[] {
  if (Array.isArray(value)) return value.flatMap(mentionsInBlocks)
  if (typeof value !== 'object' || value === null) return []
  const type = 'type' in value ? value.type : undefined
  if (type === 'mrkdwn' && 'text' in value) return mentionsInMarkup(String(value.text))
  if (type === 'user' && 'user_id' in value) return [{ kind: 'user', id: String(value.user_id) }]
  if (type === 'usergroup' && 'usergroup_id' in value) {
    return [{ kind: 'group', id: String(value.usergroup_id) }]
  }
  if (type === 'broadcast') return [{ kind: 'everybody' }]
  return Object.values(value).flatMap(mentionsInBlocks)
}
