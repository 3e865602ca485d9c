/**
 * The one connection that looks at one database: opened when it is first asked, one question at a
 * time, closed when nobody asks, opened anew after it broke.
 */

import { openConnection, type PostgresConnection } from './postgres-connection.ts'
import { isLost, postgresFault } from './postgres-faults.ts'
import type { PostgresAddress } from './postgres-url.ts'
import type { Timers } from './world.ts'

export type LineOptions = {
  readonly subject: string
  readonly address: PostgresAddress
  readonly timers: Timers
  /** From asking to the answer, waiting for one's turn and connecting included. */
  readonly answerMs: number
  readonly connectMs: number
  readonly statementMs: number
  /** How long it stays open unasked; 0: not at all. */
  readonly idleMs: number
}

export type PostgresLine = {
  /** The rows of one statement, in a read-only transaction of its own. Throws a Fault. */
  readonly ask: (sql: string, values: readonly unknown[]) => Promise<readonly unknown[]>
  readonly close: () => Promise<void>
}

export function lineTo(options: LineOptions): PostgresLine {
  const { subject, timers, statementMs } = options
  let connection: PostgresConnection | null = null
  let idle: { readonly cancel: () => void } | null = null
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0

  async function opened(deadline: AbortSignal): Promise<PostgresConnection> {
    if (connection?.isBroken() === false) return connection
    const within = AbortSignal.any([deadline, AbortSignal.timeout(options.connectMs)])
    connection = await openConnection(subject, options.address, within)
    return connection
  }

  async function close(): Promise<void> {
    idle?.cancel()
    const open = connection
    connection = null
    await open?.end()
  }

  async function answer(deadline: AbortSignal, statement: Statement) {
    idle?.cancel()
    for (;;) {
      const isReused = connection?.isBroken() === false
      try {
        return await readOnly(await opened(deadline), deadline, statement)
      } catch (error) {
        // A statement that failed leaves its transaction open.
        await close()
        // That the server went away in the meantime is often told by the first question alone.
        if (!isReused || deadline.aborted || !isLost(error)) throw postgresFault(subject, error)
      }
    }
  }

  async function rest(): Promise<void> {
    waiting -= 1
    if (waiting > 0) return
    if (options.idleMs === 0) await close()
    else idle = timers.after(options.idleMs, () => void close())
  }

  return {
    ask: async (sql, values) => {
      const deadline = AbortSignal.timeout(options.answerMs)
      waiting += 1
      const mine = turn
        .then(() => answer(deadline, { sql, values, limitMs: statementMs }))
        .finally(rest)
      // The next one's turn comes whatever this one met; its asker hears of it.
      turn = mine.catch(() => undefined)
      return mine
    },
    close: async () => {
      await turn
      await close()
    },
  }
}

type Statement = {
  readonly sql: string
  readonly values: readonly unknown[]
  readonly limitMs: number
}

async function readOnly(
  connection: PostgresConnection,
  deadline: AbortSignal,
  { sql, values, limitMs }: Statement,
): Promise<readonly unknown[]> {
  // SET LOCAL and not a start-up parameter: a pooler refuses those. facts/cloudsql.md, 7.
  await connection.rows(deadline, `BEGIN READ ONLY; SET LOCAL statement_timeout = ${limitMs}`)
  const rows = await connection.rows(deadline, sql, values)
  await connection.rows(deadline, 'COMMIT')
  return rows
}
