/**
 * Connections to the ledger's PostgreSQL: few, each with a bound on everything that it waits for, and
 * opened anew after whatever became of the last one.
 */
import type { Pool as PgPool, PoolClient, QueryConfig } from 'pg'
import { sslOf } from '../world/postgres-tls.ts'
import type { PostgresAddress } from '../world/postgres-url.ts'
import { LedgerUnavailable } from './ledger.ts'

/** Of one instance; a frozen or dead one leaves so many open until the server ends them. */
const connectionsAtMost = 8
const connectWithinMs = 3_000
const answerWithinMs = 5_000
/** An instance that stands still in a transaction loses it, or its locks would hold up the others. */
const idleInTransactionMs = 4_000

export type Sql = (text: string, values?: readonly unknown[]) => Promise<readonly unknown[]>

export type PostgresPool = {
  /** One statement. Throws LedgerUnavailable where nobody answered, or not in time. */
  readonly sql: Sql
  /** For somebody whose statements are not few: they are parsed each time. */
  readonly anySql: Sql
  /**
   * All or nothing; `work` may send statements and not wait for their answers: those are heard before the
   * commit is believed. What throws is rolled back; after LedgerUnavailable nobody knows whether it was committed.
   */
  readonly transaction: <T>(work: (sql: Sql) => Promise<T>, mode?: string) => Promise<T>
  readonly close: () => Promise<void>
}

export async function openPool(address: PostgresAddress): Promise<PostgresPool> {
  const { Pool } = await import('pg')
  const { host, port, user, database, password, tls } = address
  const pool = new Pool({
    ...{ host, port, user, database, ssl: await sslOf(tls) },
    // Spelt out, or the driver looks for PGHOST, PGPASSWORD, .pgpass and their like.
    password: () => password,
    sslnegotiation: 'postgres',
    application_name: 'plimsoll-ledger',
    max: connectionsAtMost,
    connectionTimeoutMillis: connectWithinMs,
    idleTimeoutMillis: 30_000,
    query_timeout: answerWithinMs,
    statement_timeout: answerWithinMs,
    lock_timeout: answerWithinMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    // What is answered is on the disk, and on that of a synchronous standby, whatever the server's default.
    options: '-c synchronous_commit=on',
    keepAlive: true,
    pipeline: true,
  })
  // A restart is told to connections that nobody asked anything, and to those that are given up: unheard it
  // would end the process. The statement under way says it too.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return poolOn(pool)
}

function poolOn(pool: PgPool): PostgresPool {
  async function using<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await heard(pool.connect())
    try {
      const result = await work(client)
      client.release()
      return result
    } catch (error) {
      // Refused by a server that is well, it is as good as before; else nobody gets it again.
      client.release(sqlState(error) === null)
      throw error
    }
  }
  return {
    sql: (text, values) => using((client) => rowsOf(client, text, values)),
    anySql: (text, values = []) =>
      using((client) => answered(client, { text, values: [...values] })),
    transaction: (work, mode = '') =>
      using(async (client) => {
        const sent: Promise<readonly unknown[]>[] = []
        const send: Sql = (text, values) => {
          const answer = rowsOf(client, text, values)
          // It may fail before anybody listens: every answer is heard below.
          answer.catch(() => undefined)
          sent.push(answer)
          return answer
        }
        send(`BEGIN ${mode}`)
        try {
          const result = await work(send)
          // After a statement that failed the server makes a rollback of it.
          send('COMMIT')
          await Promise.all(sent)
          return result
        } catch (error) {
          // Else the connection goes, and with it all that was not committed.
          if (sqlState(error) !== null) await rowsOf(client, 'ROLLBACK')
          // The first failure caused the others.
          await Promise.all(sent)
          throw error
        }
      }),
    close: () => pool.end(),
  }
}

const statementNames = new Map<string, string>()

/** Each of our few statements is parsed once on a connection. */
function nameOf(text: string): string {
  const name = statementNames.get(text) ?? `plimsoll-${statementNames.size}`
  statementNames.set(text, name)
  return name
}

async function rowsOf(client: PoolClient, text: string, values: readonly unknown[] = []) {
  const name = values.length === 0 ? {} : { name: nameOf(text) }
  return answered(client, { ...name, text, values: [...values] })
}

async function answered(client: PoolClient, query: QueryConfig): Promise<readonly unknown[]> {
  const answer = await heard(client.query<Record<string, unknown>>(query))
  // Of several statements in one the driver gives a list of results.
  return [answer].flat().flatMap(({ rows }) => rows)
}

async function heard<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw judged(error)
  }
}

/**
 * What passes by itself or with the server: connections (08), resources (53), rollbacks (40), a server that
 * stops or reads only (57, 25), locks (55). SQLSTATE has 5 signs; without one nobody answered.
 */
const passing = /^(08|25|40|53|55|57)/

function judged(error: unknown): unknown {
  const state = sqlState(error)
  if (state !== null && !passing.test(state)) return error
  return new LedgerUnavailable(
    `the ledger's PostgreSQL does not answer well (${state ?? 'silence'})`,
    {
      cause: error,
    },
  )
}

/** What the server itself said; Node's own codes come without severity. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}
