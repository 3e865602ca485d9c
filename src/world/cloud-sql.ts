/**
 * Cloud SQL through Google's own clients: reads by @google-cloud/sql, writes by
 * @googleapis/sqladmin.
 */
import { type Google, lazyGoogle, sqlApi } from './cloud-sql-google.ts'
import { readBackups, readInstance, readOperation, readOperations } from './cloud-sql-wire.ts'
import { knownInstance, writerOf } from './cloud-sql-write.ts'
import { askerOf, type GoogleApi } from './google-call.ts'
import type { CloudSqlReader, CloudSqlWriter } from './ports/cloud-sql.ts'
import type { Clock } from './world.ts'

export type CloudSqlOptions = {
  readonly project: string
  /** Another root than Google's: loopback only, and then no credentials are loaded or sent. */
  readonly apiRoot?: string
  readonly clock: Clock
  /** How long an answer is waited for: DESIGN.md, 3 counts on 10 s for the whole of a write. */
  readonly readTimeOutMs?: number
  readonly writeTimeOutMs?: number
}

/** Of one instance, at most. ports/cloud-sql.ts */
const newestCount = 20

export function connectCloudSql(options: CloudSqlOptions): {
  readonly reader: CloudSqlReader
  readonly writer: CloudSqlWriter
  /** Loads Google's code, which takes a while: the first question need not wait for it. */
  readonly load: () => Promise<void>
} {
  const api = sqlApi(options.apiRoot)
  const google = lazyGoogle(options.apiRoot)
  return {
    reader: readerOf(options, google, api),
    writer: writerOf(options, google, api),
    load: async () => void (await google()),
  }
}

function readerOf(
  options: CloudSqlOptions,
  google: () => Promise<Google>,
  api: GoogleApi,
): CloudSqlReader {
  const { project, clock, readTimeOutMs: timeOutMs = 5_000 } = options
  const asked = askerOf({ api, clients: google, clock, timeOutMs })
  return {
    instance: async (name) => {
      const instance = knownInstance(name)
      const reply = await asked(
        'sql.instances.get',
        `instance ${instance}`,
        ({ instances }, call) => instances.get({ project, instance }, call),
      )
      return readInstance(reply)
    },
    operation: async (name) => {
      const reply = await asked('sql.operations.get', `operation ${name}`, ({ operations }, call) =>
        operations.get({ project, operation: name }, call),
      )
      return readOperation(reply)
    },
    operations: async (name) => {
      const instance = knownInstance(name)
      const reply = await asked(
        'sql.operations.list',
        `operations of ${instance}`,
        ({ operations }, call) =>
          operations.list({ project, instance, maxResults: newestCount }, call),
      )
      return readOperations(reply)
    },
    backups: async (name) => {
      const instance = knownInstance(name)
      const what = `backups of ${instance}`
      const reply = await asked('sql.backupRuns.list', what, ({ backupRuns }, call) =>
        backupRuns.list({ project, instance, maxResults: newestCount }, call),
      )
      return readBackups(reply)
    },
  }
}
