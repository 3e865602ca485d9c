/**
 * One connection to a PostgreSQL server or to a pooler's console: opened within a time, and ended
 * whatever the other side does.
 */
import { Socket } from 'node:net'
import { noAnswer } from './postgres-faults.ts'
import { sslOf } from './postgres-tls.ts'
import type { PostgresAddress } from './postgres-url.ts'

export type PostgresConnection = {
  /**
   * With values the extended protocol, without them the simple one. Throws what the server said, or
   * a Fault when the deadline passes, and then the connection is gone.
   */
  readonly rows: (
    deadline: AbortSignal,
    sql: string,
    values?: readonly unknown[],
  ) => Promise<readonly unknown[]>
  readonly isBroken: () => boolean
  /** Says goodbye, for a second at most. */
  readonly end: () => Promise<void>
}

const goodbyeMs = 1_000

/** Throws what went wrong as it came, or a Fault at the deadline; what opens after it is cut. */
export async function openConnection(
  subject: string,
  address: PostgresAddress,
  deadline: AbortSignal,
): Promise<PostgresConnection> {
  const { Client } = await import('pg')
  const { host, port, user, database, password, tls } = address
  const ssl = await before(deadline, subject, sslOf(tls))
  // Held here, so that it can be cut off where the driver would wait.
  const stream = new Socket()
  const client = new Client({
    // Spelt out, or the driver looks for PGHOST, PGPASSWORD, .pgpass and their like.
    ...{ host, port, user, database, ssl },
    password: () => password,
    sslnegotiation: 'postgres',
    application_name: 'plimsoll',
    keepAlive: true,
    stream: () => stream,
  })
  const destroy = (): void => void stream.destroy()
  let isBroken = false
  // A restart is told to an idle connection as an error that nobody asked for.
  const broken = (): void => {
    isBroken = true
    destroy()
  }
  client.on('error', broken)
  client.on('end', broken)
  const opening = client.connect()
  try {
    await before(deadline, subject, opening)
  } catch (error) {
    destroy()
    throw error
  }
  return {
    rows: async (until, sql, values) => {
      if (until.aborted) throw noAnswer(subject)
      const answer = values === undefined ? client.query(sql) : client.query(sql, [...values])
      try {
        // Of several statements in one simple query the driver gives a list of results.
        return [await before(until, subject, answer)].flat().flatMap(({ rows }) => rows)
      } catch (error) {
        if (until.aborted) broken()
        throw error
      }
    },
    isBroken: () => isBroken,
    end: async () => {
      const ending = client.end()
      await before(AbortSignal.timeout(goodbyeMs), subject, ending).catch(destroy)
      destroy()
    },
  }
}

/** The work's result, or a Fault as soon as the deadline has passed; what the work does then is nobody's. */
async function before<T>(deadline: AbortSignal, subject: string, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const late = (): void => reject(noAnswer(subject))
  if (deadline.aborted) late()
  deadline.addEventListener('abort', late, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    deadline.removeEventListener('abort', late)
  }
}
