/** Every run of a ledger that is read beside a running app. */
import type { Archive } from '../ledger/ledger.ts'
import { IllegalEvent } from './moves.ts'
import { UnknownEvent } from './read-events.ts'
import { runOf, runOfStream, runStream } from './run.ts'
import type { Run } from './stage.ts'

export type ArchivedRuns = {
  /** The newest first. */
  readonly runs: readonly Run[]
  /** Runs of newer code, or that do not hold: `plimsoll ledger verify` says which. */
  readonly unreadable: readonly string[]
}

export async function archivedRuns(archive: Archive): Promise<ArchivedRuns> {
  const names = [...(await archive.streams()).keys()]
  const ids = names.filter((name) => name === runStream(runOfStream(name))).map(runOfStream)
  const runs: Run[] = []
  const unreadable: string[] = []
  for (const id of ids) {
    const run = await archivedRun(archive, id)
    if (run === 'unreadable') unreadable.push(id)
    else if (run !== null) runs.push(run)
  }
  return { runs: runs.toSorted((one, other) => other.startedAt - one.startedAt), unreadable }
}

async function archivedRun(archive: Archive, id: string): Promise<Run | 'unreadable' | null> {
  const records = await archive.records(runStream(id))
  try {
    return runOf(records.map(({ version, at, body }) => ({ version, at, event: JSON.parse(body) })))
  } catch (error) {
    const isOld = error instanceof UnknownEvent || error instanceof IllegalEvent
    if (isOld || error instanceof SyntaxError) return 'unreadable'
    throw error
  }
}
