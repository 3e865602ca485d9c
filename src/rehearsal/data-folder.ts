/** The folder of one rehearsal: held by a lock that dies with the host, emptied once at start. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export type DataFolder =
  | {
      readonly kind: 'held'
      /** Empty, for the bot. */
      readonly path: string
      /** Tells a second host where this one is. */
      tell: (address: string) => Promise<void>
      release: () => Promise<void>
    }
  | { readonly kind: 'taken'; readonly address: string | null }

export async function holdDataFolder(dataFolder: string): Promise<DataFolder> {
  await mkdir(dataFolder, { recursive: true })
  const lockFile = join(dataFolder, 'rehearsal.lock')
  const addressFile = join(dataFolder, 'rehearsal.address')
  const lock = exclusiveLock(lockFile)
  if (lock === null) return { kind: 'taken', address: await textOf(addressFile) }
  const path = join(dataFolder, 'rehearsal')
  await rm(path, { recursive: true, force: true })
  await mkdir(path, { recursive: true })
  return {
    kind: 'held',
    path,
    tell: (address) => writeFile(addressFile, address),
    release: async () => {
      await rm(addressFile, { force: true })
      // The file first: whoever takes the lock after this makes a new one.
      await rm(lockFile, { force: true })
      lock.close()
    },
  }
}

/** SQLite's own lock: another process is refused at once, and kill -9 frees it. facts/toolchain.md. */
function exclusiveLock(file: string): DatabaseSync | null {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    if (isBusy(error)) return null
    throw error
  }
}

/** SQLITE_BUSY. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}

function textOf(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })
}
