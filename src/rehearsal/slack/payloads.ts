/** What Slack sends to an app, in its full shape. facts/slack.md, 1 and 6. */
import type { Block, Button } from './blocks.ts'
import type { Message } from './conversations.ts'
import { inputsOf } from './modal-shape.ts'
import { type OpenModal, wireView } from './modals.ts'
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
  readonly triggerId: string
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
    trigger_id: options.triggerId,
  })
}

export function clickPayload(options: {
  readonly block: Block
  readonly button: Button
  readonly message: Message
  readonly member: Member
  readonly channel: Channel
  readonly responseUrl: string
  readonly triggerId: string
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
    trigger_id: options.triggerId,
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

/** `values`: by block; what was left empty is null. */
export function submissionPayload(options: {
  readonly modal: OpenModal
  readonly values: Readonly<Record<string, string>>
  readonly member: Member
  readonly triggerId: string
}): URLSearchParams {
  const { modal, values, member } = options
  const state = inputsOf(modal.view).map(({ block_id: block, element }) => {
    const value = values[block] ?? ''
    const chosen =
      element.type === 'plain_text_input'
        ? { value: value === '' ? null : value }
        : { selected_option: element.options.find((option) => option.value === value) ?? null }
    return [block, { [element.action_id]: { type: element.type, ...chosen } }]
  })
  const payload = {
    type: 'view_submission',
    team: { id: member.teamId, domain: team.domain },
    user: { id: member.id, username: member.name, name: member.name, team_id: member.teamId },
    api_app_id: appId,
    token: legacyToken,
    trigger_id: options.triggerId,
    view: { ...wireView(modal), state: { values: Object.fromEntries(state) } },
    response_urls: [],
    is_enterprise_install: false,
    enterprise: null,
  }
  return new URLSearchParams({ payload: JSON.stringify(payload) })
}

function secondsOf(now: number): string {
  return (now / 1000).toFixed(6)
}
