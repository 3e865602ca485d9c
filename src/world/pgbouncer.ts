/**
 * A pooler, through the admin console of each of its processes: one command at a time, in the simple
 * protocol, and nothing of it outlives the process. facts/cloudsql.md, 3 and 7.
 */
import type { Clearance } from './clearance.ts'
import { Fault } from './fault.ts'
import { type Console, consolesOf, opened, openedAll, throwFirst } from './pgbouncer-console.ts'
import { hold, letGo } from './pgbouncer-hold.ts'
import {
  readDatabases,
  readPools,
  readSettings,
  readStats,
  readVersion,
  setCommands,
} from './pgbouncer-rows.ts'
import type { PgBouncerProcess, PgBouncerReader, PgBouncerWriter } from './ports/pgbouncer.ts'
import { postgresFault } from './postgres-faults.ts'
import type { Clock } from './world.ts'

export type PgBouncerOptions = {
  /** The one that the URLs lead to, and how many processes the System document gives it. */
  readonly pooler: { readonly name: string; readonly processes: number }
  /** One for each process of the pooler, database `pgbouncer`. Never a load balancer's. */
  readonly adminUrls: readonly string[]
  readonly clock: Clock
  readonly connectMs?: number
  readonly answerMs?: number
  /** The whole of a write, PAUSE's waiting for transactions included. DESIGN.md, 3 */
  readonly writeMs?: number
}

/** Connects to nothing yet. Throws where a URL is not well formed, without repeating it. */
export function connectPgBouncer(options: PgBouncerOptions): {
  readonly reader: PgBouncerReader
  readonly writer: PgBouncerWriter
} {
  const consoles = consolesOf(options.adminUrls, options.connectMs)
  const { clock, answerMs = 4_500, writeMs = 10_000 } = options
  const assertAll = (pooler: string, sent: 'yes' | 'no' = 'no') =>
    assertWhole(consoles.length, options.pooler, pooler, sent)
  const begin = (clearance: Clearance, target: string) => () => clearance.spend(clock.now(), target)
  return {
    reader: {
      processes: async (pooler) => {
        assertAll(pooler)
        const deadline = AbortSignal.timeout(answerMs)
        return Promise.all(consoles.map((console) => look(console, deadline)))
      },
    },
    writer: {
      set: async (clearance, { pooler, settings }) => {
        assertAll(pooler)
        const commands = setCommands(pooler, settings)
        const deadline = AbortSignal.timeout(writeMs)
        await setAll(consoles, commands, deadline, begin(clearance, `poolers.${pooler}`))
      },
      pause: async (clearance, { pooler, database }) => {
        assertAll(pooler)
        await hold(consoles, writeMs, begin(clearance, `databases.${database}`))
      },
      resume: async (clearance, { pooler, database }) => {
        await letGo(consoles, writeMs, begin(clearance, `databases.${database}`))
        assertAll(pooler, 'yes')
      },
    },
  }
}

/** A process that nobody told of the change would go on as before, and one that nobody sees counts for nothing. */
function assertWhole(
  reached: number,
  { name, processes }: PgBouncerOptions['pooler'],
  pooler: string,
  sent: 'yes' | 'no',
): void {
  if (pooler !== name)
    throw new Fault('not-found', sent, `PGBOUNCER_ADMIN_URLS leads to ${name}, not to ${pooler}`)
  if (reached === processes) return
  throw new Fault(
    'invalid',
    sent,
    `${pooler} has ${processes} processes in the System document, and PGBOUNCER_ADMIN_URLS leads to ${reached}`,
  )
}

async function look(console: Console, deadline: AbortSignal): Promise<PgBouncerProcess> {
  const { subject } = console
  const connection = await opened(console)
  const show = (what: string) =>
    connection.rows(deadline, `SHOW ${what}`).catch((error: unknown) => {
      throw postgresFault(subject, error)
    })
  try {
    return {
      version: readVersion(subject, await show('VERSION')),
      ...readSettings(subject, await show('CONFIG')),
      databases: readDatabases(subject, await show('DATABASES')),
      pools: readPools(subject, await show('POOLS')),
      stats: readStats(subject, await show('STATS')),
    }
  } finally {
    await connection.end()
  }
}

/** All consoles are open before the first command: a process that is down stops the change, not the half of it. */
async function setAll(
  consoles: readonly Console[],
  commands: readonly string[],
  deadline: AbortSignal,
  spend: () => void,
): Promise<void> {
  const connections = await openedAll(consoles)
  try {
    spend()
    const outcomes = await Promise.allSettled(
      connections.map(async (connection) => {
        for (const command of commands) await connection.rows(deadline, command)
      }),
    )
    throwFirst(consoles, outcomes)
  } finally {
    await Promise.all(connections.map((connection) => connection.end()))
  }
}
