/** Whoever takes a terminal's request over is its requester, and was judged as such. */
import { bindRunbook } from '../../define/define-runbook.ts'
import type { Actor } from '../../gate/policy.ts'
import { runbookProblemSentence, unknownRunbookSentence } from '../../words/en-runbooks.ts'
import type { ActionCall } from '../door.ts'
import { refusal } from '../links.ts'
import type { DeskMeans } from '../means.ts'
import { slackFace as face } from '../views/blocks.ts'
import { readRequest, takenMessage } from '../views/request.ts'

export async function takeOver(
  means: DeskMeans,
  call: ActionCall,
  actor: Actor,
): Promise<string | null> {
  const request = readRequest(call.value)
  if (request === null) return 'Not taken over: this button says nothing that I know.'
  const there = await means.journal.read(request.run)
  if (there !== null)
    return `Taken over already, by ${face.person(there.by)}: ${face.run(there.id)}.`
  const entry = means.library.find(request.name)
  if ('kind' in entry) return unknownRunbookSentence(entry.name, entry.nearest, face)
  const bound = bindRunbook(entry.runbook, request.parameters, means.catalogue)
  if (bound.kind !== 'bound-runbook') return runbookProblemSentence(bound, face)
  const { name, parameters, items } = bound
  const runbook = { name, parameters, digest: entry.digest }
  const answer = await means.requests.start(
    { items, runbook, run: request.run },
    call.channel,
    actor,
  )
  if (answer.kind !== 'changed') return refusal(means, answer)
  // The run has a living message of its own; this one only loses its button.
  means.api
    .update({ channel: call.channel, ts: call.ts }, takenMessage(request, call.user, means.note))
    .catch(means.onFailure)
  return null
}
