/** Ends sessions, by pid and start together in the one statement that ends them. writes.md */
import { z } from 'zod'
import type { Clearance } from './clearance.ts'
import { Fault } from './fault.ts'
import type { SessionKey } from './ports/postgres.ts'
import { openConnection, type PostgresConnection } from './postgres-connection.ts'
import { noAnswer, postgresFault } from './postgres-faults.ts'
import { keyValues, sameSession } from './postgres-questions.ts'
import type { PostgresAddress } from './postgres-url.ts'
import type { Clock } from './world.ts'

const sessionCount = 100

// ISO 8601 to the microsecond: a rounded start would be nobody's.
const key = z.object({
  pid: z.int().min(1),
  backendStart: z.iso.datetime({ precision: 6 }),
  transactionStart: z.iso.datetime({ precision: 6 }).optional(),
})

const toldRows = z.array(z.object({ pid: z.int(), is_told: z.boolean() }))

export type Termination = {
  readonly subject: string
  readonly address: PostgresAddress
  readonly clock: Clock
  readonly clearance: Clearance
  readonly sessions: readonly SessionKey[]
  readonly connectMs: number
  /** The whole of it. */
  readonly writeMs: number
}

export async function terminate(termination: Termination): Promise<readonly SessionKey[]> {
  const { subject, address, sessions, connectMs, writeMs } = termination
  if (sessions.length === 0 || sessions.length > sessionCount)
    throw new Fault('invalid', 'no', `${subject}: from 1 to ${sessionCount} sessions at once`)
  if (!sessions.every((session) => key.safeParse(session).success))
    throw new Fault(
      'invalid',
      'no',
      `${subject}: a session is a pid and its start, as they were read`,
    )
  const deadline = AbortSignal.timeout(writeMs)
  const within = AbortSignal.timeout(connectMs)
  const connection = await openConnection(subject, address, within).catch((error: unknown) => {
    throw postgresFault(subject, error)
  })
  try {
    return await tellThem(termination, connection, deadline)
  } finally {
    await connection.end()
  }
}

async function tellThem(
  { subject, clock, clearance, sessions, writeMs }: Termination,
  connection: PostgresConnection,
  deadline: AbortSignal,
): Promise<readonly SessionKey[]> {
  // What is left unsaid after this is not said by a server that wakes up late.
  await connection
    .rows(deadline, `BEGIN; SET LOCAL statement_timeout = ${writeMs}`)
    .catch((error: unknown) => {
      throw postgresFault(subject, error)
    })
  if (deadline.aborted) throw noAnswer(subject)
  clearance.spend(clock.now(), `databases.${subject}`)
  const told = await connection
    .rows(
      deadline,
      `SELECT now.pid, pg_terminate_backend(now.pid) AS is_told FROM ${sameSession}`,
      keyValues(sessions),
    )
    .catch((error: unknown) => {
      // It stops at the first session that it may not end; the ones before are gone.
      throw postgresFault(subject, error, 'unknown')
    })
  const rows = toldRows.safeParse(told)
  if (!rows.success) throw new Fault('unreadable', 'yes', `${subject}: ${rows.error.message}`)
  const pids = rows.data.flatMap(({ pid, is_told }) => (is_told ? [pid] : []))
  return sessions.filter(({ pid }) => pids.includes(pid))
}
