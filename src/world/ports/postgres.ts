/** What a PostgreSQL server is asked and told. Types only. */
import type { Clearance } from '../clearance.ts'

/** All client sessions at one moment; a name that is empty is ''. */
export type SessionCounts = {
  readonly total: number
  readonly byState: ReadonlyMap<string, number>
  readonly byUser: ReadonlyMap<string, number>
  readonly byApplication: ReadonlyMap<string, number>
  readonly byDatabase: ReadonlyMap<string, number>
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

export type PostgresSetting = {
  readonly name: string
  /** What holds now, in `unit`. */
  readonly value: string
  readonly unit: string | null
  /** Another value is written down and waits for a restart. */
  readonly isPendingRestart: boolean
}

export type PostgresReader = {
  /** `SHOW max_connections`, asked of the database itself. */
  maxConnections: (database: string) => Promise<number>
  /** Sessions of all users at this moment. */
  sessions: (database: string) => Promise<number>
  sessionCounts: (database: string) => Promise<SessionCounts>
  /** The oldest first, at most 20. */
  longestTransactions: (database: string) => Promise<readonly OpenTransaction[]>
  /** The oldest first, at most 100. */
  idleInTransaction: (database: string, filter: IdleFilter) => Promise<readonly OpenTransaction[]>
  /** Those of the given sessions that are still there. */
  presentSessions: (
    database: string,
    sessions: readonly SessionKey[],
  ) => Promise<readonly SessionKey[]>
  replicationLag: (database: string) => Promise<ReplicationLag>
  /** Settings that were changed and wait for a restart. */
  pendingRestart: (database: string) => Promise<readonly PostgresSetting[]>
  /** Null: this server has no such setting. */
  setting: (database: string, name: string) => Promise<PostgresSetting | null>
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
