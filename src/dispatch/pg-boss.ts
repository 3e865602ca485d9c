/**
 * The dispatcher of many instances on one PostgreSQL: a job of pg-boss, committed with the append that
 * makes a run due, tells one of them; leases keep the others away; the sweep finds what was missed.
 */
import type { Alongside } from '../ledger/postgres.ts'
import type { Sql } from '../ledger/postgres-pool.ts'
import type { Timers } from '../world/world.ts'
import type { Dispatcher, SharedWork } from './dispatcher.ts'
import { dispatchInProcess } from './in-process.ts'
import { type Leases, leaseMs } from './leases.ts'

const queue = 'runs'
/** A lease outlives a rest of this length; what rests longer is anybody's. */
const keptRestMs = 5_000
const beatEveryMs = leaseMs / 3
/** Fewer than in one process: each wants a connection of the pool now and then. */
const runsAtOnce = 16

const startAttempts = 4

export type Jobs = {
  /** Within the caller's transaction: rolled back, there is no job. */
  readonly enqueue: Alongside
  /** From now on hands over each job's stream once, to one of the instances. */
  readonly take: (work: (stream: string) => void) => Promise<void>
  readonly stop: () => Promise<void>
}

export async function startJobs(sql: Sql, failed: (error: unknown) => void): Promise<Jobs> {
  const { PgBoss } = await import('pg-boss')
  const through = (work: Sql) => ({
    executeSql: async (text: string, values?: unknown[]) => ({
      rows: [...(await work(text, values))],
    }),
  })
  // The transaction hears what becomes of it; nobody here needs to know the job's name.
  const sentThrough = (work: Sql) => ({
    executeSql: async (text: string, values?: unknown[]) => {
      work(text, values)
      return { rows: [] }
    },
  })
  const boss = new PgBoss({ db: through(sql), schema: 'plimsoll_jobs', schedule: false })
  boss.on('error', failed)
  // Two instances on an empty database make the same tables: the second finds them at its next attempt.
  await boss.start({ attempts: startAttempts })
  await boss.createQueue(queue, {
    // One job waits for a run, however often it became due meanwhile.
    policy: 'short',
    retryLimit: 0,
    expireInSeconds: 60,
    retentionSeconds: 3_600,
    deleteAfterSeconds: 60,
  })
  return {
    enqueue: async (streams, within) => {
      for (const stream of streams)
        await boss.send(queue, { stream }, { singletonKey: stream, db: sentThrough(within) })
    },
    take: async (work) => {
      await boss.work<{ stream: string }>(
        queue,
        { pollingIntervalSeconds: 0.5, batchSize: 50 },
        async (jobs) => {
          for (const { data } of jobs) work(data.stream)
        },
      )
    },
    stop: () => boss.stop({ graceful: true, timeout: 2_000, close: false }),
  }
}

export type Instances = {
  readonly jobs: Jobs
  readonly leases: Leases
  readonly runOf: (stream: string) => string
}

export function dispatchAmong(
  { jobs, leases, runOf }: Instances,
  work: SharedWork,
  timers: Timers,
): Dispatcher {
  const held = new Set<string>()
  let stopped = false
  let beating = timers.after(0, beat)

  function beat(): void {
    if (stopped) return
    beating = timers.after(beatEveryMs, beat)
    const renewed = Promise.all([leases.live(), leases.renew([...held])])
    renewed
      .then(leases.dead)
      .then((dead) => {
        if (dead.length > 0) work.otherDied()
      })
      .catch((error: unknown) => work.failed(null, error))
  }

  const advance = async (run: string): Promise<number | null> => {
    if (!(await leases.take(run))) return null
    held.add(run)
    try {
      const waitMs = await work.advance(run)
      if (waitMs !== null && waitMs <= keptRestMs && !stopped) return waitMs
      await letGo(run)
      return waitMs
    } catch (error) {
      held.delete(run)
      throw error
    }
  }

  async function letGo(run: string): Promise<void> {
    held.delete(run)
    await leases.letGo(run)
  }

  const dispatcher = dispatchInProcess({ ...work, advance }, timers, runsAtOnce)
  jobs
    .take((stream) => dispatcher.wake(runOf(stream)))
    .catch((error: unknown) => work.failed(null, error))
  return {
    wake: dispatcher.wake,
    stop: async () => {
      stopped = true
      beating.cancel()
      await jobs.stop()
      await dispatcher.stop()
      // Another instance need not wait for them to lapse.
      await Promise.all([...held].map(leases.letGo))
    },
  }
}
