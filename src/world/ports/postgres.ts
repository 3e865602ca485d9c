/** What a PostgreSQL server is asked and told. Types only. */
import type { Clearance } from '../clearance.ts'

/** Client sessions at one moment that are alike; a name that is empty is ''. */
export type SessionGroup = {
  readonly user: string
  readonly application: string
  readonly database: string
  /** active, idle, idle in transaction, ... */
  readonly state: string
  readonly sessions: number
  /** Of the one that is in this state longest. */
  readonly longestSeconds: number
}

/**
 * One session, never its successor: a pid is used again. With `transactionStart` also only while it
 * is in that transaction: a pooler's session goes on to the next client. Times to the microsecond.
 */
export type SessionKey = {
  readonly pid: number
  readonly backendStart: string
  readonly transactionStart?: string
}

export type OpenTransaction = {
  readonly pid: number
  readonly backendStart: string
  readonly transactionStart: string
  readonly ageSeconds: number
  /** How long it has done nothing; null: it is at work. */
  readonly idleSeconds: number | null
  readonly user: string
  readonly application: string
  readonly database: string
}

export type IdleFilter = {
  /** At least so long. */
  readonly idleSeconds: number
  readonly user?: string | undefined
  readonly application?: string | undefined
}

export type ReplicationLag =
  | {
      readonly kind: 'primary'
      readonly replicas: readonly {
        readonly name: string
        readonly state: string
        readonly lagBytes: number | null
        /** Null: it has nothing to replay. */
        readonly lagSeconds: number | null
      }[]
    }
  | {
      readonly kind: 'replica'
      readonly isReceiving: boolean
      readonly isPaused: boolean
      /** Null: nothing was replayed yet. */
      readonly lagSeconds: number | null
    }

export type PostgresReader = {
  /** `SHOW max_connections`, asked of the database itself. */
  maxConnections: (database: string) => Promise<number>
  /** Every session of every user at this moment. */
  sessions: (database: string) => Promise<readonly SessionGroup[]>
  /** The oldest first, at most 20. */
  longestTransactions: (database: string) => Promise<readonly OpenTransaction[]>
  /** The oldest first, at most 100. */
  idleInTransaction: (database: string, filter: IdleFilter) => Promise<readonly OpenTransaction[]>
  replicationLag: (database: string) => Promise<ReplicationLag>
  /** The names of settings that were changed and wait for a restart. */
  pendingRestart: (database: string) => Promise<readonly string[]>
}

export type PostgresWriter = {
  /**
   * Ends these sessions and no others, at most 100, and gives those that were told to end. Spends
   * the clearance of `databases.<database>` immediately before. Throws a Fault.
   */
  terminateSessions: (
    clearance: Clearance,
    database: string,
    sessions: readonly SessionKey[],
  ) => Promise<readonly SessionKey[]>
}
