/** `/capacity`: what the System carries now, and what a step would do to that. Changes nothing. contract.md, 4. */

import { laws } from '../../capacity/laws/catalogue.ts'
import { findingsOf } from '../../words/en-status.ts'
import type { CommandCall } from '../door.ts'
import type { CommandAnswer, DeskMeans } from '../means.ts'
import { type Message, slackFace } from '../views/blocks.ts'
import { checkMessage } from '../views/check.ts'
import { explainMessage } from '../views/explain.ts'
import { capacityHelp } from '../views/help.ts'
import { planMessage } from '../views/plan.ts'
import { statusMessage } from '../views/status.ts'
import { readStep } from './words.ts'

export async function capacity(means: DeskMeans, call: CommandCall): Promise<CommandAnswer> {
  const [verb = 'help', ...words] = call.words
  switch (verb) {
    case 'status':
      return answerInChannel(means, call, async () =>
        statusMessage(await means.look.status(), means.note),
      )
    case 'check': {
      const read = readStep(means.catalogue, means.document, '/capacity check', words)
      if (read.kind === 'wrong') return read.sentence
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
      return `No ${slackFace.literal(`/capacity ${verb}`)}. There are status, check, explain, plan and help.`
  }
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
  if (declared.kind === 'none') return declared.sentence
  return answerInChannel(means, call, async () => {
    const status = await look.status()
    const found = find(status)
    return explainMessage(found.kind === 'found' ? found.findings : declared.findings, status, note)
  })
}

async function plan(
  means: DeskMeans,
  call: CommandCall,
  [wished = String(means.document.workload.users)]: readonly string[],
): Promise<CommandAnswer> {
  const users = Number(wished)
  if (!Number.isInteger(users) || users < 1)
    return `\`users\` must be a whole number of 1 or more, and ${slackFace.literal(wished)} is not.`
  return answerInChannel(means, call, async () => {
    const { look, document, note } = means
    const examples = await Promise.all(
      means.examples.map(async (one) => ({
        document: one,
        status: await look.statusOfDocument(one),
      })),
    )
    return planMessage({ users, today: await look.status(), document, examples, note })
  })
}

/** The person's command is acknowledged at once; the answer follows in the channel. */
function answerInChannel(
  means: DeskMeans,
  call: CommandCall,
  answer: () => Promise<Message>,
): CommandAnswer {
  const failed = async (error: unknown) => {
    means.onFailure(error)
    await means.api.tell(call.channel, call.user, 'I could not answer that; it is in my log.')
  }
  answer()
    .then((message) => means.api.post(call.channel, message))
    .catch(failed)
    .catch(means.onFailure)
  return null
}
