/**
 * The clock of the ledger on PostgreSQL: the server's, and never earlier than what this process was told
 * before. That of a standby, once it is promoted, may lag behind.
 */
import { z } from 'zod'
import type { Sql } from './postgres-pool.ts'

export type PostgresClock = {
  readonly now: () => Promise<number>
  /** The latest time that the ledger told this process, in ms since the epoch: there may be a later one. */
  readonly last: () => Promise<number>
  readonly saw: (at: number) => void
}

/** Of a stream's row, in an append; `$5` is what `last` gives. All of a transaction have one `now()`. */
export const timeOfAppend =
  'greatest(floor(extract(epoch FROM now()) * 1000)::bigint, streams.at, $5::bigint)'
const selectNow = `SELECT greatest(
  floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, $1::bigint)::float8 AS at`
/** Asked once: a row for each stream. */
const selectLast = 'SELECT coalesce(max(at), 0)::float8 AS at FROM plimsoll.streams'

export const atRow = z.object({ at: z.number() })

export function postgresClock(sql: Sql): PostgresClock {
  /** 0: nobody has asked. */
  let latest = 0
  const saw = (at: number) => {
    latest = Math.max(latest, at)
  }
  const told = async (text: string, values?: readonly unknown[]) => {
    const [row] = await sql(text, values)
    saw(atRow.parse(row).at)
    return latest
  }
  const last = async () => (latest === 0 ? told(selectLast) : latest)
  return { now: async () => told(selectNow, [await last()]), last, saw }
}
