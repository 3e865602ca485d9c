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

export type PostgresReader = {
  /** `SHOW max_connections`, asked of the database itself. */
  maxConnections: (database: string) => Promise<number>
  /** Sessions of all users at this moment. */
  sessions: (database: string) => Promise<number>
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
