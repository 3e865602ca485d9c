/** `/runbook list, show, rehearse, start`: the runbooks of the folder, and the planner's plan as one more. */
import { type BoundRunbook, bindRunbook } from '../../define/define-runbook.ts'
import { rehearse } from '../../define/forecast.ts'
import { readWords } from '../../define/input.ts'
import type { LibraryEntry } from '../../define/library.ts'
import type { PlanItem } from '../../define/plan-item.ts'
import type { Actor } from '../../gate/policy.ts'
import type { Wish } from '../../runs/requests.ts'
import { inputSentence } from '../../words/en.ts'
import { runbookProblemSentence, unknownRunbookSentence } from '../../words/en-runbooks.ts'
import type { CommandCall } from '../door.ts'
import { refusal } from '../links.ts'
import type { CommandAnswer, DeskMeans } from '../means.ts'
import { slackFace as face } from '../views/blocks.ts'
import { listMessage, rehearsedMessage, shownMessage } from '../views/library.ts'
import { answerInChannel } from './answering.ts'
import { startChecklist } from './checklists.ts'
import { startTime } from './start-time.ts'
import { formOf, readPlanWish } from './words.ts'

/** The planner's plan is asked for by this name; no file may have it. */
const plannersName = 'plan'

export function listRunbooks(means: DeskMeans, call: CommandCall): CommandAnswer {
  return answerInChannel(means, call, async () => listMessage(means.library.list, means.note))
}

export function showRunbook(
  means: DeskMeans,
  call: CommandCall,
  [name, ...words]: readonly string[],
): CommandAnswer {
  const entry = found(means, name)
  if (typeof entry === 'string') return entry
  const isWhole = entry.runbook.fields.every(({ required }) => !required)
  const bound = words.length > 0 || isWhole ? boundBy(means, entry, { verb: 'show', words }) : null
  if (isAnswer(bound)) return bound
  return answerInChannel(means, call, async () => shownMessage(entry, bound, means.note))
}

export function rehearseRunbook(
  means: DeskMeans,
  call: CommandCall,
  [name, ...words]: readonly string[],
): CommandAnswer {
  const entry = found(means, name)
  if (typeof entry === 'string') return entry
  const bound = boundBy(means, entry, { verb: 'rehearse', words })
  if (isAnswer(bound)) return bound
  return answerInChannel(means, call, async () => {
    const seen = await means.look.seen()
    const run = rehearse(seen.system, bound.items, seen)
    return rehearsedMessage(entry.runbook, run, means.note)
  })
}

export async function startRunbook(
  means: DeskMeans,
  call: CommandCall,
  [name, ...given]: readonly string[],
  actor: Actor,
): Promise<CommandAnswer> {
  const time = startTime(given, await means.journal.now())
  if (time.kind === 'wrong') return time.sentence
  const entry = name === plannersName ? null : found(means, name)
  if (typeof entry === 'string') return entry
  if (entry?.runbook.form === 'checklist') {
    const bound = boundBy(means, entry, { verb: 'start', words: given })
    if (isAnswer(bound)) return bound
    return startChecklist(means, call, { bound, digest: entry.digest }, actor)
  }
  const wish =
    entry === null
      ? await plannersWish(means, time.words)
      : runbooksWish(means, entry, given, time.words)
  if (isAnswer(wish)) return wish
  const { notBefore } = time
  const later = notBefore === null ? {} : { notBefore }
  const whole = { ...wish, ...later, run: call.run }
  const answer = await means.requests.start(whole, call.channel, actor)
  return answer.kind === 'changed' ? null : refusal(means, answer)
}

function runbooksWish(
  means: DeskMeans,
  entry: LibraryEntry,
  given: readonly string[],
  words: readonly string[],
): Wish | Answer {
  const bound = boundBy(means, entry, { verb: 'start', words, given })
  if (isAnswer(bound)) return bound
  const { parameters, items } = bound
  return { items, runbook: { name: bound.name, parameters, digest: entry.digest } }
}

/** `users=10000 budget=3000`: the steps that the planner finds for the System as it is seen now. */
async function plannersWish(means: DeskMeans, words: readonly string[]): Promise<Wish | Answer> {
  const read = readWords(words, [usersField, budgetField])
  if (read.kind === 'input-problem') return read
  const money = read.input.budget === undefined ? undefined : String(read.input.budget)
  const wish = readPlanWish(String(read.input.users ?? means.document.workload.users), money)
  if (typeof wish === 'string') return wish
  const { users, budgetUsd: budget } = wish
  const { plan } = await means.look.plan(users, budget)
  if (plan.kind === 'infeasible') {
    const why = face.literal(`/capacity plan ${users}${budget === null ? '' : ` ${budget}`}`)
    return `There is no plan for so many users${budget === null ? '' : ' and so little money'}: ${why} says why.`
  }
  if (plan.steps.length === 0) return 'Nothing to do: it carries so many users already.'
  const items: PlanItem[] = []
  for (const { step: name, input } of plan.steps) {
    const step = means.catalogue.bind(name, input)
    if ('kind' in step) throw new Error(`the planner's ${name} does not bind`)
    items.push({ kind: 'step', step, why: null })
  }
  const parameters = { users, ...(budget === null ? {} : { budget }) }
  return { items, runbook: { name: plannersName, parameters, digest: plannersName } }
}

const one = { required: false, nullable: false, choices: null, above: null, parts: {} } as const
const field = { ...one, type: 'number' } as const
const usersField = { ...field, name: 'users', description: 'to carry', minimum: 1, maximum: null }
const budgetField = {
  ...{ ...field, name: 'budget', description: 'USD a month', minimum: 0, maximum: null },
}

function found({ library }: DeskMeans, name: string | undefined): LibraryEntry | string {
  if (name === undefined)
    return `Which runbook? ${face.literal('/runbook list')} names them all; ${face.literal(`/runbook start ${plannersName} users=10000`)} starts the planner's.`
  const entry = library.find(name)
  return 'kind' in entry ? unknownRunbookSentence(entry.name, entry.nearest, face) : entry
}

type Answer = Exclude<CommandAnswer, null>

function isAnswer(result: Answer | Wish | BoundRunbook | null): result is Answer {
  if (result === null || typeof result === 'string') return result !== null
  return 'kind' in result && result.kind !== 'bound-runbook'
}

/** `given`: all that was typed, where that is more than the parameters. */
function boundBy(
  { catalogue, document }: DeskMeans,
  { runbook }: LibraryEntry,
  { verb, words, given = words }: Typed,
): BoundRunbook | Answer {
  const read = readWords(words, runbook.fields)
  if (read.kind === 'input-problem') return read
  const bound = bindRunbook(runbook, read.input, catalogue)
  if (bound.kind === 'bound-runbook') return bound
  const isMissing = runbook.fields.some(({ name, required }) => required && !(name in read.input))
  if (bound.kind === 'input-problem')
    return isMissing
      ? {
          ...formOf(`/runbook ${verb}`, [runbook.name], given, runbook.fields, document),
          title: runbook.title,
          sentence: inputSentence(bound, face),
        }
      : bound
  return runbookProblemSentence(bound, face)
}

type Typed = {
  readonly verb: 'show' | 'rehearse' | 'start'
  readonly words: readonly string[]
  readonly given?: readonly string[]
}
