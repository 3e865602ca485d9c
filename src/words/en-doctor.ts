/** What `plimsoll doctor` says: one line for each thing that it looked at, with the remedy. */
import type { LoadProblem } from '../define/library.ts'
import { loadProblemSentence } from './en-runbooks.ts'
import { count } from './numbers.ts'

/** What was found of one thing. */
export type Check = { readonly subject: string } & Found

type Found =
  | { readonly code: 'rehearsal' | 'bot' }
  | {
      readonly code: 'wrong-variable' | 'no-rehearsal'
      readonly variable: string
      readonly problem: string
    }
  | { readonly code: 'document' | 'no-approvers'; readonly system: string }
  | { readonly code: 'bad-document'; readonly why: string }
  | { readonly code: 'runbooks'; readonly count: number }
  | { readonly code: 'bad-runbooks'; readonly problems: readonly LoadProblem[] }
  | Place

type Place =
  | { readonly code: 'in-channel' | 'not-in-channel' | 'shared-channel' }
  | { readonly code: 'slack'; readonly team: string }
  | { readonly code: 'slack-silent'; readonly why: string }
  | { readonly code: 'unconfigured'; readonly remedy: string }
  | { readonly code: 'answers'; readonly facts: number }
  | Silent
  | Told
  | Permitted
  | { readonly code: 'clock'; readonly skewSeconds: number }

type Silent = {
  readonly code: 'silent'
  readonly why: string
  readonly permission: string | null
  readonly facts: readonly string[]
}

/** What the identity may do, by Google's own word. */
type Permitted =
  | { readonly code: 'permitted'; readonly tested: number }
  | { readonly code: 'untested'; readonly why: string }
  | {
      readonly code: 'lacking'
      readonly identity: 'reading' | 'writing'
      readonly permissions: readonly string[]
    }

/** What Celery's workers tell of their tasks. */
type Told =
  | { readonly code: 'not-listening'; readonly why: string }
  | { readonly code: 'untelling'; readonly workers: readonly string[] }
  | {
      readonly code: 'tasks-told' | 'no-task-told'
      /** Who was heard, and of them who told of a task, in so many seconds. */
      readonly workers: number
      readonly telling: number
      readonly seconds: number
    }

/** `off`: nobody asked for it, which is no fault. */
export type Line = {
  readonly state: 'ok' | 'off' | 'wrong'
  readonly text: string
  readonly remedy: string | null
}

/** Beyond it verdicts are review: DESIGN.md, 3. */
const skewSecondsAtMost = 5

export function lineOf(check: Check): Line {
  switch (check.code) {
    case 'rehearsal':
      return ok('no SLACK_* is set: `start` is a rehearsal')
    case 'bot':
      return ok('a real workspace')
    case 'no-rehearsal':
      return off(
        `\`start\` would refuse: ${check.variable} ${check.problem}`,
        'the other verbs work as they are',
      )
    case 'wrong-variable':
      return wrong(`${check.variable} ${check.problem}`, `set ${check.variable} right`)
    case 'document':
      return ok(`describes ${check.system}`)
    case 'no-approvers':
      return wrong(
        `describes ${check.system}, and names nobody who may approve`,
        'name people or a group in policy.roles.approve',
      )
    case 'bad-document':
      return wrong(check.why, 'correct the document; `plimsoll init` makes one from a project')
    case 'runbooks':
      return ok(count(check.count, 'runbook'))
    case 'bad-runbooks':
      return wrong(
        check.problems.map((problem) => loadProblemSentence(problem)).join(' '),
        '`plimsoll runbook lint` names each',
      )
    default:
      return placeLine(check)
  }
}

function placeLine(check: Place): Line {
  switch (check.code) {
    case 'slack':
      return ok(`knows the token, in workspace ${check.team}`)
    case 'slack-silent':
      return wrong(check.why, 'copy the token again, and install the app with manifest.yml')
    case 'in-channel':
      return ok('the bot is a member')
    case 'not-in-channel':
      return wrong('the bot is no member', 'invite it: /invite @plimsoll')
    case 'shared-channel':
      return wrong('is shared outside', 'name a channel of your own in policy.channels')
    case 'unconfigured':
      return off('not asked', check.remedy)
    case 'answers':
      return ok(`answers: ${count(check.facts, 'fact')}`)
    case 'silent':
      return silentLine(check)
    case 'clock':
      return clockLine(check.skewSeconds)
    case 'permitted':
    case 'untested':
    case 'lacking':
      return permittedLine(check)
    default:
      return toldLine(check)
  }
}

function permittedLine(check: Permitted): Line {
  switch (check.code) {
    case 'permitted':
      return ok(`holds all of ${count(check.tested, 'permission')}`)
    case 'untested':
      return off(
        `what may be done is not known: ${check.why}`,
        'enable the Cloud Resource Manager API, which tests permissions and needs none',
      )
    case 'lacking': {
      const role = `deploy/iam/plimsoll-${check.identity}.yml`
      const names = check.permissions.join(', ')
      return wrong(
        `the project does not grant ${names}`,
        `grant ${names} (${role} holds it); a grant on single instances is not seen here`,
      )
    }
  }
}

/** Off at worst: the site runs without, and three charts stay empty. */
function toldLine(check: Told): Line {
  switch (check.code) {
    case 'not-listening':
      return off(`cannot be heard: ${check.why}`, 'see that CELERY_BROKER_URL may PSUBSCRIBE')
    case 'untelling':
      return off(
        `${check.workers.join(', ')} ended tasks and did not tell of all: rates are unknown`,
        'run workers with -E (worker_send_task_events), with prefork, each under its own name (-n)',
      )
    case 'tasks-told':
      return ok(`${check.telling} of ${count(check.workers, 'worker')} told of tasks`)
    case 'no-task-told': {
      const heard = check.workers === 0 ? 'no worker' : `${count(check.workers, 'worker')}, no task`
      const remedy = 'ask again while tasks run; workers tell only with -E'
      return off(`${heard} heard in ${check.seconds} s`, remedy)
    }
  }
}

function silentLine({ why, permission, facts }: Silent): Line {
  const [first] = facts
  const which = facts.length === 1 ? first : `${first} and ${facts.length - 1} more`
  const remedy =
    permission === null
      ? 'see that it is there and can be reached from here'
      : `grant ${permission} (deploy/iam/plimsoll-reading.yml holds it)`
  return wrong(`does not say ${which}: ${why}`, remedy)
}

function clockLine(skewSeconds: number): Line {
  if (Math.abs(skewSeconds) <= skewSecondsAtMost) return ok('agrees with mine')
  const how = skewSeconds > 0 ? 'ahead' : 'behind'
  const seconds = Math.abs(Math.round(skewSeconds))
  return wrong(`mine is ${seconds} s ${how}, so every verdict is a review`, 'let NTP set mine')
}

const ok = (text: string): Line => ({ state: 'ok', text, remedy: null })
const off = (text: string, remedy: string): Line => ({ state: 'off', text, remedy })
const wrong = (text: string, remedy: string): Line => ({ state: 'wrong', text, remedy })
