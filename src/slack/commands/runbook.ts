/** `/runbook`: what changes the world, always through a run. contract.md, 4. */
import type { Actor } from '../../gate/policy.ts'
import { alone } from '../../runs/requests.ts'
import { stepLine } from '../../words/en.ts'
import { list } from '../../words/numbers.ts'
import type { CommandCall } from '../door.ts'
import { refusal } from '../links.ts'
import type { CommandAnswer, DeskMeans } from '../means.ts'
import { slackFace } from '../views/blocks.ts'
import { reasonField } from '../views/form.ts'
import { runbookHelp } from '../views/help.ts'
import { endChecklist, skipBox, tickBox, untickBox } from './checklists.ts'
import { listRunbooks, rehearseRunbook, showRunbook, startRunbook } from './library.ts'
import { followUp, history, judge, skip, statusOfRuns, stopAll, undo } from './runs.ts'
import { startTime } from './start-time.ts'
import { readStep } from './words.ts'

export async function runbook(
  means: DeskMeans,
  call: CommandCall,
  actor: Actor,
): Promise<CommandAnswer> {
  const [verb = 'help', ...words] = call.words
  switch (verb) {
    case 'do':
      return doStep(means, call, words, actor)
    case 'abort': {
      const [run] = words
      if (run === undefined)
        return 'Which run, or checklist? `/runbook abort <run>`; its living message names it.'
      const ended = await endChecklist(means, run, actor)
      if (ended !== null) return ended.answer
      const answer = await means.requests.abort(run, actor)
      return answer.kind === 'changed' ? null : refusal(means, answer)
    }
    case 'list':
      return listRunbooks(means, call)
    case 'show':
      return showRunbook(means, call, words)
    case 'rehearse':
      return rehearseRunbook(means, call, words)
    case 'start':
      return startRunbook(means, call, words, actor)
    case 'break-glass':
      return breakGlass(means, call, words, actor)
    case 'skip': {
      const skipped = await skipBox(means, words, actor)
      return skipped === null ? skip(means, words, actor) : skipped.answer
    }
    case 'tick':
      return tickBox(means, words, actor)
    case 'untick':
      return untickBox(means, words, actor)
    case 'undo':
      return undo(means, call, words, actor)
    case 'follow-up':
      return followUp(means, words, actor)
    case 'judge':
      return judge(means, words, actor)
    case 'status':
      return statusOfRuns(means, call)
    case 'history':
      return history(means, call, words)
    case 'stop-all':
      return stopAll(means, call, words, actor)
    case 'help':
      return runbookHelp(means.catalogue)
    default:
      return `No ${slackFace.literal(`/runbook ${verb}`)}. There are ${list(runbookVerbs)}.`
  }
}

export const runbookVerbs = [
  ...[
    'list',
    'show',
    'rehearse',
    'start',
    'do',
    'break-glass',
    'abort',
    'skip',
    'tick',
    'untick',
    'undo',
    'follow-up',
    'judge',
    'status',
    'history',
    'stop-all',
    'help',
  ],
]

/** One step; with `at=` it begins then, if it is still clear. */
async function doStep(
  means: DeskMeans,
  call: CommandCall,
  given: readonly string[],
  actor: Actor,
): Promise<CommandAnswer> {
  const time = startTime(given, await means.journal.now())
  if (time.kind === 'wrong') return time.sentence
  const { words, notBefore } = time
  const read = readStep(means, '/runbook do', words)
  if (read.kind === 'wrong') return keeping(read.answer, given.filter(isTime))
  const later = notBefore === null ? {} : { notBefore }
  const wish = { ...alone(read.step), run: call.run, ...later }
  const answer = await means.requests.start(wish, call.channel, actor)
  return answer.kind === 'changed' ? null : refusal(means, answer)
}

const isTime = (word: string) => word.startsWith('at=')

/** A form has no field for these words: it carries them. */
function keeping(answer: CommandAnswer, words: readonly string[]): CommandAnswer {
  if (answer === null || typeof answer === 'string' || answer.kind !== 'form') return answer
  return { ...answer, words: [...answer.words, ...words] }
}

/** The same forecast and numbers without the wait: a second person of the role, and a reason. */
async function breakGlass(
  means: DeskMeans,
  call: CommandCall,
  words: readonly string[],
  actor: Actor,
): Promise<CommandAnswer> {
  const isReason = (word: string) => word.startsWith('reason=')
  const reason = words.find(isReason)?.slice('reason='.length) ?? ''
  const given = words.filter((word) => !isReason(word))
  const read = readStep(means, '/runbook break-glass', given)
  if (read.kind === 'wrong') return withReason(read.answer, reason)
  const { name, input, act } = read.step
  if (act.kind !== 'write')
    return `No glass stands before ${slackFace.literal(name)}, which changes nothing: ${slackFace.literal(stepLine('/runbook do', name, input))}.`
  const wish = { ...alone(read.step), run: call.run, breakGlass: { reason } }
  const answer = await means.requests.start(wish, call.channel, actor)
  return answer.kind === 'changed' ? null : refusal(means, answer)
}

/** The form of a step, with the question why. */
function withReason(answer: CommandAnswer, reason: string): CommandAnswer {
  if (answer === null || typeof answer === 'string' || answer.kind !== 'form') return answer
  return {
    ...answer,
    fields: [...answer.fields, reasonField],
    given: { ...answer.given, reason },
  }
}
