/** What people do in the workspace: type, say, click, fill in a modal. A failure is told to the person alone. */
import { buttonsOf } from './blocks.ts'
import type { Conversations } from './conversations.ts'
import type { Ack, DeliveryError } from './delivery.ts'
import { inputsOf } from './modal-shape.ts'
import type { Modals } from './modals.ts'
import { clickPayload, commandPayload, escaped, submissionPayload } from './payloads.ts'
import {
  botUserId,
  type Channel,
  channelById,
  type Member,
  memberById,
  slackbotId,
  slashCommands,
} from './people.ts'
import { type ResponseUrls, showAnswer } from './response-urls.ts'

/** A failed delivery was told to the person alone; `text` is what stays in the composer. */
type Outcome =
  | { readonly kind: 'acked' }
  | { readonly kind: 'failed'; readonly error: PersonError; readonly text: string }

type PersonError =
  | DeliveryError
  | 'invalid_command'
  | 'invalid_command_response'
  | 'not_in_channel'
  | 'message_not_found'
  | 'button_not_found'
  | 'modal_not_found'
  | 'field_missing'
  | 'field_wrong'
  | 'invalid_view_response'

export type Hands = {
  /** Types a command, `/capacity status`, as this member in this channel. */
  command: (userId: string, channelId: string, text: string) => Promise<Outcome>
  /** Says something as this member; the app is not subscribed to messages, so it hears nothing. */
  say: (userId: string, channelId: string, text: string) => Outcome
  /** Clicks a button; its value comes from the message that the workspace holds. */
  click: (
    userId: string,
    channelId: string,
    ts: string,
    blockId: string,
    actionId: string,
  ) => Promise<Outcome>
  /** Submits the modal that stands open before this member: its fields by block. */
  submit: (
    userId: string,
    viewId: string,
    values: Readonly<Record<string, string>>,
  ) => Promise<Outcome>
  /** Closes it; the app is not told. */
  dismiss: (userId: string, viewId: string) => Outcome
}

export type HandsOptions = {
  readonly conversations: Conversations
  readonly responseUrls: ResponseUrls
  readonly modals: Modals
  /** The address under which a response_url with this id is answered. */
  readonly addressOf: (responseId: string) => string
  readonly send: (body: URLSearchParams) => Promise<Ack>
  readonly clock: { readonly now: () => number }
}

export function createHands(options: HandsOptions): Hands {
  return {
    command: (userId, channelId, text) => {
      const person = personIn(userId, channelId)
      return person === null
        ? Promise.resolve({ kind: 'failed', error: 'not_in_channel', text })
        : typeCommand(options, person, text)
    },
    say: (userId, channelId, text) => {
      if (personIn(userId, channelId) === null) {
        return { kind: 'failed', error: 'not_in_channel', text }
      }
      const said = { channelId, authorId: userId, text: escaped(text), blocks: [] }
      options.conversations.post(said)
      return { kind: 'acked' }
    },
    click: (userId, channelId, ts, blockId, actionId) => {
      const person = personIn(userId, channelId)
      return person === null
        ? Promise.resolve({ kind: 'failed', error: 'not_in_channel', text: '' })
        : clickButton(options, person, { ts, blockId, actionId })
    },
    submit: (userId, viewId, values) => submitModal(options, userId, viewId, values),
    dismiss: (userId, viewId) => {
      const modal = options.modals.of(userId)
      if (modal?.id !== viewId) return { kind: 'failed', error: 'modal_not_found', text: '' }
      options.modals.close(modal)
      return { kind: 'acked' }
    },
  }
}

type Person = { readonly member: Member; readonly channel: Channel }

/** People type and click where they are members; the bot does not. */
function personIn(userId: string, channelId: string): Person | null {
  const member = memberById(userId)
  const channel = channelById(channelId)
  if (member === undefined || channel === undefined || userId === botUserId) return null
  return channel.memberIds.includes(userId) ? { member, channel } : null
}

async function typeCommand(options: HandsOptions, person: Person, text: string): Promise<Outcome> {
  const { conversations, responseUrls } = options
  const word = text.split(/\s/, 1).join('')
  const command = slashCommands.find((each) => each.command === word)
  if (command === undefined) {
    tellAlone(options, person, `\`${escaped(word)}\` is not a valid command.`)
    return { kind: 'failed', error: 'invalid_command', text }
  }
  const occasion = { userId: person.member.id, channelId: person.channel.id, messageTs: null }
  const responseUrl = options.addressOf(responseUrls.open(occasion))
  const rest = text.slice(word.length).trim()
  const triggerId = options.modals.trigger(person.member.id)
  const ack = await options.send(
    commandPayload({ command, text: rest, responseUrl, triggerId, ...person }),
  )
  const failed = (error: PersonError): Outcome => {
    tellAlone(options, person, `${word} failed with the error "${error}"`)
    return { kind: 'failed', error, text }
  }
  if (ack.kind === 'failed') return failed(ack.error)
  if (ack.body === '') return { kind: 'acked' }
  const body = ack.isJson ? ack.body : JSON.stringify({ text: ack.body })
  const shown = showAnswer(conversations, occasion, body)
  return shown.kind === 'taken' ? { kind: 'acked' } : failed('invalid_command_response')
}

async function clickButton(
  options: HandsOptions,
  person: Person,
  place: { readonly ts: string; readonly blockId: string; readonly actionId: string },
): Promise<Outcome> {
  const { member, channel } = person
  const message = options.conversations.find(channel.id, place.ts)
  if (message === undefined || (message.onlyFor ?? member.id) !== member.id) {
    return { kind: 'failed', error: 'message_not_found', text: '' }
  }
  const found = buttonsOf(message.blocks).find(
    ({ block, button }) => block.block_id === place.blockId && button.action_id === place.actionId,
  )
  if (found === undefined) return { kind: 'failed', error: 'button_not_found', text: '' }
  const occasion = { userId: member.id, channelId: channel.id, messageTs: place.ts }
  const responseUrl = options.addressOf(options.responseUrls.open(occasion))
  const [now, triggerId] = [options.clock.now(), options.modals.trigger(member.id)]
  const clicked = { ...found, message, responseUrl, triggerId, now, ...person }
  const ack = await options.send(clickPayload(clicked))
  // The body of a click's ack is ignored, as Slack does.
  if (ack.kind === 'acked') return { kind: 'acked' }
  tellAlone(options, person, `The click failed with the error "${ack.error}"`)
  return { kind: 'failed', error: ack.error, text: '' }
}

/** Slack's own client asks for what is required and offers only the options. */
async function submitModal(
  { modals, send }: HandsOptions,
  userId: string,
  viewId: string,
  values: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const failed = (error: PersonError): Outcome => ({ kind: 'failed', error, text: '' })
  const [modal, member] = [modals.of(userId), memberById(userId)]
  if (modal?.id !== viewId || member === undefined) return failed('modal_not_found')
  for (const { block_id: name, optional, element } of inputsOf(modal.view)) {
    const value = values[name] ?? ''
    if (value === '' && optional !== true) return failed('field_missing')
    const isOffered =
      element.type === 'plain_text_input'
        ? value.length <= (element.max_length ?? 3000)
        : value === '' || element.options.some((option) => option.value === value)
    if (!isOffered) return failed('field_wrong')
  }
  const triggerId = modals.trigger(userId)
  const ack = await send(submissionPayload({ modal, values, member, triggerId }))
  if (ack.kind === 'failed') return failed(ack.error)
  return modals.answered(modal, ack) ? { kind: 'acked' } : failed('invalid_view_response')
}

function tellAlone(options: HandsOptions, { member, channel }: Person, text: string): void {
  options.conversations.post({
    channelId: channel.id,
    authorId: slackbotId,
    text,
    blocks: [],
    onlyFor: member.id,
  })
}
