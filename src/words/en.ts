/** What the product says in English, besides reasons and laws (en-reasons.ts). A face lends it mentions and times. */
import type { Effect, InputProblem, Unable } from '../define/step.ts'
import type { Denial, Standing } from '../gate/policy.ts'
import type { Parked, ShownReason } from '../runs/events.ts'
import type { NotTaken } from '../runs/requests.ts'
import { reasonSentence as modelSentence } from './en-reasons.ts'
import { list, nameOf } from './numbers.ts'

/** How a place writes people, times, links and literal text: Slack's mentions, or plain words. */
export type Face = {
  readonly person: (user: string) => string
  readonly group: (group: string) => string
  readonly channel: (channel: string) => string
  readonly time: (at: number) => string
  readonly literal: (text: string) => string
  /** A run's living message, where there is one. */
  readonly run: (run: string) => string
}

export function effectSentence({ code, values }: { code: string; values: object }, face: Face) {
  const value = (name: string) => String(Reflect.get(values, name))
  const known: Readonly<Record<Effect['code'], () => string>> = {
    resize: () =>
      `resize ${face.literal(value('database'))} from ${value('from')} to ${value('to')}`,
    'look-at-connections': () => `look at the connections of ${face.literal(value('database'))}`,
    'change-celery': () =>
      `change the concurrency of ${face.literal(value('service'))} from ${value('from')} to ${value('to')}`,
  }
  return Object.entries(known).find(([name]) => name === code)?.[1]() ?? code
}

export function unknownStepSentence(name: string, nearest: string | null, face: Face): string {
  const hint = nearest === null ? '' : ` Did you mean ${face.literal(nearest)}?`
  return `No step ${face.literal(name)}.${hint} ${face.literal('/runbook help')} lists them all.`
}

export function inputSentence({ field, value, expected }: InputProblem, face: Face): string {
  return `${face.literal(field)} must be ${expected}, and ${face.literal(value)} is not.`
}

export function unableSentence(unable: Unable, face: Face): string {
  switch (unable.code) {
    case 'baked-into-image': {
      const { service, where, setting, value } = unable
      return (
        `I cannot: the ${setting} of ${face.literal(service)} is baked into its image, in ${face.literal(where)}. ` +
        `Set it to ${value} there and deploy; ${face.literal('/capacity check')} tells beforehand what that does.`
      )
    }
    case 'no-hands-yet':
      return `I can foresee ${face.literal(unable.step)} and not do it yet: ${face.literal('/capacity check')} answers, nothing is sent.`
    case 'cannot-pause-yet':
      return 'I cannot pause a pooler yet. Leave out pausePooler: the forecast then counts the pooler’s retry time.'
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
      return denial.role === 'approve'
        ? `Not counted: this needs ${who}.`
        : `Not taken: requests come from ${who}.`
    }
    case 'own-request':
      return 'Not counted: you asked for this, so somebody else has to approve it.'
    case 'already-counted':
      return 'You have approved this already; your yes counts once.'
    case 'expired':
      return `Too late: this approval ended ${face.time(denial.at)}, which means no. Ask again to get a fresh forecast.`
    case 'stale-button':
      return 'This button belongs to an older forecast. The living message has the one that counts.'
    case 'channel':
      return `Not here: commands are taken in ${list(denial.channels.map(face.channel), 'or')}.`
  }
}

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
    case 'policy-not-held':
      return `Not taken: the document sets ${list(no.paths)}, which this version cannot hold yet, so it changes nothing. Remove it, or wait for the version that can.`
    case 'target-claimed':
      return `Not taken: ${face.literal(nameOf(no.target))} is held by ${face.run(no.run)} until that is verified or ended.`
    case 'unable':
      return unableSentence(no.why, face)
    case 'no-approvers':
      return 'Not taken: this needs an approval, and policy.roles.approve names nobody who could give it.'
    case 'unknown-run':
      return 'There is no such run in my ledger.'
    case 'decided-already':
      return `Nothing to decide any more: ${face.run(no.run.id)} is ${stageWords[no.run.stage.kind]}.`
    case 'look-first':
      return 'Not yet: the write before may still land. Resume it, so that I look again first; or abort.'
    case 'under-way':
      return 'It cannot be called back: the change is on its way. When it has ended I verify it, and you can undo it.'
  }
}

const stageWords = {
  reached: 'being judged',
  judged: 'being judged',
  waiting: 'waiting for an approval',
  claimed: 'about to be sent',
  sending: 'being sent',
  working: 'under way',
  acted: 'being verified',
  parked: 'parked',
  ended: 'over',
} as const

export function parkedSentence(why: Parked): string {
  switch (why.code) {
    case 'undecided':
      return `I cannot tell whether it was sent (${why.why}). Nothing will happen until one of you decides.`
    case 'operation-failed':
      return `Cloud SQL ended the operation with an error: ${why.error}. Nothing more is sent until one of you decides.`
    case 'contradicted':
      return 'The operation ended, and the world is not as predicted. See below; nothing more happens until one of you decides.'
    case 'not-sent':
      return `It was not sent: ${why.why}. Nothing will happen until one of you decides.`
    case 'cannot-look':
      return `I cannot see how it goes: ${why.why}. Nothing more happens until one of you decides.`
    case 'stored-input-refused':
      return `${why.why}. Abort it and ask again.`
    case 'nobody-may-approve':
      return `It needs ${why.needed} to approve, and besides the one who asks fewer are named in policy.roles.approve.`
  }
}

/** Every reason of a verdict: the model's, and the gate's own about the target at this moment. */
export function reasonSentence(reason: ShownReason): string {
  switch (reason.code) {
    case 'target-claimed':
      return `${nameOf(reason.subject)} is held by run ${reason.values.run} until that is verified or ended.`
    case 'target-busy':
      return `${nameOf(reason.subject)} is busy: operation ${reason.values.operation} is under way.`
    case 'not-runnable':
      return `${nameOf(reason.subject)} is ${reason.values.state}, and only a RUNNABLE instance can be changed.`
    case 'not-allowed':
      return `Not now: ${reason.values.rule}. Wait for it to end.`
    default:
      return modelSentence(reason)
  }
}
