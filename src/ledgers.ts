/** Which ledger and dispatcher: PostgreSQL and pg-boss with LEDGER_URL, else SQLite and this process alone. */
import type { LedgerVerbs, Unread } from './cli/verbs.ts'
import { type BotConfig, readFiles, readLedger } from './config.ts'
import { type ConfigProblem, sentenceOf } from './config-urls.ts'
import type { Dispatcher, SharedWork } from './dispatch/dispatcher.ts'
import { dispatchInProcess } from './dispatch/in-process.ts'
import { leasesOn } from './dispatch/leases.ts'
import { dispatchAmong, startJobs } from './dispatch/pg-boss.ts'
import { newId } from './ledger/ids.ts'
import { type Archive, type Ledger, LedgerUnusable } from './ledger/ledger.ts'
import { openPostgres, postgresLedger, readingPostgres } from './ledger/postgres.ts'
import { type Holder, ledgerFile, openSqliteLedger } from './ledger/sqlite.ts'
import { readingSqlite } from './ledger/sqlite-file.ts'
import { archivedRuns } from './runs/archived.ts'
import { auditOf } from './runs/audit.ts'
import { runOfStream } from './runs/run.ts'
import { timelineOf } from './runs/timeline.ts'
import { systemClock, systemTimers } from './world/clock.ts'
import type { PostgresAddress } from './world/postgres-url.ts'

export type OpenLedger = {
  readonly kind: 'ledger'
  readonly ledger: Ledger
  readonly dispatch: (work: SharedWork) => Dispatcher
  /** Tells a second process where this one answers; among many instances nobody asks. */
  readonly announce: (holder: Holder) => void
  readonly close: () => Promise<void>
}

/** A ledger that cannot be worked with; the sentence says what to see to, the code whose doing it is. */
export type Unusable = {
  readonly kind: 'unusable'
  readonly sentence: string
  readonly exitCode: 1 | 2
}

type Place = Pick<BotConfig, 'dataFolder' | 'ledger'>

/** `databases`: what the bot operates; a ledger in one of them is refused. */
export async function openLedger(
  { dataFolder, ledger: address }: Place,
  databases: readonly string[],
  failed: (error: unknown) => void,
): Promise<OpenLedger | Unusable> {
  const operated = databases.find((name) => address !== null && leadsTo(address, name))
  if (operated !== undefined) {
    const sentence = `LEDGER_URL leads to ${operated}, which I operate: use an instance of its own.`
    return { kind: 'unusable', sentence, exitCode: 2 }
  }
  try {
    return address === null ? openHere(dataFolder) : await openThere(address, failed)
  } catch (error) {
    if (!(error instanceof LedgerUnusable)) throw error
    return { kind: 'unusable', sentence: capital(error), exitCode: 1 }
  }
}

/** A Cloud SQL instance is known by its name: in its socket's folder, or in front of a DNS name. */
function leadsTo({ host }: PostgresAddress, database: string): boolean {
  return host.endsWith(`:${database}`) || host === database || host.startsWith(`${database}.`)
}

function openHere(dataFolder: string): OpenLedger | Unusable {
  const ledger = openSqliteLedger(dataFolder, systemClock)
  if (ledger.kind === 'held') {
    const where = ledger.holder === null ? '' : ` at ${ledger.holder.address}`
    const sentence = `Already running${where}: ${dataFolder} is held by another process.`
    return { kind: 'unusable', sentence, exitCode: 1 }
  }
  const dispatch = (work: SharedWork) => dispatchInProcess(work, systemTimers)
  return { kind: 'ledger', ledger, dispatch, announce: ledger.announce, close: ledger.close }
}

async function openThere(
  address: PostgresAddress,
  failed: (error: unknown) => void,
): Promise<OpenLedger> {
  const pool = await openPostgres(address)
  const jobs = await startJobs(pool.anySql, failed)
  const leases = leasesOn(pool.sql, newId(systemClock.now()))
  return {
    kind: 'ledger',
    ledger: postgresLedger(pool, jobs.enqueue),
    dispatch: (work) => dispatchAmong({ jobs, leases, runOf: runOfStream }, work, systemTimers),
    announce: () => undefined,
    close: pool.close,
  }
}

export const ledgerVerbs: LedgerVerbs = {
  audit: (anchor) => reading((archive) => auditOf(archive, anchor)),
  runs: () => reading(archivedRuns),
  timeline: (run) => reading((archive) => timelineOf(archive, run)),
}

/** Beside a running app, and where none runs. */
async function reading<T>(work: (archive: Archive) => Promise<T>): Promise<T | Unread> {
  const [files, place] = [readFiles(), readLedger()]
  if ('kind' in files) return unread(files)
  if (place !== null && 'kind' in place) return unread(place)
  try {
    return place === null
      ? await readingSqlite(ledgerFile(files.dataFolder), work)
      : await readingPostgres(place, work)
  } catch (error) {
    if (error instanceof LedgerUnusable) return { kind: 'unread', sentence: capital(error) }
    throw error
  }
}

function unread(problem: ConfigProblem): Unread {
  return { kind: 'unread', sentence: sentenceOf(problem) }
}

function capital({ message }: Error): string {
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`
}
