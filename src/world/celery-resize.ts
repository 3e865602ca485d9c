/**
 * The size of running pools. Celery knows growing and shrinking alone, which is neither absolute nor
 * answered by what came of it: so each worker is read, told the difference, and heard. writes.md
 */
import { askWorkers, type Round } from './celery-control.ts'
import { brokerFault } from './celery-faults.ts'
import { changeAnswer, statsAnswer } from './celery-pidbox.ts'
import type { Clearance } from './clearance.ts'
import { Fault } from './fault.ts'
import type { PoolChange } from './ports/celery.ts'

/** From the clearance on, so long another worker may still be told, and its answer is waited for. */
const tellWithinMs = 5_000

/** A pool that shrinks counts the processes that are to go for some 5 s more. */
const settleMs = 10_000

export type Resizing = {
  readonly clearance: Clearance
  readonly change: PoolChange
  readonly deadline: AbortSignal
  /** When each worker was told last, by its name. */
  readonly toldAt: Map<string, number>
}

export async function resizeAll(round: Round, resizing: Resizing): Promise<void> {
  const { clearance, change, deadline, toldAt } = resizing
  const { target, workers, processes } = change
  if (workers.length === 0) throw new Fault('invalid', 'no', `${target}: no worker to tell`)
  if (new Set(workers).size < workers.length) throw sharedName(workers)
  if (!Number.isInteger(processes) || processes < 1)
    throw new Fault('invalid', 'no', `${target}: a pool of ${processes} processes`)
  // All are looked at before the first is told: one that cannot be told stops the change, not its half.
  const differences = await differencesOf(round, change, null)
  if (differences.every(({ by }) => by === 0)) return
  assertSettled(differences, toldAt, round.clock.now())
  clearance.spend(round.clock.now(), target)
  const until = round.clock.now() + tellWithinMs
  for (const [index, worker] of workers.entries()) {
    toldAt.set(worker, round.clock.now())
    try {
      await resizeOne(round, { ...change, workers: [worker] }, until)
    } catch (error) {
      const { code, sent, message } = brokerFault(error, 'unknown', deadline)
      throw new Fault(code, index === 0 ? sent : 'yes', message)
    }
  }
}

async function resizeOne(round: Round, change: PoolChange, until: number): Promise<void> {
  for (const { worker, by } of await differencesOf(round, change, change.workers)) {
    if (by === 0) return
    const waitMs = until - round.clock.now()
    if (waitMs <= 0) throw new Fault('expired', 'no', `${worker} was not told in time`)
    const method = by > 0 ? 'pool_grow' : 'pool_shrink'
    const command = { method, arguments: { n: Math.abs(by) }, destination: [worker] }
    // Past this line it may be done, whatever is heard.
    const { replies } = await askWorkers({ ...round, waitMs }, [command])
    const answer = changeAnswer.safeParse(replies[0]?.[0]?.answer)
    if (!answer.success)
      throw new Fault(
        'time-out',
        'unknown',
        `${worker} did not answer ${method}: it may follow late`,
      )
    if ('error' in answer.data)
      throw new Fault(
        'invalid',
        'unknown',
        `${worker} refused ${method}: ${clipped(answer.data.error)}`,
      )
  }
}

/** What is read now would be the size before. */
function assertSettled(
  differences: readonly Difference[],
  toldAt: ReadonlyMap<string, number>,
  now: number,
): void {
  for (const { worker, by } of differences) {
    const waitMs = (toldAt.get(worker) ?? 0) + settleMs - now
    if (by !== 0 && waitMs > 0)
      throw new Fault('busy', 'no', `${worker} was told a moment ago: its size is not settled`, {
        retryAfterMs: waitMs,
      })
  }
}

type Difference = { readonly worker: string; readonly by: number }

async function differencesOf(
  round: Round,
  { workers, processes }: PoolChange,
  destination: readonly string[] | null,
): Promise<readonly Difference[]> {
  const heard = await askWorkers(round, [{ method: 'stats', arguments: {}, destination }])
  const replies = heard.replies[0] ?? []
  const silent = destination === null ? heard.listening - replies.length : 0
  // It may bear a name that another one answered to, and would obey as well.
  if (silent > 0)
    throw new Fault('time-out', 'no', `${silent} of ${heard.listening} workers do not answer`)
  return workers.map((worker) => {
    const [reply, another] = replies.filter((one) => one.worker === worker)
    if (another !== undefined) throw sharedName([worker])
    const stats = statsAnswer.safeParse(reply?.answer)
    if (!stats.success) throw new Fault('time-out', 'no', `${worker} does not answer`)
    if (stats.data.autoscaler !== undefined)
      throw new Fault('invalid', 'no', `${worker} sets its own size (--autoscale)`)
    const live = stats.data.pool.processes?.length
    if (live === undefined)
      throw new Fault('invalid', 'no', `${worker} does not say how many processes it has`)
    return { worker, by: processes - live }
  })
}

/** Both would obey, each by the difference of one. */
function sharedName([worker = '']: readonly string[]): Fault {
  return new Fault(
    'invalid',
    'no',
    `more than one worker is named ${worker}: start each with a name of its own (-n)`,
  )
}

const clipped = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 200)}...`)
