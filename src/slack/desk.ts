/** Answers commands, clicks and forms: who asks and where is judged first, then the one command is found. */
import type { Actor } from '../gate/policy.ts'
import { printable } from '../printable.ts'
import { runNamed } from '../runs/stage.ts'
import { denialSentence, inputSentence, notTakenSentence } from '../words/en.ts'
import { number } from '../words/numbers.ts'
import { actOnBox } from './actions/boxes.ts'
import { decide } from './actions/decisions.ts'
import { showDetails } from './actions/details.ts'
import { takeOver } from './actions/take.ts'
import type { Desk, ViewAnswer } from './app.ts'
import { openForm, readForm } from './asking.ts'
import { capacity, capacityVerbs } from './commands/capacity.ts'
import { runbook, runbookVerbs } from './commands/runbook.ts'
import { type ActionCall, type CommandCall, readAtMost, type ViewCall } from './door.ts'
import { linkTo, refusal } from './links.ts'
import type { CommandAnswer, DeskMeans } from './means.ts'
import { slackFace } from './views/blocks.ts'
import { type Form, followUpForm, judgeForm, skipForm } from './views/form.ts'

export function deskOf(means: DeskMeans): Desk {
  return {
    command: async (call) => said(means, call, await commanded(means, call, [call.team])),
    action: async (call) => {
      const actor = await actorOf(means, call.user, [call.team, call.userTeam ?? call.team])
      if (call.action === 'take')
        return (await deniedTo(means, call, actor)) ?? takeOver(means, call, actor)
      const elsewhere = await copied(means, call)
      if (elsewhere !== null) return elsewhere
      if (questions.includes(call.action) && actor.standing !== 'member') {
        const { standing } = actor
        return denialSentence({ kind: 'denied', code: 'not-a-member', standing }, slackFace)
      }
      if (call.action === 'details') return showDetails(means, call)
      const form = formsOf[call.action]
      if (form !== undefined) return asking(means, call, form)
      return ofBoxes.includes(call.action)
        ? actOnBox(means, call, actor)
        : decided(means, call, actor)
    },
    view: (call) => submitted(means, call),
  }
}

/** `teams`: every workspace that the request names. */
async function commanded(
  means: DeskMeans,
  call: CommandCall,
  teams: readonly string[],
): Promise<CommandAnswer> {
  if (call.length > readAtMost)
    return `Not read: your command has ${number(call.length)} characters, and I read ${number(readAtMost)} at most.`
  const actor = await actorOf(means, call.user, teams)
  return (await deniedTo(means, call, actor)) ?? dispatch(means, call, actor)
}

/** Whoever asks for something, and where, is judged alike at every door. */
async function deniedTo(
  means: DeskMeans,
  { channel }: { readonly channel: string },
  actor: Actor,
): Promise<string | null> {
  const denial = means.requests.denialTo(channel, actor)
  return denial === null ? closedTo(means, channel) : denialSentence(denial, slackFace)
}

/** To the person alone: a sentence, or a modal where words are missing. */
async function said(
  means: DeskMeans,
  call: { readonly trigger: string | null; readonly channel: string; readonly user: string },
  answer: CommandAnswer,
): Promise<string | null> {
  if (answer === null || typeof answer === 'string') return answer
  if (answer.kind === 'input-problem') return inputSentence(answer, slackFace)
  return openForm(means, call, answer)
}

/** A form is the command that it stands for: who submits it, and where, is judged again like one that was typed. */
async function submitted(means: DeskMeans, call: ViewCall): Promise<ViewAnswer> {
  const form = readForm(means, call)
  if (form === null)
    return { kind: 'refused', sentence: 'Not taken: this form was not opened for you by me.' }
  const { command, blocks } = form
  const answer = await commanded(means, command, [means.team, ...call.teams])
  if (answer === null) return null
  if (typeof answer === 'string') return { kind: 'refused', sentence: answer }
  const problems: Readonly<Record<string, string>> =
    answer.kind === 'form'
      ? missingIn(answer)
      : { [answer.field.split('.')[0] ?? '']: inputSentence(answer, bareFace) }
  const isShown = Object.keys(problems).every((name) => blocks.includes(name))
  return isShown
    ? { kind: 'wrong-fields', problems }
    : {
        kind: 'refused',
        sentence: (await said(means, { ...command, trigger: null }, answer)) ?? '',
      }
}

function missingIn({ fields, given }: Form): Readonly<Record<string, string>> {
  const missing = fields.filter(({ name, required }) => required && (given[name] ?? '') === '')
  return Object.fromEntries(missing.map(({ name, hint }) => [name, `This is missing: ${hint}.`]))
}

/** What stands at a field is plain text. */
const bareFace = { literal: (text: string) => `"${printable(text, 300)}"` }

/** Whoever may not ask may not make the bot speak either. */
const questions = ['details', 'why', 'skip', 'follow-up', 'judge']
const ofBoxes = ['apply', 'tick', 'why', 'end']

/** Buttons that ask for words. */
const formsOf: Readonly<Record<string, (run: string) => Form>> = {
  skip: skipForm,
  'follow-up': followUpForm,
  judge: judgeForm,
}

/** What it asks for is judged when it is submitted. */
async function asking(
  means: DeskMeans,
  call: ActionCall,
  form: (run: string) => Form,
): Promise<string | null> {
  const run = await means.journal.read(runNamed(call.value).run)
  if (run === null) return notTakenSentence({ kind: 'not-taken', code: 'unknown-run' }, slackFace)
  return openForm(means, call, form(call.value))
}

/** A button counts on its living message: not on a copy, nor on another one's. facts/slack.md, 4. */
async function copied(means: DeskMeans, call: ActionCall): Promise<string | null> {
  const [id] = call.value.split('.')
  const isOfBox = ofBoxes.includes(call.action)
  const living =
    (await (isOfBox ? means.checklists : means.journal).read(id ?? ''))?.message ?? null
  if (living === null || (living.channel === call.channel && living.ts === call.ts)) return null
  const name = isOfBox ? `checklist ${slackFace.literal(id ?? '')}` : slackFace.run(id ?? '')
  const link = await linkTo(means, living, 'Its own')
  return `Not counted: this is not the living message of ${name}. ${link ?? 'Its own'} is in ${slackFace.channel(living.channel)}; decide there.`
}

async function decided(means: DeskMeans, call: ActionCall, actor: Actor): Promise<string | null> {
  const answer = await decide(means.requests, call, actor)
  return answer.kind === 'changed' ? null : refusal(means, answer)
}

function dispatch(means: DeskMeans, call: CommandCall, actor: Actor): Promise<CommandAnswer> {
  const { command, words } = meant(call)
  switch (command) {
    case '/capacity':
      return capacity(means, { ...call, words })
    case '/runbook':
      return runbook(means, { ...call, words }, actor)
    default:
      return Promise.resolve('Say `/plimsoll capacity help` or `/plimsoll runbook help`.')
  }
}

/**
 * `/plimsoll <either>` is for workspaces where those names are taken: `/plimsoll runbook status`, and
 * `/plimsoll do ...` where the verb says which. A status is then that of the capacity.
 */
function meant({ command, words }: CommandCall): Pick<CommandCall, 'command' | 'words'> {
  if (command !== '/plimsoll') return { command, words }
  const [first = '', ...rest] = words
  if (['capacity', 'runbook'].includes(first)) return { command: `/${first}`, words: rest }
  if (first === 'help') return { command, words }
  if (capacityVerbs.includes(first)) return { command: '/capacity', words }
  return { command: runbookVerbs.includes(first) ? '/runbook' : command, words }
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
