/** One run as it lies in the ledger, for people who were not there: every event with its time and hash. */
import { type Break, breakIn } from '../ledger/chain.ts'
import type { Archive } from '../ledger/ledger.ts'
import { type RunEvent, runEventSchema } from './events.ts'
import { runStream } from './run.ts'

export type Entry = {
  readonly version: number
  readonly at: number
  readonly hash: string
  /** As it was written. */
  readonly body: unknown
  /** Null where it belongs to newer code. */
  readonly event: RunEvent | null
  /** Of the step that it was at; empty before the first forecast. */
  readonly target: string
}

export type Timeline = {
  readonly run: string
  readonly entries: readonly Entry[]
  /** Where the chain breaks; null: it holds. */
  readonly broken: Break | null
}

/** Null where there is no such run. */
export async function timelineOf(archive: Archive, run: string): Promise<Timeline | null> {
  const stream = runStream(run)
  const records = await archive.records(stream)
  if (records.length === 0) return null
  let target = ''
  return {
    run,
    entries: records.map(({ version, at, hash, body }) => {
      const written: unknown = readable(body)
      const event = runEventSchema.safeParse(written)
      if (event.success && event.data.type === 'step-forecast') target = event.data.forecast.target
      const read = event.success ? event.data : null
      return { version, at, hash, body: written, event: read, target }
    }),
    broken: breakIn(stream, records),
  }
}

/** What somebody left that is no JSON stands as the text that it is; the chain says that it was changed. */
function readable(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) return body
    throw error
  }
}
