/**
 * The world as the product holds it: what it reads and writes there. Types only; each source's own
 * are in ports/, adapters stand beside this file.
 */

import type { CeleryReader, CeleryWriter } from './ports/celery.ts'
import type { ClockReader } from './ports/clocks.ts'
import type { CloudRunReader, CloudRunWriter } from './ports/cloud-run.ts'
import type { CloudSqlReader, CloudSqlWriter } from './ports/cloud-sql.ts'
import type { LoadTestReader, LoadTestWriter } from './ports/load-test.ts'
import type { MonitoringReader, MonitoringWriter } from './ports/monitoring.ts'
import type { PgBouncerReader, PgBouncerWriter } from './ports/pgbouncer.ts'
import type { PostgresReader, PostgresWriter } from './ports/postgres.ts'

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

/**
 * What may be asked. A source that is not configured is absent, with how to let it be seen.
 * Observation, prediction, probe and verification hold this and nothing that writes.
 */
export type WorldReader = {
  readonly cloudSql: CloudSqlReader | Unconfigured
  readonly cloudRun: CloudRunReader | Unconfigured
  readonly monitoring: MonitoringReader | Unconfigured
  readonly postgres: PostgresReader | Unconfigured
  readonly pgBouncer: PgBouncerReader | Unconfigured
  readonly celery: CeleryReader | Unconfigured
  readonly loadTest: LoadTestReader | Unconfigured
  readonly clocks: ClockReader | Unconfigured
}

export type WorldWriter = {
  readonly cloudSql: CloudSqlWriter | Unconfigured
  readonly cloudRun: CloudRunWriter | Unconfigured
  readonly monitoring: MonitoringWriter | Unconfigured
  readonly postgres: PostgresWriter | Unconfigured
  readonly pgBouncer: PgBouncerWriter | Unconfigured
  readonly celery: CeleryWriter | Unconfigured
  readonly loadTest: LoadTestWriter | Unconfigured
}

export type World = { readonly read: WorldReader; readonly write: WorldWriter }

/** No source is configured; `remedy` says what to set. */
export type Unconfigured = { readonly unconfigured: true; readonly remedy: string }
