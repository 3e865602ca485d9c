/** What the bot asks of Slack's Web API: the few methods, judged by zod. `app.ts` gives it Bolt's client. */
import type { ModalView } from '@slack/types'
import { z } from 'zod'
import type { Message } from './views/blocks.ts'

/** One Web API call: the method's name and its arguments. Throws what the client throws. */
export type Call = (method: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>

export type Place = { readonly channel: string; readonly ts: string }

export type SlackUser = {
  readonly team: string
  readonly isGuest: boolean
  readonly isStranger: boolean
  readonly isBot: boolean
  readonly isDeactivated: boolean
}

export type SlackChannel = { readonly isMember: boolean; readonly isShared: boolean }

export type SlackApi = {
  readonly identity: () => Promise<{ team: string; botUser: string; bot: string }>
  readonly user: (user: string) => Promise<SlackUser>
  readonly groupMembers: (group: string) => Promise<readonly string[]>
  readonly channel: (channel: string) => Promise<SlackChannel>
  readonly post: (channel: string, message: Message, thread?: string) => Promise<Place>
  readonly update: (place: Place, message: Message) => Promise<void>
  readonly tell: (channel: string, user: string, text: string) => Promise<void>
  /** Where a person finds a message. */
  readonly permalink: (place: Place) => Promise<string>
  readonly openView: (trigger: string, view: ModalView) => Promise<void>
}

const identitySchema = z.object({ team_id: z.string(), user_id: z.string(), bot_id: z.string() })
const userSchema = z.object({
  user: z.object({
    team_id: z.string().optional(),
    deleted: z.boolean().optional(),
    is_bot: z.boolean().optional(),
    is_workflow_bot: z.boolean().optional(),
    is_restricted: z.boolean().optional(),
    is_ultra_restricted: z.boolean().optional(),
    is_stranger: z.boolean().optional(),
  }),
})
const groupSchema = z.object({ users: z.array(z.string()) })
const channelSchema = z.object({
  channel: z.object({
    is_member: z.boolean().optional(),
    is_ext_shared: z.boolean().optional(),
    is_pending_ext_shared: z.boolean().optional(),
  }),
})
const permalinkSchema = z.object({ permalink: z.string() })
const placeSchema = z.object({ channel: z.string(), ts: z.string() })

export function slackApi(call: Call): SlackApi {
  return {
    identity: async () => {
      const { team_id, user_id, bot_id } = identitySchema.parse(await call('auth.test', {}))
      return { team: team_id, botUser: user_id, bot: bot_id }
    },
    user: async (user) => {
      const answer = userSchema.parse(await call('users.info', { user })).user
      return {
        team: answer.team_id ?? '',
        isGuest: answer.is_restricted === true || answer.is_ultra_restricted === true,
        isStranger: answer.is_stranger === true,
        isBot: answer.is_bot === true || answer.is_workflow_bot === true,
        isDeactivated: answer.deleted === true,
      }
    },
    groupMembers: async (usergroup) =>
      groupSchema.parse(await call('usergroups.users.list', { usergroup })).users,
    channel: async (channel) => {
      const answer = channelSchema.parse(await call('conversations.info', { channel })).channel
      return {
        isMember: answer.is_member === true,
        isShared: answer.is_ext_shared === true || answer.is_pending_ext_shared === true,
      }
    },
    post: async (channel, message, thread) => {
      const args = { channel, ...body(message), ...noUnfurling }
      const inThread = thread === undefined ? {} : { thread_ts: thread }
      return placeSchema.parse(await call('chat.postMessage', { ...args, ...inThread }))
    },
    update: async (place, message) => {
      await call('chat.update', { ...place, ...body(message) })
    },
    tell: async (channel, user, text) => {
      await call('chat.postEphemeral', { channel, user, text })
    },
    permalink: async ({ channel, ts }) => {
      const answer = await call('chat.getPermalink', { channel, message_ts: ts })
      return permalinkSchema.parse(answer).permalink
    },
    openView: async (trigger, view) => {
      await call('views.open', { trigger_id: trigger, view })
    },
  }
}

const rateLimitedSchema = z.object({
  code: z.literal('slack_webapi_rate_limited_error'),
  retryAfter: z.number().min(0),
})

/** How many ms Slack asked us to be quiet, by the Retry-After of its 429; null: that is not what failed. */
export function waitAskedFor(error: unknown): number | null {
  const limited = rateLimitedSchema.safeParse(error)
  return limited.success ? 1_000 * limited.data.retryAfter : null
}

/** Links are never unfurled: a page that somebody names is not asked for on our behalf. */
const noUnfurling = { unfurl_links: false, unfurl_media: false }

function body({ text, blocks, metadata }: Message) {
  return { text, blocks, ...(metadata === undefined ? {} : { metadata }) }
}
