/** Answers commands and clicks: who asks and where is judged first, then the one command is found. */
import type { Actor } from '../gate/policy.ts'
import { denialSentence, notTakenSentence } from '../words/en.ts'
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
      const actor = await actorOf(means, call.user, call.team)
      const denial = means.requests.denialTo(call.channel, actor)
      if (denial !== null) return denialSentence(denial, slackFace)
      const closed = await closedTo(means, call.channel)
      return closed ?? dispatch(means, call, actor)
    },
    action: async (call) => {
      const actor = await actorOf(means, call.user, call.userTeam ?? call.team)
      return call.action === 'details' ? showDetails(means, call) : decided(means, call, actor)
    },
  }
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

async function actorOf(means: DeskMeans, user: string, userTeam: string): Promise<Actor> {
  const { roles } = means.document.policy
  const groups = [roles?.request?.group, roles?.approve?.group].flatMap((group) => group ?? [])
  const actor = await means.people.actor(user, [...new Set(groups)])
  const foreign = userTeam !== means.team && actor.standing === 'member'
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
