/** The ports to the outside: what the product reads and writes there. Types only; adapters stand beside this file. */
import type { Clearance } from './clearance.ts'

/** Milliseconds since the epoch. The only source of time; pure code is handed the number. */
export type Clock = { readonly now: () => number }

/** Does something later, unless it is cancelled before. */
export type Timers = {
  readonly after: (waitMs: number, work: () => void) => { readonly cancel: () => void }
}

/** One value that was asked for, with its source and time. An answer that did not come is a value too. */
export type Fact =
  | {
      readonly kind: 'observed'
      /** The path in the System document, for example `databases.tuki-db-prod.tier`. */
      readonly name: string
      readonly value: unknown
      readonly source: string
      readonly observedAt: number
    }
  | {
      readonly kind: 'unavailable'
      readonly name: string
      readonly source: string
      readonly why: string
    }

export type CloudSqlInstance = {
  readonly name: string
  readonly state: string
  readonly activationPolicy: string
  /** The optimistic lock of the Admin API: a stale one is refused with 412. facts/cloudsql.md, 4. */
  readonly settingsVersion: string
  readonly tier: string
  readonly edition: 'enterprise' | 'enterprise-plus'
  readonly availability: 'regional' | 'zonal'
  readonly diskGb: number
  /** The major version; null where the Admin API names one that is not PostgreSQL. */
  readonly version: number | null
  readonly flags: Readonly<Record<string, string>>
  readonly userLabels: Readonly<Record<string, string>>
  readonly primary: string | null
}

export type CloudSqlOperation = {
  readonly name: string
  readonly instance: string
  /** UPDATE, RESTART, CREATE_REPLICA, ... */
  readonly type: string
  readonly status: 'pending' | 'running' | 'done'
  /** Done does not mean success: the first error's code and message. */
  readonly error: string | null
  readonly insertedAt: number | null
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly user: string | null
}

/** A write to one instance. Only what is named is changed. */
export type CloudSqlPatch = {
  readonly instance: string
  readonly settingsVersion: string
  readonly tier?: string
  readonly availability?: 'regional' | 'zonal'
  /** The whole list: what is not in it goes back to its default. */
  readonly flags?: Readonly<Record<string, string>>
  readonly userLabels: Readonly<Record<string, string>>
}

export type CloudSqlReader = {
  instance: (name: string) => Promise<CloudSqlInstance>
  operation: (name: string) => Promise<CloudSqlOperation>
  /** Of one instance, newest first, at most 20. */
  operations: (instance: string) => Promise<readonly CloudSqlOperation[]>
}

export type CloudSqlWriter = {
  /** Spends the clearance immediately before the request is written. Throws a Fault. */
  patch: (clearance: Clearance, change: CloudSqlPatch) => Promise<CloudSqlOperation>
}

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

export type PgBouncerSettings = {
  readonly mode: 'session' | 'transaction' | 'statement'
  readonly defaultPoolSize: number
  readonly reservePoolSize: number
  readonly maxClientConn: number
  readonly maxDbConnections: number
  readonly serverLoginRetrySeconds: number
}

/** One row for each database and user. */
export type PgBouncerPool = {
  readonly database: string
  readonly user: string
  readonly mode: string
  readonly activeClients: number
  readonly waitingClients: number
  /** Of the client that waits longest. */
  readonly waitSeconds: number
  readonly activeServers: number
  readonly idleServers: number
  /** Every server connection, whatever it does. */
  readonly servers: number
}

export type PgBouncerDatabase = {
  readonly name: string
  /** What holds for it: its own line in the configuration beats `defaultPoolSize`. */
  readonly poolSize: number
  readonly maxConnections: number
  readonly servers: number
  readonly isPaused: boolean
  readonly isDisabled: boolean
}

export type PgBouncerStats = {
  readonly database: string
  readonly queryCount: number
  readonly queriesPerSecond: number
  readonly meanQueryMs: number
  readonly meanWaitMs: number
}

/** One process of a pooler; its console's own database is left out. */
export type PgBouncerProcess = {
  readonly version: string
  readonly settings: PgBouncerSettings
  /** How long PAUSE may hold clients before they are refused; 0: for ever. */
  readonly queryWaitTimeoutSeconds: number
  readonly databases: readonly PgBouncerDatabase[]
  readonly pools: readonly PgBouncerPool[]
  readonly stats: readonly PgBouncerStats[]
}

export type PgBouncerReader = {
  /** Every process, in the order of the URLs. A Fault when one of them does not answer. */
  processes: () => Promise<readonly PgBouncerProcess[]>
}

export type PoolerChange = {
  readonly pooler: string
  /** As the System document has it: refused when another number can be reached. */
  readonly processes: number
  readonly settings: Partial<PgBouncerSettings>
}

export type PoolerHold = {
  readonly pooler: string
  readonly processes: number
  /** The database whose clearance this spends; every database of the pooler is held. */
  readonly database: string
}

export type PgBouncerWriter = {
  /** SET on every process, until it restarts; spends the clearance of `poolers.<pooler>`. */
  set: (clearance: Clearance, change: PoolerChange) => Promise<void>
  /** PAUSE on every process; over only when SHOW POOLS shows that no server works. */
  pause: (clearance: Clearance, hold: PoolerHold) => Promise<void>
  /** RESUME on every process that can be reached, whatever became of the PAUSE. */
  resume: (clearance: Clearance, hold: PoolerHold) => Promise<void>
}

/**
 * What may be asked. A source that is not configured is absent, with how to let it be seen.
 * Observation, prediction, probe and verification hold this and nothing that writes.
 */
export type WorldReader = {
  readonly cloudSql: CloudSqlReader | Unconfigured
  readonly postgres: PostgresReader | Unconfigured
}

export type WorldWriter = { readonly cloudSql: CloudSqlWriter | Unconfigured }

export type World = { readonly read: WorldReader; readonly write: WorldWriter }

/** No source is configured; `remedy` says what to set. */
export type Unconfigured = { readonly unconfigured: true; readonly remedy: string }
