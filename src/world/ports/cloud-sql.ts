/** What Cloud SQL is asked and told. Types only; facts/cloudsql.md, 3 to 9. */
import type { Clearance } from '../clearance.ts'

export type CloudSqlInstance = {
  readonly name: string
  readonly region: string
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
  /** The names of its read replicas, whatever state they are in, in the order of the alphabet. */
  readonly replicas: readonly string[]
}

export type CloudSqlOperation = {
  readonly name: string
  readonly instance: string
  /** UPDATE, RESTART, CREATE_REPLICA, DELETE, BACKUP_VOLUME, ... */
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

export type CloudSqlBackup = {
  readonly description: string
  /** ENQUEUED, RUNNING, SUCCESSFUL, FAILED, ... */
  readonly status: string
  readonly enqueuedAt: number | null
}

/** A new instance that reads from `primary`: zonal, without flags. */
export type NewReplica = {
  readonly name: string
  readonly primary: string
  readonly region: string
  /** The primary's own. */
  readonly version: number
  readonly tier: string
  readonly edition: 'enterprise' | 'enterprise-plus'
  readonly diskGb: number
  readonly userLabels: Readonly<Record<string, string>>
}

export type CloudSqlReader = {
  instance: (name: string) => Promise<CloudSqlInstance>
  operation: (name: string) => Promise<CloudSqlOperation>
  /** Of one instance, newest first, at most 20. */
  operations: (instance: string) => Promise<readonly CloudSqlOperation[]>
  /** Of one instance, newest first, at most 20. */
  backups: (instance: string) => Promise<readonly CloudSqlBackup[]>
}

/** Each spends the clearance immediately before its one request is written. Throws a Fault. */
export type CloudSqlWriter = {
  patch: (clearance: Clearance, change: CloudSqlPatch) => Promise<CloudSqlOperation>
  /** Spends the clearance of `databases.<primary>`. A name that is taken, or was within a week, is refused. */
  createReplica: (clearance: Clearance, replica: NewReplica) => Promise<CloudSqlOperation>
  /** Spends the clearance of `databases.<primary>`. */
  deleteReplica: (
    clearance: Clearance,
    replica: { readonly name: string; readonly primary: string },
  ) => Promise<CloudSqlOperation>
  backUp: (
    clearance: Clearance,
    backup: { readonly instance: string; readonly description: string },
  ) => Promise<CloudSqlOperation>
}
