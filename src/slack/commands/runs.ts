/** `/runbook status, history, skip, undo, stop-all`: runs that there are, and what people do to them. */
import type { Actor } from '../../gate/policy.ts'
import { isOpen } from '../../runs/follow-up.ts'
import type { Run } from '../../runs/stage.ts'
import { wayBack } from '../../runs/undoing.ts'
import type { CommandCall } from '../door.ts'
import { refusal } from '../links.ts'
import type { CommandAnswer, DeskMeans } from '../means.ts'
import { slackFace } from '../views/blocks.ts'
import { historyMessage, runsMessage, stopMessage } from '../views/runs.ts'
import { answerInChannel } from './answering.ts'

/** As many as a person reads; the ledger has the rest. */
const runsAtMost = 200

export function statusOfRuns(means: DeskMeans, call: CommandCall): CommandAnswer {
  return answerInChannel(means, call, async () => {
    const runs = await newestRuns(means)
    const open = runs.filter(isOpen)
    const { stop } = await means.journal.headroom(means.document.name)
    return runsMessage(open, await means.checklists.open(), { stop, note: means.note })
  })
}

export async function history(
  means: DeskMeans,
  call: CommandCall,
  [target]: readonly string[],
): Promise<CommandAnswer> {
  if (target === undefined)
    return 'History of what? For example `/runbook history databases.tuki-db-prod`.'
  const runs = await newestRuns(means)
  const touching = runs.filter((run) => targetsOf(run).some((one) => isOf(one, target)))
  if (touching.length === 0)
    return `No run in my ledger has touched ${slackFace.literal(target)}. Targets look like databases.tuki-db-prod or services.backend.`
  return answerInChannel(means, call, async () => historyMessage(target, touching, means.note))
}

export async function skip(
  means: DeskMeans,
  [run, ...reason]: readonly string[],
  actor: Actor,
): Promise<CommandAnswer> {
  if (run === undefined)
    return 'Which run? `/runbook skip <run> <why>`; its living message names it.'
  return said(means, await means.requests.skip(run, reason.join(' '), actor))
}

export async function followUp(
  means: DeskMeans,
  [run, ...what]: readonly string[],
  actor: Actor,
): Promise<CommandAnswer> {
  if (run === undefined)
    return 'Which run? `/runbook follow-up <run> <what became of it>`; its living message names it.'
  return said(means, await means.requests.followUp(run, what.join(' '), actor))
}

export async function judge(
  means: DeskMeans,
  [run, verdict, ...why]: readonly string[],
  actor: Actor,
): Promise<CommandAnswer> {
  if (run === undefined || (verdict !== 'right' && verdict !== 'wrong'))
    return 'Say which run, and whether its no was right: `/runbook judge <run> right|wrong <why>`.'
  const opinion = { isRight: verdict === 'right', why: why.join(' ') }
  return said(means, await means.requests.judge(run, opinion, actor))
}

export async function undo(
  means: DeskMeans,
  call: CommandCall,
  [id]: readonly string[],
  actor: Actor,
): Promise<CommandAnswer> {
  if (id === undefined) return 'Which run? `/runbook undo <run>`; its living message names it.'
  const run = await means.journal.read(id)
  if (run === null) return 'There is no such run in my ledger.'
  if (run.stage.kind !== 'ended')
    return `Not yet: ${slackFace.run(id)} has not ended. Abort it, or let it end; then I undo what it did.`
  const { items, cannot } = wayBack(run, means.catalogue)
  const left = [...new Set(cannot.map(({ step, because }) => `${step}: ${because}`))]
  if (items.length === 0)
    return left.length === 0
      ? `Nothing to undo: ${slackFace.run(id)} changed nothing.`
      : `I cannot undo it. ${left.join('; ')}.`
  const answer = await means.requests.start({ items, run: call.run }, call.channel, actor)
  if (answer.kind !== 'changed' || left.length === 0) return said(means, answer)
  return `What cannot be undone stays: ${left.join('; ')}.`
}

/** Pulled with a reason by whoever may request; lifted by two who may approve. */
export async function stopAll(
  means: DeskMeans,
  call: CommandCall,
  words: readonly string[],
  actor: Actor,
): Promise<CommandAnswer> {
  const { requests } = means
  const isLift = words.length === 1 && words[0] === 'lift'
  const answer = isLift
    ? await requests.liftStop(actor)
    : await requests.stopAll(words.join(' '), call.channel, actor)
  if (answer.kind !== 'switched') return refusal(means, answer)
  return answerInChannel(means, call, async () =>
    stopMessage(answer.headroom, actor.user, means.note),
  )
}

export async function newestRuns({ journal }: Pick<DeskMeans, 'journal'>): Promise<readonly Run[]> {
  const runs = await Promise.all((await journal.newest(runsAtMost)).map(journal.read))
  return runs.filter((run) => run !== null)
}

function targetsOf(run: Run): readonly string[] {
  const records = [...run.past.map(({ record }) => record), run.record]
  return records.flatMap(({ forecast }) => (forecast === null ? [] : [forecast.target]))
}

/** `tuki-db-prod` means `databases.tuki-db-prod`. */
function isOf(target: string, wished: string): boolean {
  return target === wished || target.endsWith(`.${wished}`)
}

async function said(
  means: DeskMeans,
  answer: Awaited<ReturnType<DeskMeans['requests']['skip']>>,
): Promise<CommandAnswer> {
  return answer.kind === 'changed' ? null : refusal(means, answer)
}
