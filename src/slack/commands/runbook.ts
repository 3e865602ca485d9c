/** `/runbook`: what changes the world, always through a run. contract.md, 4. */
import type { Actor } from '../../gate/policy.ts'
import { alone } from '../../runs/requests.ts'
import { notTakenSentence } from '../../words/en.ts'
import type { CommandCall } from '../door.ts'
import type { CommandAnswer, DeskMeans } from '../means.ts'
import { slackFace } from '../views/blocks.ts'
import { runbookHelp } from '../views/help.ts'
import { readStep } from './words.ts'

export async function runbook(
  means: DeskMeans,
  call: CommandCall,
  actor: Actor,
): Promise<CommandAnswer> {
  const [verb = 'help', ...words] = call.words
  switch (verb) {
    case 'do': {
      const read = readStep(means.catalogue, means.document, '/runbook do', words)
      if (read.kind === 'wrong') return read.sentence
      const answer = await means.requests.start(alone(read.step), call.channel, actor)
      return answer.kind === 'changed' ? null : notTakenSentence(answer, slackFace)
    }
    case 'abort': {
      const [run] = words
      if (run === undefined)
        return 'Which run? `/runbook abort <run>`; its living message names it.'
      const answer = await means.requests.abort(run, actor)
      return answer.kind === 'changed' ? null : notTakenSentence(answer, slackFace)
    }
    case 'help':
      return runbookHelp(means.catalogue)
    default:
      return `No ${slackFace.literal(`/runbook ${verb}`)}. There are do, abort and help.`
  }
}
