/** The Web API that the bot calls, strict about arguments. Errors: Slack's method pages, facts/slack.md, 2. */
import { z } from 'zod'
import { type ContentVerdict, judgeContent, maxPostedText, maxUpdatedText } from './content.ts'
import type { Conversations } from './conversations.ts'
import type { Modals } from './modals.ts'
import {
  botId,
  botUserId,
  type Channel,
  channelById,
  isSharedOutside,
  type Member,
  memberById,
  otherTeam,
  team,
  userGroups,
} from './people.ts'
import { type Reply, refuse, wireMessage } from './reply.ts'

export type Method = (given: Readonly<Record<string, unknown>>) => Reply

const flag = z.union([z.boolean(), z.enum(['true', 'false', '1', '0'])]).optional()
const whole = z.coerce.number().int().optional()
const id = z.string().min(1)
const content = {
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  metadata: z.unknown().optional(),
}

export function createMethods(
  conversations: Conversations,
  modals: Modals,
  url: () => string,
): ReadonlyMap<string, Method> {
  return new Map([
    ['auth.test', method({}, () => ({ ok: true, ...whoIsAsking(url()) }))],
    ...chatMethods(conversations, url),
    ['views.open', openView(modals)],
    ...directoryMethods(),
  ])
}

function whoIsAsking(url: string) {
  return {
    url,
    team: team.name,
    team_id: team.id,
    user: memberById(botUserId)?.name,
    user_id: botUserId,
    bot_id: botId,
    is_enterprise_install: false,
  }
}

function chatMethods(conversations: Conversations, url: () => string): [string, Method][] {
  const getPermalink = method({ channel: id, message_ts: id }, ({ channel, message_ts: ts }) => {
    if (channelById(channel) === undefined) return refuse('channel_not_found')
    const message = conversations.find(channel, ts)
    if (message === undefined || message.onlyFor !== null) return refuse('message_not_found')
    const permalink = `${url()}archives/${channel}/p${ts.replace('.', '')}`
    return { ok: true, channel, permalink }
  })
  return [
    ['chat.postMessage', postMessage(conversations)],
    ['chat.update', updateMessage(conversations)],
    ['chat.postEphemeral', postEphemeral(conversations)],
    ['chat.getPermalink', getPermalink],
  ]
}

function openView(modals: Modals): Method {
  return method({ trigger_id: id, view: z.unknown() }, ({ trigger_id: trigger, view }) =>
    modals.open(trigger, view),
  )
}

function postMessage(conversations: Conversations): Method {
  const unfurl = { unfurl_links: flag, unfurl_media: flag }
  return method({ channel: id, thread_ts: id.optional(), ...unfurl, ...content }, (call) =>
    inChannel(call.channel, () => {
      const under = call.thread_ts
      const parent = under === undefined ? null : conversations.find(call.channel, under)
      if (parent === undefined || (parent !== null && parent.onlyFor !== null)) {
        return refuse('cannot_reply_to_message', [`no message ${under} to reply to`])
      }
      return withContent(judgeContent({ ...judged(call), maxText: maxPostedText }), (said) => {
        const message = conversations.post({
          channelId: call.channel,
          authorId: botUserId,
          threadTs: parent === null ? null : (parent.threadTs ?? parent.ts),
          text: said.text,
          blocks: said.blocks,
          metadata: said.metadata ?? null,
        })
        return { ok: true, channel: call.channel, ts: message.ts, message: wireMessage(message) }
      })
    }),
  )
}

function updateMessage(conversations: Conversations): Method {
  return method({ channel: id, ts: id, ...content }, (call) =>
    inChannel(call.channel, () => {
      const message = conversations.find(call.channel, call.ts)
      if (message === undefined || message.onlyFor !== null) return refuse('message_not_found')
      if (message.authorId !== botUserId) return refuse('cant_update_message')
      return withContent(judgeContent({ ...judged(call), maxText: maxUpdatedText }), (said) => {
        // Blocks that are left out are removed; metadata that is left out is kept. facts/slack.md, 2.
        const metadata = said.metadata === undefined ? message.metadata : said.metadata
        const now = conversations.update(message, { ...said, metadata })
        const { channel, ts } = call
        return { ok: true, channel, ts, text: now.text, message: wireMessage(now) }
      })
    }),
  )
}

function postEphemeral(conversations: Conversations): Method {
  const { text, blocks } = content
  return method({ channel: id, user: id, thread_ts: id.optional(), text, blocks }, (call) =>
    inChannel(call.channel, (channel) => {
      if (!channel.memberIds.includes(call.user)) return refuse('user_not_in_channel')
      return withContent(judgeContent({ ...judged(call), maxText: maxPostedText }), (said) => {
        const message = conversations.post({
          channelId: call.channel,
          authorId: botUserId,
          threadTs: call.thread_ts ?? null,
          text: said.text,
          blocks: said.blocks,
          onlyFor: call.user,
        })
        return { ok: true, message_ts: message.ts }
      })
    }),
  )
}

function directoryMethods(): [string, Method][] {
  const usersInfo = method({ user: id, include_locale: flag }, (call) => {
    const member = memberById(call.user)
    if (member === undefined) return refuse('user_not_found')
    return { ok: true, user: wireMember(member, isTrue(call.include_locale)) }
  })
  const groupMembers = method({ usergroup: id, include_disabled: flag }, ({ usergroup }) => {
    const group = userGroups.find((each) => each.id === usergroup)
    return group === undefined ? refuse('no_such_subteam') : { ok: true, users: group.memberIds }
  })
  const channelInfo = method(
    { channel: id, include_locale: flag, include_num_members: flag },
    (call) => {
      const channel = channelById(call.channel)
      if (channel === undefined) return refuse('channel_not_found')
      const count = isTrue(call.include_num_members)
        ? { num_members: channel.memberIds.length }
        : {}
      return { ok: true, channel: { ...wireChannel(channel), ...count } }
    },
  )
  const channelMembers = method(
    { channel: id, limit: whole, cursor: z.string().optional() },
    (call) => {
      const channel = channelById(call.channel)
      if (channel === undefined) return refuse('channel_not_found')
      const limit = call.limit ?? 100
      if (limit < 1 || limit > 1000) return refuse('invalid_limit')
      const cursor = call.cursor ?? ''
      const start = cursor === '' ? 0 : channel.memberIds.indexOf(cursor)
      if (start < 0) return refuse('invalid_cursor')
      const page = channel.memberIds.slice(start, start + limit)
      const next = channel.memberIds[start + limit] ?? ''
      return { ok: true, members: page, response_metadata: { next_cursor: next } }
    },
  )
  return [
    ['users.info', usersInfo],
    ['usergroups.users.list', groupMembers],
    ['conversations.info', channelInfo],
    ['conversations.members', channelMembers],
  ]
}

/** `token` may be in the body, and Bolt's listeners add `team_id` to every call. facts/slack.md, 6. */
const everywhere: readonly string[] = ['token', 'team_id']

function method<S extends z.ZodRawShape>(
  shape: S,
  answer: (call: z.infer<z.ZodObject<S>>) => Reply,
): Method {
  const schema = z.object(shape)
  return (given) => {
    const unknown = Object.keys(given).filter((key) => !(key in shape) && !everywhere.includes(key))
    if (unknown.length > 0) {
      const problems = unknown.map((key) => `unknown argument: ${key} [json-pointer:/${key}]`)
      return refuse('invalid_arguments', problems)
    }
    if ('team_id' in given && given.team_id !== team.id) return refuse('team_not_found')
    const parsed = schema.safeParse(given)
    if (parsed.success) return answer(parsed.data)
    const problems = parsed.error.issues.map((issue) => {
      const field = issue.path.map(String).join('/')
      return given[field] === undefined
        ? `missing required field: ${field}`
        : `${issue.message} [json-pointer:/${field}]`
    })
    return refuse('invalid_arguments', problems)
  }
}

function inChannel(channelId: string, answer: (channel: Channel) => Reply): Reply {
  const channel = channelById(channelId)
  if (channel === undefined) return refuse('channel_not_found')
  return channel.memberIds.includes(botUserId) ? answer(channel) : refuse('not_in_channel')
}

function judged(call: {
  readonly text?: string | undefined
  readonly blocks?: unknown
  readonly metadata?: unknown
}) {
  return { text: call.text, blocks: call.blocks, metadata: call.metadata }
}

function withContent(
  verdict: ContentVerdict,
  answer: (said: Extract<ContentVerdict, { kind: 'content' }>['content']) => Reply,
): Reply {
  return verdict.kind === 'refused' ? verdict.reply : answer(verdict.content)
}

function isTrue(value: z.infer<typeof flag>): boolean {
  return value === true || value === 'true' || value === '1'
}

function wireMember(member: Member, withLocale: boolean): Readonly<Record<string, unknown>> {
  return {
    id: member.id,
    team_id: member.teamId,
    name: member.name,
    real_name: member.realName,
    tz: member.timeZone,
    deleted: false,
    is_bot: member.isBot,
    is_admin: false,
    is_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_app_user: member.isBot,
    ...(member.teamId === team.id ? {} : { is_stranger: true }),
    ...(withLocale ? { locale: member.locale } : {}),
    profile: { display_name: member.name, real_name: member.realName },
  }
}

function wireChannel(channel: Channel): Readonly<Record<string, unknown>> {
  const isShared = isSharedOutside(channel)
  return {
    id: channel.id,
    name: channel.name,
    is_channel: true,
    is_private: false,
    is_archived: false,
    is_member: channel.memberIds.includes(botUserId),
    is_shared: isShared,
    is_ext_shared: isShared,
    is_org_shared: false,
    context_team_id: team.id,
    shared_team_ids: isShared ? [team.id, otherTeam.id] : [team.id],
    topic: { value: channel.topic },
  }
}
