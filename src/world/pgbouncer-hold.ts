/**
 * PAUSE and its release, RESUME, on every process of a pooler: between them a database may restart
 * and no client notices. facts/cloudsql.md, 3.
 */
import { pause } from './clock.ts'
import { Fault } from './fault.ts'
import { type Console, opened, openedAll, throwFirst } from './pgbouncer-console.ts'
import { quoted, readDatabases, readPools } from './pgbouncer-rows.ts'
import type { PgBouncerDatabase } from './ports/pgbouncer.ts'
import type { PostgresConnection } from './postgres-connection.ts'
import { postgresFault } from './postgres-faults.ts'

const pollMs = 50
const lookMs = 2_000

/** Throws a Fault; then some of it may be held, and RESUME must follow. */
export async function hold(
  consoles: readonly Console[],
  waitMs: number,
  spend: () => void,
): Promise<void> {
  const deadline = AbortSignal.timeout(waitMs)
  const watches = await openedAll(consoles)
  // PAUSE occupies its own connection until it is over.
  const hands = await openedAll(consoles).catch(async (error: unknown) => {
    await ended(watches)
    throw error
  })
  try {
    const processes = await Promise.all(
      consoles.map(async ({ subject }, index) => {
        const [watch, hand] = [at(watches, index), at(hands, index)]
        return { subject, watch, hand, databases: await databasesOf(subject, watch) }
      }),
    )
    for (const { subject, databases } of processes)
      if (databases.length === 0)
        throw new Fault('invalid', 'no', `${subject} serves no database that could be held`)
    spend()
    const outcomes = await Promise.allSettled(
      processes.map((process) => holdProcess({ ...process, deadline })),
    )
    throwFirst(consoles, outcomes)
  } finally {
    await ended([...watches, ...hands])
  }
}

type Holding = {
  readonly subject: string
  readonly watch: PostgresConnection
  readonly hand: PostgresConnection
  readonly databases: readonly PgBouncerDatabase[]
  readonly deadline: AbortSignal
}

async function holdProcess({ subject, watch, hand, databases, deadline }: Holding): Promise<void> {
  for (const { name } of databases) {
    let failure: unknown
    const command = hand.rows(deadline, `PAUSE ${quoted(name)}`).catch((error: unknown) => {
      failure = error
    })
    for (;;) {
      const { isPaused, activeServers } = await stateOf(subject, watch, name)
      // Not the command's return: after a WAIT_CLOSE, 1.18 returns at once while a transaction is
      // open. facts/cloudsql.md, 3.
      if (isPaused && activeServers === 0) break
      if (!isPaused && failure !== undefined) throw failure
      if (deadline.aborted)
        throw new Fault(
          'time-out',
          'yes',
          `${subject}: ${activeServers} transactions on ${name} did not end in time; its clients wait until RESUME`,
        )
      await pause(pollMs)
    }
    await command
    if (failure !== undefined) throw failure
  }
}

async function stateOf(subject: string, watch: PostgresConnection, name: string) {
  const databases = await databasesOf(subject, watch)
  const shown = await show(subject, watch, 'POOLS')
  const pools = readPools(subject, shown).filter(({ database }) => database === name)
  return {
    isPaused: databases.some((one) => one.name === name && one.isPaused),
    activeServers: pools.reduce((sum, { activeServers }) => sum + activeServers, 0),
  }
}

/**
 * Whatever is held is let go on each process that can be reached, also when another cannot: a
 * release that waits for the whole pooler would keep every client waiting.
 */
export async function letGo(
  consoles: readonly Console[],
  waitMs: number,
  spend: () => void,
): Promise<void> {
  const deadline = AbortSignal.timeout(waitMs)
  const openings = await Promise.allSettled(consoles.map(opened))
  const connections = openings.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const failed = openings.find(({ status }) => status === 'rejected')
  if (connections.length === 0 && failed?.status === 'rejected') throw failed.reason
  try {
    spend()
    const outcomes = await Promise.allSettled(
      consoles.map(async ({ subject }, index) => {
        const opening = at(openings, index)
        if (opening.status === 'rejected') throw opening.reason
        await letGoProcess(subject, opening.value, deadline)
      }),
    )
    throwFirst(consoles, outcomes)
  } finally {
    await ended(connections)
  }
}

async function letGoProcess(
  subject: string,
  connection: PostgresConnection,
  deadline: AbortSignal,
): Promise<void> {
  let failure: unknown
  for (const { name } of await pausedOf(subject, connection))
    await connection.rows(deadline, `RESUME ${quoted(name)}`).catch((error: unknown) => {
      failure = error
    })
  const still = await pausedOf(subject, connection)
  if (still.length === 0) return
  if (failure !== undefined) throw failure
  const names = still.map(({ name }) => name).join(', ')
  throw new Fault('server-error', 'yes', `${subject}: ${names} still paused after RESUME`)
}

async function pausedOf(subject: string, connection: PostgresConnection) {
  return (await databasesOf(subject, connection)).filter(({ isPaused }) => isPaused)
}

async function databasesOf(subject: string, connection: PostgresConnection) {
  return readDatabases(subject, await show(subject, connection, 'DATABASES'))
}

function show(subject: string, connection: PostgresConnection, what: string) {
  const deadline = AbortSignal.timeout(lookMs)
  return connection.rows(deadline, `SHOW ${what}`).catch((error: unknown) => {
    throw postgresFault(subject, error)
  })
}

async function ended(connections: readonly PostgresConnection[]): Promise<void> {
  await Promise.all(connections.map((connection) => connection.end()))
}

function at<T>(list: readonly T[], index: number): T {
  const one = list[index]
  if (one === undefined) throw new Error(`nothing at ${index}`)
  return one
}
