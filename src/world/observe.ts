/** One snapshot of the world: every source asked in parallel, each fact with its source and time. */
import type { SystemDocument } from '../capacity/system.ts'
import { celeryFacts } from './observe/celery.ts'
import { clockFacts } from './observe/clocks.ts'
import { cloudRunFacts } from './observe/cloud-run.ts'
import { cloudSqlFacts } from './observe/cloud-sql.ts'
import { loadTestFacts } from './observe/load-test.ts'
import { monitoringFacts } from './observe/monitoring.ts'
import { pgBouncerFacts } from './observe/pgbouncer.ts'
import { postgresFacts } from './observe/postgres.ts'
import type { Clock, Fact, WorldReader } from './world.ts'

/** A clock of ours, and the one that decides. */
export type Clocks = { readonly clock: Clock; readonly now: () => Promise<number> }

/** The same, each fact with its time on the ledger's clock, which alone says how old it is: ours may differ from it. */
export async function observeNow(
  document: SystemDocument,
  read: WorldReader,
  { clock, now }: Clocks,
): Promise<readonly Fact[]> {
  // The ledger's first: what passes between the two readings makes a fact older, never younger.
  const ledgerAt = await now()
  const aheadMs = ledgerAt - clock.now()
  return observe(document, read, { now: () => clock.now() + aheadMs }, aheadMs)
}

/**
 * Never throws a Fault: a source that does not answer costs its own facts only, and they say why. `aheadMs`: how far
 * `clock` is ahead of the one by which others' clocks are watched.
 */
export async function observe(
  document: SystemDocument,
  read: WorldReader,
  clock: Clock,
  aheadMs = 0,
): Promise<readonly Fact[]> {
  const parts = [
    'unconfigured' in read.cloudSql ? [] : cloudSqlFacts(document, read.cloudSql, clock),
    'unconfigured' in read.cloudRun ? [] : cloudRunFacts(document, read.cloudRun, clock),
    'unconfigured' in read.celery ? [] : [celeryFacts(document, read.celery, clock)],
    'unconfigured' in read.loadTest ? [] : [loadTestFacts(read.loadTest, clock)],
    'unconfigured' in read.postgres ? [] : postgresFacts(document, read.postgres, clock),
    'unconfigured' in read.pgBouncer ? [] : pgBouncerFacts(document, read.pgBouncer, clock),
    'unconfigured' in read.monitoring
      ? []
      : monitoringFacts(document, read.monitoring, {
          clock,
          standIn: 'unconfigured' in read.postgres ? 'sessions' : 'nothing',
        }),
  ]
  const facts = (await Promise.all(parts.flat())).flat()
  // After the answers, whose headers they are.
  return [...facts, ...('unconfigured' in read.clocks ? [] : clockFacts(read.clocks, aheadMs))]
}
