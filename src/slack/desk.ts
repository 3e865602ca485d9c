/** Answers commands and clicks: who asks and where is judged first, then the one command is found. */
import type { Actor } from '../gate/policy.ts'
import { denialSentence, notTakenSentence } from '../words/en.ts'
import { number } from '../words/numbers.ts'
import { actOnBox } from './actions/boxes.ts'
import { decide } from './actions/decisions.ts'
import { showDetails } from './actions/details.ts'
import type { Desk } from './app.ts'
import { capacity } from './commands/capacity.ts'
import { runbook } from './commands/runbook.ts'
import type { ActionCall, CommandCall } from './door.ts'
import type { CommandAnswer, DeskMeans } from './means.ts'
import { slackFace } from './views/blocks.ts'

export function deskOf(means: DeskMeans): Desk {
  return {
    command: async (call) => {
      if (call.length > lengthAtMost)
        return `Not read: your command has ${number(call.length)} characters, and I read ${number(lengthAtMost)} at most.`
      const actor = await actorOf(means, call.user, [call.team])
      const denial = means.requests.denialTo(call.channel, actor)
      if (denial !== null) return denialSentence(denial, slackFace)
      const closed = await closedTo(means, call.channel)
      return closed ?? dispatch(means, call, actor)
    },
    action: async (call) => {
      const actor = await actorOf(means, call.user, [call.team, call.userTeam ?? call.team])
      const elsewhere = await copied(means, call)
      if (elsewhere !== null) return elsewhere
      if (questions.includes(call.action) && actor.standing !== 'member') {
        const { standing } = actor
        return denialSentence({ kind: 'denied', code: 'not-a-member', standing }, slackFace)
      }
      if (call.action === 'details') return showDetails(means, call)
      return ofBoxes.includes(call.action)
        ? actOnBox(means, call, actor)
        : decided(means, call, actor)
    },
  }
}

/** Slack's own limit for a message is higher; nothing that somebody types here is so long. */
const lengthAtMost = 3_000

/** Whoever may not ask may not make the bot speak either. */
const questions = ['details', 'why']
const ofBoxes = ['apply', 'tick', 'why', 'end']

/** A button counts on its living message: not on a copy, nor on another one's. facts/slack.md, 4. */
async function copied(means: DeskMeans, call: ActionCall): Promise<CommandAnswer> {
  const [id] = call.value.split('.')
  const isOfBox = ofBoxes.includes(call.action)
  const living =
    (await (isOfBox ? means.checklists : means.journal).read(id ?? ''))?.message ?? null
  if (living === null || (living.channel === call.channel && living.ts === call.ts)) return null
  const name = isOfBox ? `checklist ${slackFace.literal(id ?? '')}` : slackFace.run(id ?? '')
  return `Not counted: this is not the living message of ${name}. Its own is in ${slackFace.channel(living.channel)}; decide there.`
}

async function decided(means: DeskMeans, call: ActionCall, actor: Actor): Promise<CommandAnswer> {
  const answer = await decide(means.requests, call, actor)
  return answer.kind === 'changed' ? null : notTakenSentence(answer, slackFace)
}

/** `/plimsoll capacity ...` and `/plimsoll runbook ...` are for workspaces where those names are taken. */
function dispatch(means: DeskMeans, call: CommandCall, actor: Actor): Promise<CommandAnswer> {
  const [first, ...rest] = call.words
  const [command, words] =
    call.command === '/plimsoll' ? [`/${first ?? ''}`, rest] : [call.command, call.words]
  switch (command) {
    case '/capacity':
      return capacity(means, { ...call, words })
    case '/runbook':
      return runbook(means, { ...call, words }, actor)
    default:
      return Promise.resolve('Say `/plimsoll capacity help` or `/plimsoll runbook help`.')
  }
}

/** `teams`: every workspace that the request names; one that is not ours makes a stranger. */
async function actorOf(means: DeskMeans, user: string, teams: readonly string[]): Promise<Actor> {
  const { roles } = means.document.policy
  const groups = [roles?.request, roles?.approve, roles?.breakGlass].flatMap(
    (role) => role?.group ?? [],
  )
  const actor = await means.people.actor(user, [...new Set(groups)])
  const foreign = actor.standing === 'member' && teams.some((team) => team !== means.team)
  return foreign ? { ...actor, standing: 'stranger' } : actor
}

/** Where the bot is not a member nothing is recorded; shared channels only where the policy names them. */
async function closedTo(means: DeskMeans, channel: string): Promise<string | null> {
  try {
    const { isMember, isShared } = await means.api.channel(channel)
    if (!isMember) return 'I am not in this channel: say `/invite @plimsoll` first, then ask again.'
    if (isShared && means.document.policy.channels === undefined)
      return 'Not here: this channel is shared with another workspace, and policy.channels does not name it.'
    return null
  } catch (error) {
    means.onFailure(error)
    return 'Slack did not say whether I am in this channel, so the answer is no. Invite me, or try again in a moment.'
  }
}
