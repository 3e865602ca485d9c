/** What every process of a pooler is asked and told, over PgBouncer's admin console. Types only. */
import type { Clearance } from '../clearance.ts'

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
  /**
   * Every process, in the order of the URLs. A Fault when one of them does not answer, or when
   * there are more or fewer than the System document says.
   */
  processes: (pooler: string) => Promise<readonly PgBouncerProcess[]>
}

/** What is left out, or undefined, stays as it is. */
export type SettingsChange = {
  readonly [Name in keyof PgBouncerSettings]?: PgBouncerSettings[Name] | undefined
}

export type PoolerChange = {
  readonly pooler: string
  readonly settings: SettingsChange
}

export type PoolerHold = {
  readonly pooler: string
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
