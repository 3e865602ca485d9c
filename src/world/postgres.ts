/**
 * The databases themselves: what only they know about their connections, and the end of a session.
 * facts/cloudsql.md, 1.
 */
import { Fault } from './fault.ts'
import type { PostgresReader, PostgresWriter } from './ports/postgres.ts'
import { lineTo, type PostgresLine } from './postgres-line.ts'
import {
  idleInTransaction,
  longestTransactions,
  maxConnections,
  pendingRestart,
  type Question,
  replicationLag,
  sessions,
} from './postgres-questions.ts'
import { terminate } from './postgres-terminate.ts'
import { databaseVariable, type PostgresAddress, readPostgresUrl } from './postgres-url.ts'
import type { Clock, Timers } from './world.ts'

export type PostgresOptions = {
  /** By the database's name in the System document. */
  readonly urls: ReadonlyMap<string, string>
  readonly clock: Clock
  readonly timers: Timers
  readonly connectMs?: number
  readonly statementMs?: number
  /** From the question to its answer; an observation may take 5 s at most. */
  readonly answerMs?: number
  readonly writeMs?: number
  /** 0 where the process ends after the answer: an open connection would keep it. */
  readonly idleMs?: number
}

export type ConnectedPostgres = {
  readonly reader: PostgresReader
  readonly writer: PostgresWriter
  readonly close: () => Promise<void>
}

/** Connects to nothing yet. Throws where a URL is not well formed, without repeating it. */
export function connectPostgres(options: PostgresOptions): ConnectedPostgres {
  const { connectMs = 3_000, statementMs = 3_000, answerMs = 4_500, idleMs = 30_000 } = options
  const addressOf = addressesOf(options)
  const lines = new Map<string, PostgresLine>()

  function lineOf(database: string): PostgresLine {
    const address = addressOf(database)
    const { timers } = options
    const times = { answerMs, connectMs, statementMs, idleMs }
    const line = lines.get(database) ?? lineTo({ subject: database, address, timers, ...times })
    lines.set(database, line)
    return line
  }

  async function ask<Answer>(database: string, question: Question<Answer>): Promise<Answer> {
    return question.read(await lineOf(database).ask(question.sql, question.values), database)
  }

  return {
    reader: {
      maxConnections: (database) => ask(database, maxConnections),
      sessions: (database) => ask(database, sessions),
      longestTransactions: (database) => ask(database, longestTransactions),
      idleInTransaction: (database, filter) => ask(database, idleInTransaction(filter)),
      replicationLag: (database) => ask(database, replicationLag),
      pendingRestart: (database) => ask(database, pendingRestart),
    },
    writer: {
      terminateSessions: async (clearance, database, ended) => {
        const { clock, writeMs = 10_000 } = options
        const address = addressOf(database)
        const times = { connectMs, writeMs }
        return terminate({
          subject: database,
          address,
          clock,
          clearance,
          sessions: ended,
          ...times,
        })
      },
    },
    close: async () => {
      await Promise.all([...lines.values()].map((line) => line.close()))
    },
  }
}

function addressesOf({ urls }: PostgresOptions): (database: string) => PostgresAddress {
  const addresses = new Map<string, PostgresAddress>()
  for (const [database, url] of urls) {
    const read = readPostgresUrl(url)
    if (read.kind === 'wrong') throw new Error(`${databaseVariable(database)} ${read.problem}`)
    addresses.set(database, read.address)
  }
  return (database) => {
    const address = addresses.get(database)
    if (address !== undefined) return address
    throw new Fault('not-found', 'no', `${database}: set ${databaseVariable(database)}`)
  }
}
