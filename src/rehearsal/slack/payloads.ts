/** What Slack sends to an app, in its full shape. facts/slack.md, 1 and 6. */
import { randomBytes } from 'node:crypto'
import type { Block, Button } from './blocks.ts'
import type { Message } from './conversations.ts'
import {
  appId,
  type Channel,
  channels,
  type Member,
  members,
  type SlashCommand,
  team,
  userGroups,
} from './people.ts'
import { wireMessage } from './reply.ts'

/** The old verification token: apps must look at the signature instead. */
const legacyToken = 'rehearsal-verification-token'

export function commandPayload(options: {
  readonly command: SlashCommand
  readonly text: string
  readonly member: Member
  readonly channel: Channel
  readonly responseUrl: string
}): URLSearchParams {
  const { command, member, channel } = options
  return new URLSearchParams({
    token: legacyToken,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: member.id,
    user_name: member.name,
    command: command.command,
    text: command.shouldEscape ? escaped(options.text) : options.text,
    api_app_id: appId,
    // The string, in this payload alone.
    is_enterprise_install: 'false',
    response_url: options.responseUrl,
    trigger_id: triggerId(),
  })
}

export function clickPayload(options: {
  readonly block: Block
  readonly button: Button
  readonly message: Message
  readonly member: Member
  readonly channel: Channel
  readonly responseUrl: string
  readonly now: number
}): URLSearchParams {
  const { block, button, message, member, channel } = options
  const { confirm: _asked, url: _opened, accessibility_label: _spoken, ...shown } = button
  const isEphemeral = message.onlyFor !== null
  const payload = {
    type: 'block_actions',
    user: { id: member.id, username: member.name, name: member.name, team_id: member.teamId },
    api_app_id: appId,
    token: legacyToken,
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    },
    trigger_id: triggerId(),
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel.id, name: channel.name },
    // Slack keeps no ephemeral message, so it cannot send one along.
    ...(isEphemeral ? {} : { message: wireMessage(message) }),
    state: { values: {} },
    response_url: options.responseUrl,
    actions: [{ ...shown, block_id: block.block_id, action_ts: secondsOf(options.now) }],
  }
  return new URLSearchParams({ payload: JSON.stringify(payload) })
}

/** With `should_escape`, names that resolve arrive as ids and the three characters of markup escaped. */
export function escaped(text: string): string {
  const plain = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return plain.replace(/(^|\s)([@#])([\w.-]+)/g, (whole, before: string, sign, name: string) => {
    if (sign === '#') {
      const channel = channels.find((each) => each.name === name)
      return channel === undefined ? whole : `${before}<#${channel.id}|${name}>`
    }
    const member = members.find((each) => each.name === name)
    if (member !== undefined) return `${before}<@${member.id}|${name}>`
    const group = userGroups.find((each) => each.handle === name)
    return group === undefined ? whole : `${before}<!subteam^${group.id}|@${name}>`
  })
}

function triggerId(): string {
  const [first, second] = [randomBytes(5).readUIntBE(0, 5), randomBytes(4).readUInt32BE()]
  return `${first}.${second}.${randomBytes(16).toString('hex')}`
}

function secondsOf(now: number): string {
  return (now / 1000).toFixed(6)
}
