/** Data folders of tests, removed after each, with the SQLite ledgers that hold them closed first. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openSqliteLedger, type SqliteLedger } from '../../src/ledger/sqlite.ts'
import type { Clock } from '../../src/world/world.ts'

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-ledger-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Open until it is closed, at the latest when the test ends. */
export function opened(folder: string, clock: Clock): SqliteLedger {
  const ledger = openSqliteLedger(folder, clock)
  if (ledger.kind === 'held') throw new Error(`${folder} is held`)
  let isOpen = true
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    await ledger.close()
  }
  onTestFinished(close)
  return { ...ledger, close }
}
