/**
 * A ledger that begins anew beside a world that carries our marks was lost: then everything is stopped
 * until two people have looked at what the lost one had under way, and lift it. DESIGN.md, 2.
 */
import type { SystemDocument } from '../capacity/system.ts'
import { Fault } from '../world/fault.ts'
import type { CloudRunReader } from '../world/ports/cloud-run.ts'
import type { CloudSqlReader } from '../world/ports/cloud-sql.ts'
import type { Unconfigured } from '../world/world.ts'
import type { HeadroomEvent } from './events.ts'
import type { Journal } from './journal.ts'

type Means = {
  readonly document: Pick<SystemDocument, 'name' | 'databases' | 'services'>
  readonly journal: Pick<Journal, 'newest' | 'headroom' | 'switchStop'>
  /** Unconfigured: nothing can be written there. */
  readonly cloudSql: CloudSqlReader | Unconfigured
  readonly cloudRun: CloudRunReader | Unconfigured
  /** The label of Cloud SQL that carries the intent of our last write to an instance. */
  readonly label: string
  /** Who stops: the bot itself. */
  readonly by: string
}

/** Null: it is not lost. Otherwise why it was stopped; a ledger that cannot be judged counts as lost. */
export async function stopIfLost(means: Means): Promise<string | null> {
  const { document, journal, by } = means
  if (!(await isFresh(means))) return null
  const reason = await signOfLoss(means)
  if (reason === null) return null
  const answer = await journal.switchStop<{ readonly kind: 'known' }>(
    document.name,
    // Another instance was quicker: its word stands.
    ({ version }) => (version > 0 ? { kind: 'known' } : stopped(by, reason)),
  )
  return answer.kind === 'switched' ? reason : null
}

async function isFresh({ document, journal }: Means): Promise<boolean> {
  if ((await journal.newest(1)).length > 0) return false
  return (await journal.headroom(document.name)).version === 0
}

async function signOfLoss(means: Means): Promise<string | null> {
  const signs = await Promise.all([...marksOnDatabases(means), ...marksOnServices(means)])
  return signs.find((sign) => sign !== null) ?? null
}

type Sign = Promise<string | null>

function marksOnDatabases({ document, cloudSql, label }: Means): readonly Sign[] {
  if ('unconfigured' in cloudSql) return []
  return Object.entries(document.databases)
    .flatMap(([name, { replicas }]) => [name, ...Object.keys(replicas)])
    .map((name) => signOn(name, async () => (await cloudSql.instance(name)).userLabels[label]))
}

function marksOnServices({ document, cloudRun }: Means): readonly Sign[] {
  if ('unconfigured' in cloudRun) return []
  return Object.keys(document.services).map((name) =>
    signOn(name, async () => (await cloudRun.service(name)).intent ?? undefined),
  )
}

async function signOn(name: string, mark: () => Promise<string | undefined>): Sign {
  try {
    const intent = await mark()
    return intent === undefined
      ? null
      : `my ledger is new, and ${name} carries the mark of a write that it does not know (${intent}): the ledger before it may be lost`
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    // What is not there carries no mark.
    return error.code === 'not-found'
      ? null
      : `my ledger is new, and whether ${name} carries a mark of mine I cannot see (${error.message}): a ledger before it may be lost`
  }
}

function stopped(by: string, reason: string): HeadroomEvent {
  return { type: 'stopped', v: 1, by, reason }
}
