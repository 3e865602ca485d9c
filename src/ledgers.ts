/** Which ledger: SQLite under PLIMSOLL_DATA. For the app, and read-only for the command line. */
import type { LedgerVerbs, Unread } from './cli/verbs.ts'
import { type ConfigProblem, type Files, readFiles } from './config.ts'
import { type Archive, LedgerUnusable } from './ledger/ledger.ts'
import { type Held, ledgerFile, openSqliteLedger, type SqliteLedger } from './ledger/sqlite.ts'
import { openSqliteArchive } from './ledger/sqlite-file.ts'
import { auditOf } from './runs/audit.ts'
import { timelineOf } from './runs/timeline.ts'
import { systemClock } from './world/clock.ts'

export const ledgerVerbs: LedgerVerbs = {
  audit: (anchor) => reading((archive) => auditOf(archive, anchor)),
  timeline: (run) => reading((archive) => timelineOf(archive, run)),
}

/** A ledger that cannot be worked with; the sentence says what to see to. */
export type Unusable = { readonly kind: 'unusable'; readonly sentence: string }

export function openLedger({ dataFolder }: Files): SqliteLedger | Held | Unusable {
  try {
    return openSqliteLedger(dataFolder, systemClock)
  } catch (error) {
    if (error instanceof LedgerUnusable) return { kind: 'unusable', sentence: capital(error) }
    throw error
  }
}

async function reading<T>(work: (archive: Archive) => Promise<T>): Promise<T | Unread> {
  const files: Files | ConfigProblem = readFiles()
  if ('kind' in files) return { kind: 'unread', sentence: `${files.variable} ${files.problem}.` }
  try {
    const archive = openSqliteArchive(ledgerFile(files.dataFolder))
    try {
      return await work(archive)
    } finally {
      await archive.close()
    }
  } catch (error) {
    if (error instanceof LedgerUnusable) return { kind: 'unread', sentence: capital(error) }
    throw error
  }
}

function capital({ message }: Error): string {
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`
}
