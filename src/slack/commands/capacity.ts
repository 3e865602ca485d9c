/** `/capacity`: what the System carries now, and what a step would do to that. Changes nothing. contract.md, 4. */

import { laws } from '../../capacity/laws/catalogue.ts'
import { trackRecordOf } from '../../runs/track-record.ts'
import { findingsOf } from '../../words/en-status.ts'
import { list } from '../../words/numbers.ts'
import type { CommandCall } from '../door.ts'
import type { CommandAnswer, DeskMeans } from '../means.ts'
import { slackFace } from '../views/blocks.ts'
import { checkMessage } from '../views/check.ts'
import { explainMessage } from '../views/explain.ts'
import { capacityHelp } from '../views/help.ts'
import { planMessage } from '../views/plan.ts'
import { statusMessage } from '../views/status.ts'
import { answerInChannel } from './answering.ts'
import { newestRuns } from './runs.ts'
import { readPlanWish, readStep } from './words.ts'

/** More tasks than any broker's memory holds. */
const backlogAtMost = 1_000_000_000

export async function capacity(means: DeskMeans, call: CommandCall): Promise<CommandAnswer> {
  const [verb = 'help', ...words] = call.words
  switch (verb) {
    case 'status':
      return status(means, call, words)
    case 'check': {
      const read = readStep(means, '/capacity check', words)
      if (read.kind === 'wrong') return read.answer
      return answerInChannel(means, call, async () =>
        checkMessage(read.step, await means.look.check(read.step), means.note),
      )
    }
    case 'explain':
      return explain(means, call, words)
    case 'plan':
      return plan(means, call, words)
    case 'help':
      return capacityHelp(means.catalogue)
    default:
      return `No ${slackFace.literal(`/capacity ${verb}`)}. There are ${list(capacityVerbs)}.`
  }
}

export const capacityVerbs = ['status', 'check', 'explain', 'plan', 'help']

/** `backlog=12000`: that so many tasks wait. */
async function status(
  means: DeskMeans,
  call: CommandCall,
  [given]: readonly string[],
): Promise<CommandAnswer> {
  const backlogTasks = given === undefined ? null : Number(/^backlog=(\d+)$/.exec(given)?.[1])
  if (backlogTasks !== null && !(backlogTasks <= backlogAtMost))
    return `\`/capacity status\` takes nothing or \`backlog=<tasks>\`, at most ${backlogAtMost}, and not ${slackFace.literal(given ?? '')}.`
  const { look, note } = means
  return answerInChannel(means, call, async () => {
    const seen = await look.status({ backlogTasks })
    const record = trackRecordOf(await newestRuns(means))
    return statusMessage(seen, look.advise(seen), { record, note })
  })
}

/** What cannot be explained is said at once, from the document; the answer is of the world. */
async function explain(
  means: DeskMeans,
  call: CommandCall,
  [law, subject]: readonly string[],
): Promise<CommandAnswer> {
  const known = laws.map(({ id }) => id)
  if (law === undefined)
    return `Which law? For example \`/capacity explain db-connections\`. The laws: ${known.join(', ')}.`
  const { look, document, note } = means
  const find = (status: Awaited<ReturnType<typeof look.status>>) =>
    findingsOf(status.assessment.findings, known, { law, subject }, slackFace)
  const declared = find(await look.statusOfDocument(document))
  if (declared.kind !== 'found') return declared.sentence
  return answerInChannel(means, call, async () => {
    const status = await look.status()
    const found = find(status)
    const { findings } = found.kind === 'found' ? found : declared
    const [only] = findings
    const levers = only === undefined || findings.length > 1 ? [] : look.levers(status, only)
    return explainMessage({ findings, levers }, status, note)
  })
}

async function plan(
  means: DeskMeans,
  call: CommandCall,
  [wished = String(means.document.workload.users), money]: readonly string[],
): Promise<CommandAnswer> {
  const wish = readPlanWish(wished, money)
  if (typeof wish === 'string') return wish
  const { users, budgetUsd } = wish
  return answerInChannel(means, call, async () => {
    const { system, plan: found, ...sight } = await means.look.plan(users, budgetUsd)
    return planMessage(system, found, { ...sight, note: means.note })
  })
}
