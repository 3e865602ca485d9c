/** From the operation to the evidence: poll until it ended, then read the world again. */
import { evidenceFor } from '../gate/evidence.ts'
import { Fault } from '../world/fault.ts'
import { lagMs, restAfterMs } from './decide.ts'
import {
  type Done,
  decided,
  forecastOf,
  happened,
  lookAt,
  rest,
  type Task,
  writeOf,
} from './means.ts'
import { outcomeOf } from './moves.ts'
import { patience } from './writing.ts'

export async function pollOperation(task: Task, operation: string): Promise<Done> {
  try {
    const status = await writeOf(task).poll(operation, task.means.world.read)
    if (status.kind === 'running') return patience(task, 'it is still under way')
    return happened(task, { type: 'operation-ended', v: 1, operation, error: status.error })
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return patience(task, error.message)
  }
}

/** Reads that began after the operation ended. One that contradicts may lag: it is asked again for a while. */
export async function verifyStep(task: Task, endedAt: number): Promise<Done> {
  const { means } = task
  const { expects } = forecastOf(task)
  const { facts } = await lookAt(task)
  const evidence = evidenceFor(expects, facts, endedAt, means.world.read)
  const unanswered = facts.some(
    ({ kind, name }) => kind === 'unavailable' && expects.some(({ fact }) => fact === name),
  )
  const settled = outcomeOf(evidence) !== 'contradicted' && !unanswered
  const now = await means.journal.now()
  if (!settled && now < endedAt + lagMs) return rest(restAfterMs.verify)
  return decided(task, { type: 'step-verified', v: 1, evidence: [...evidence] })
}
