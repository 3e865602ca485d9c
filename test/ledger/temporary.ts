/** Data folders of tests, removed after each, with the SQLite ledgers that hold them closed first. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { openSqliteLedger, type SqliteLedger } from '../../src/ledger/sqlite.ts'
import type { Clock } from '../../src/world/world.ts'

const folders: string[] = []
const ledgers = new Set<SqliteLedger>()

afterEach(async () => {
  for (const ledger of ledgers) await ledger.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-ledger-'))
  folders.push(folder)
  return folder
}

/** Open until it is closed, at the latest when the test ends. */
export function opened(folder: string, clock: Clock): SqliteLedger {
  const ledger = openSqliteLedger(folder, clock)
  if (ledger.kind === 'held') throw new Error(`${folder} is held`)
  const close = async () => {
    if (ledgers.delete(closing)) await ledger.close()
  }
  const closing: SqliteLedger = { ...ledger, close }
  ledgers.add(closing)
  return closing
}
