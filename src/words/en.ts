/** What the product says in English, besides reasons and laws (en-reasons.ts). A face lends it mentions and times. */
import type { InputField, InputProblem, StepEntry, Unable } from '../define/step.ts'
import type { Denial, RoleName, Standing } from '../gate/policy.ts'
import type { Parked } from '../runs/events.ts'
import type { NotTaken } from '../runs/not-taken.ts'
import type { Run } from '../runs/stage.ts'
import { count, list, nameOf } from './numbers.ts'

/** How a place writes people, times, links and literal text: Slack's mentions, or plain words. */
export type Face = {
  readonly person: (user: string) => string
  readonly group: (group: string) => string
  readonly channel: (channel: string) => string
  readonly time: (at: number) => string
  readonly literal: (text: string) => string
  /** A run's living message, where there is one. */
  readonly run: (run: string) => string
  /** What to type to see every step, and what one would do. */
  readonly stepsCommand: string
  readonly checkCommand: string
}

/** A face with what a status needs besides: commands to type, and text from outside made harmless. */
export type StatusFace = Face & {
  readonly text: (text: string) => string
  readonly planCommand: (users: number) => string
  readonly explainCommand: (law: string, subject: string) => string
}

export function unknownStepSentence(name: string, nearest: string | null, face: Face): string {
  const hint = nearest === null ? '' : ` Did you mean ${face.literal(nearest)}?`
  return `No step ${face.literal(name)}.${hint} ${face.literal(face.stepsCommand)} lists them all.`
}

export function inputSentence(
  { field, value, expected, known }: InputProblem,
  face: Pick<Face, 'literal'>,
): string {
  if (known !== undefined) {
    const fields = known.length === 0 ? 'It takes none' : `The fields are ${list(known)}`
    return `There is no field ${face.literal(field)}, so nothing can be ${face.literal(value)}. ${fields}.`
  }
  // What stands after a semicolon helps, and is no part of the rule; in brackets it is.
  const [right, ...hints] = expected.split(/; (?![^(]*\))/)
  const hint = hints.length === 0 ? '' : `; ${hints.join('; ')}`
  return `${face.literal(field)} must be ${right}, and ${face.literal(value)} is not${hint}.`
}

/** What a step still needs, and a whole line to type. */
export function missingInputSentence(
  step: Pick<StepEntry, 'name' | 'examples'>,
  fields: readonly InputField[],
  command: string,
  face: Face,
): string {
  const names = fields.map(({ name, description }) => `${face.literal(name)} (${description})`)
  const verb = names.length === 1 ? 'is' : 'are'
  return `${list(names)} ${verb} missing. Type: ${face.literal(lineFor(command, step))}`
}

/** The exact line to type for a step. */
export function lineFor(
  command: string,
  { name, examples }: Pick<StepEntry, 'name' | 'examples'>,
): string {
  return stepLine(command, name, examples[0] ?? {})
}

export function stepLine(command: string, step: string, input: object): string {
  return [command, step, ...wordsOf(input)].join(' ')
}

/** As it is typed: `key=value`; quotes hold several words together. */
export function wordsOf(input: object): readonly string[] {
  return Object.entries(input).map(([key, value]) => {
    if (typeof value === 'object') return `${key}=${JSON.stringify(value)}`
    return String(value).includes(' ') ? `${key}="${value}"` : `${key}=${value}`
  })
}

export function unableSentence(unable: Unable, face: Face): string {
  switch (unable.code) {
    case 'baked-into-image': {
      const { service, where, setting, value } = unable
      return (
        `I cannot: the ${setting} of ${face.literal(service)} is baked into its image, in ${face.literal(where)}. ` +
        `Set it to ${value} there and deploy; ${face.literal(face.checkCommand)} tells beforehand what that does.`
      )
    }
    case 'no-binding': {
      const { service, setting, under, line } = unable
      return (
        `I cannot: the document does not say where the ${setting} of ${face.literal(service)} lives. ` +
        `Add to ${face.literal(under)}: ${face.literal(line)}.`
      )
    }
    case 'not-live':
      return `I cannot: only the size of a prefork pool of ${face.literal(unable.service)} can be changed while it runs. Leave out live, or prefetchMultiplier.`
    case 'source-not-configured':
      return `I cannot: this needs ${face.literal(unable.fact)}, and nobody shows it to me. To let me see it, ${unable.remedy}.`
    case 'no-load-test-host':
      return `I know of no host that may be loaded: name one that sells nothing in ${face.literal('policy.loadTestHosts')}.`
    case 'load-too-long':
      return `I cannot watch a load test for ${unable.minutes} minutes: ${unable.most} at most, and then another.`
    case 'load-too-large':
      return unable.isShared
        ? `I cannot play ${unable.users} users: neither one machine nor the job of ${face.literal('policy.loadTestJob')} plays more than ${unable.most}. Raise its maxTasks, or its cpu and memoryGib.`
        : `I cannot play ${unable.users} users: one machine plays ${unable.most} at most. Name an image with k6 in ${face.literal('policy.loadTestJob')}, and a Cloud Run job shares the test among several; it cannot reach this machine's own hosts.`
    case 'no-pooler':
      return `There is no pooler in front of ${face.literal(unable.database)} that could hold its clients. Leave out pausePooler.`
  }
}

export function denialSentence(denial: Denial, face: Face): string {
  switch (denial.code) {
    case 'not-a-member':
      return standingSentences[denial.standing]
    case 'not-in-role': {
      const holders = [
        ...denial.holders.users.map(face.person),
        ...(denial.holders.group === null ? [] : [face.group(denial.holders.group)]),
      ]
      const who = holders.length === 0 ? 'nobody is named in the policy' : list(holders, 'or')
      return roleSentences[denial.role](who)
    }
    case 'own-request':
      return 'Not counted: you asked for this, and whoever asks never approves. Anybody else whom the message names may.'
    case 'already-counted':
      return 'You have approved this already; your yes counts once.'
    case 'expired':
      return `Too late: this approval ended ${face.time(denial.at)}, which means no. Ask again to get a fresh forecast.`
    case 'stale-button':
      return 'This button is of an earlier moment. The living message has the one that counts.'
    case 'channel':
      return `Not here: commands are taken in ${list(denial.channels.map(face.channel), 'or')}.`
  }
}

const roleSentences = {
  request: (who) => `Not taken: requests come from ${who}.`,
  approve: (who) => `Not counted: this needs ${who}.`,
  breakGlass: (who) => `Not counted: the glass is broken by ${who}.`,
} as const satisfies Readonly<Record<RoleName, (who: string) => string>>

const standingSentences: Readonly<Record<Standing, string>> = {
  member: 'You are a member.',
  guest: 'Not taken: guests may look on, and neither ask nor approve.',
  stranger:
    'Not taken: you belong to another workspace, and this one’s systems are not yours to change.',
  bot: 'Not taken: apps and bots neither ask nor approve.',
  deactivated: 'Not taken: this account is deactivated.',
  unknown: 'Not taken: Slack did not say who you are, so the answer is no. Try again in a moment.',
}

export function notTakenSentence(no: NotTaken, face: Face): string {
  if (no.kind === 'denied') return denialSentence(no, face)
  switch (no.code) {
    case 'not-stopped':
      return 'Nothing is stopped.'
    case 'target-claimed':
      return `Not taken: ${face.literal(nameOf(no.target))} is held by ${face.run(no.run)} until that is verified or ended.`
    case 'unable':
      return unableSentence(no.why, face)
    case 'plan-length':
      return `Not taken: a plan has 1 to ${no.atMost} steps, and this one has ${no.steps}.`
    case 'no-reason':
      return 'Not taken: say why, in a few words; whoever reads this later will ask.'
    case 'no-approvers':
      return 'Not taken: this needs an approval, and policy.roles.approve names nobody who could give it.'
    case 'unknown-run':
      return 'There is no such run in my ledger.'
    case 'decided-already':
      return `Nothing to decide any more: ${face.run(no.run.id)} ${runStateWords(no.run, face)}.`
    case 'look-first':
      return 'Not yet: the write before may still land. Resume it, so that I look again first; or abort.'
    case 'nothing-prevented':
      return 'Nothing to judge: the gate said no to nothing in that run.'
    case 'no-follow-up':
      return 'Nothing to follow up: that run broke no glass, sent nothing, has not ended, or was followed up already.'
    case 'under-way':
      return 'It cannot be called back: the change is on its way. When it has ended I verify it, and you can undo it.'
  }
}

/** `was approved by @luis 14:04 and is under way`; who was quicker is named. */
export function runStateWords({ stage, record, lastAt }: Run, face: Face): string {
  if (stage.kind === 'ended') {
    const by = stage.by === null ? '' : ` by ${face.person(stage.by)} ${face.time(lastAt)}`
    return `${endWords[stage.outcome]}${by}`
  }
  const yes = (record.approval?.consents ?? []).map(
    ({ by, at }) => `${face.person(by)} ${face.time(at)}`,
  )
  const approved = yes.length === 0 ? '' : `was approved by ${list(yes)} and `
  return `${approved}is ${stageWords[stage.kind]}`
}

const endWords = {
  verified: 'is done and verified',
  'not-verified': 'is done',
  unneeded: 'is over: it was so already',
  withheld: 'is over and nothing was sent: the policy says mode: observe',
  blocked: 'is over: it was blocked',
  rejected: 'was rejected',
  expired: 'expired, which means no',
  aborted: 'was aborted',
} as const

const stageWords = {
  planning: 'being judged',
  planned: 'being judged',
  consulting: 'waiting for an approval',
  asked: 'waiting for a person',
  watching: 'waiting until it is calm',
  reached: 'being judged',
  judged: 'being judged',
  waiting: 'waiting for an approval',
  claimed: 'about to be sent',
  sending: 'being sent',
  working: 'under way',
  acted: 'being verified',
  parked: 'parked',
} as const

/** Who works on a change of this target. */
export function workerName(target: string): string {
  const [kind] = target.split('.')
  return kind === 'services' ? 'Cloud Run' : kind === 'databases' ? 'Cloud SQL' : 'The world'
}

export function parkedSentence(why: Parked, target: string): string {
  switch (why.code) {
    case 'undecided':
      return `I cannot tell whether it was sent (${open(why.why)}). Nothing will happen until one of you decides.`
    case 'operation-failed':
      return `${workerName(target)} ended the operation with an error: ${open(why.error)}. Nothing more is sent until one of you decides.`
    case 'contradicted':
      return 'The operation ended, and the world is not as predicted. See below; nothing more happens until one of you decides.'
    case 'blocked':
      return 'This step is blocked as things are now, for the reasons below. Nothing of it was sent. Retry it when they are gone, or skip it.'
    case 'not-verified':
      return 'It was done, and I could not see all of it. The steps after it rest on that, so they wait: let me look again, or say that it is good.'
    case 'not-released':
      return `I could not let go of what I hold (${open(why.why)}). I go on trying; let somebody look at it now.`
    case 'not-sent':
      return `It was not sent: ${open(why.why)}. Nothing will happen until one of you decides.`
    case 'cannot-look':
      return `I cannot see how it goes: ${open(why.why)}. Nothing more happens until one of you decides.`
    case 'not-calm':
      return `${nameOf(why.fact)} was not calm within ${count(why.minutes, 'minute')}. Let me watch it again, or skip the wait.`
    case 'broken':
      return `Something in me broke (${open(why.why)}). Nothing goes on until one of you has looked: my log has more.`
    case 'stored-input-refused':
      return `${open(why.why)}. Abort it and ask again.`
    case 'nobody-may-approve':
      return `It needs ${count(why.needed, 'approval')}, never from the one who asks, and policy.roles.${why.role ?? 'approve'} names too few others. Name more people there, or let somebody else ask.`
  }
}

/** Somebody else's sentence inside ours: its full stop is not needed. */
function open(sentence: string): string {
  return sentence.replace(/\.\s*$/, '')
}
