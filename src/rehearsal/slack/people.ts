/** Who and what stands in the rehearsal's workspace. The ids are those of `system.yml`. */

export type Member = {
  readonly id: string
  readonly name: string
  readonly realName: string
  readonly title: string
  readonly teamId: string
  readonly isBot: boolean
  readonly locale: string
  readonly timeZone: string
}

export type Channel = {
  readonly id: string
  readonly name: string
  readonly topic: string
  readonly memberIds: readonly string[]
}

export type UserGroup = {
  readonly id: string
  readonly handle: string
  readonly memberIds: readonly string[]
}

export type SlashCommand = {
  readonly command: string
  readonly shouldEscape: boolean
}

export const team = { id: 'T0PLIMSOLL', name: 'Plimsoll rehearsal', domain: 'rehearsal' } as const
export const otherTeam = { id: 'T0OTHER', domain: 'other' } as const
export const appId = 'A0PLIMSOLL'
export const botUserId = 'U0PLIMSOLL'
export const botId = 'B0PLIMSOLL'
/** Slack's own voice: it tells a person that a command failed. */
export const slackbotId = 'USLACKBOT'

const santiago = { locale: 'en-US', timeZone: 'America/Santiago' } as const

export const members: readonly Member[] = [
  {
    id: 'U0ANA',
    name: 'ana',
    realName: 'Ana Rojas',
    title: 'on call, may ask',
    teamId: team.id,
    isBot: false,
    ...santiago,
  },
  {
    id: 'U0LUIS',
    name: 'luis',
    realName: 'Luis Vega',
    title: 'lead, may approve',
    teamId: team.id,
    isBot: false,
    ...santiago,
  },
  {
    id: 'U0EVE',
    name: 'eve',
    realName: 'Eve Marsh',
    title: 'from another company',
    teamId: otherTeam.id,
    isBot: false,
    ...santiago,
  },
  {
    id: botUserId,
    name: 'plimsoll',
    realName: 'Plimsoll',
    title: 'the app',
    teamId: team.id,
    isBot: true,
    ...santiago,
  },
]

/** The bot is not in #platform: posting there is refused with `not_in_channel`. */
export const channels: readonly Channel[] = [
  {
    id: 'C0INCIDENT',
    name: 'incident',
    topic: 'Ticket sale on Friday, 10,000 buyers at once',
    memberIds: ['U0ANA', 'U0LUIS', 'U0EVE', botUserId],
  },
  {
    id: 'C0PLATFORM',
    name: 'platform',
    topic: 'Plimsoll is not in this channel',
    memberIds: ['U0ANA', 'U0LUIS'],
  },
]

export const userGroups: readonly UserGroup[] = [
  { id: 'S0LEADS', handle: 'sre-leads', memberIds: ['U0LUIS'] },
]

/** What the app's manifest registers; another word after a slash is no command. */
export const slashCommands: readonly SlashCommand[] = [
  { command: '/capacity', shouldEscape: true },
  { command: '/runbook', shouldEscape: true },
  { command: '/plimsoll', shouldEscape: true },
]

export function memberById(id: string): Member | undefined {
  return members.find((member) => member.id === id)
}

export function channelById(id: string): Channel | undefined {
  return channels.find((channel) => channel.id === id)
}

/** Shared with another company, because somebody of another company is in it. */
export function isSharedOutside(channel: Channel): boolean {
  return channel.memberIds.some((id) => memberById(id)?.teamId !== team.id)
}
