/**
 * Cloud SQL through Google's own clients: reads by @google-cloud/sql, writes by
 * @googleapis/sqladmin.
 */
import { pause } from './clock.ts'
import { failedRead } from './cloud-sql-faults.ts'
import { before, credentials, type Google, lazyGoogle, rootOf } from './cloud-sql-google.ts'
import { readBackups, readInstance, readOperation, readOperations } from './cloud-sql-wire.ts'
import { knownInstance, writerOf } from './cloud-sql-write.ts'
import { Fault } from './fault.ts'
import { type GoogleMethodName, googleMethods } from './google-methods.ts'
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
/** UNAVAILABLE: refused, reset or 503. Reads alone are asked again, after these pauses. */
const unavailable = 14
const readPausesMs = [100, 400]

export function connectCloudSql(options: CloudSqlOptions): {
  readonly reader: CloudSqlReader
  readonly writer: CloudSqlWriter
} {
  const root = rootOf(options.apiRoot)
  const google = lazyGoogle(options.apiRoot)
  return { reader: readerOf(options, google, root), writer: writerOf(options, google, root) }
}

function readerOf(
  options: CloudSqlOptions,
  google: () => Promise<Google>,
  root: URL,
): CloudSqlReader {
  const { project } = options
  const asked = askerOf(options, google, root)
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

type Ask = (method: GoogleMethodName, what: string, question: Question) => Promise<unknown>

/**
 * All tries together have the time-out; it also holds where the client would wait for
 * credentials.
 */
function askerOf(options: CloudSqlOptions, google: () => Promise<Google>, root: URL): Ask {
  const { clock, readTimeOutMs = 5_000 } = options
  return async (method, what, question) => {
    const { permission } = googleMethods[method]
    const clients = await google()
    const deadline = AbortSignal.timeout(readTimeOutMs)
    const endsAt = clock.now() + readTimeOutMs
    for (let tries = 0; ; tries += 1) {
      const timeout = Math.max(1, Math.min(readTimeOutMs, endsAt - clock.now()))
      try {
        // The client must find them there: without them it rejects a promise that nobody holds,
        // which ends the process, and stays broken. Tried with @google-cloud/sql 0.32.0.
        await credentials(clients, root, deadline)
        const [reply] = await before(deadline, question(clients, { timeout, retry: null }))
        return reply
      } catch (error) {
        if (deadline.aborted) throw new Fault('time-out', 'no', `${what}: no answer in time`)
        const pauseMs = readPausesMs[tries]
        if (pauseMs === undefined || !isUnavailable(error))
          throw failedRead(what, error, permission)
        await pause(pauseMs)
      }
    }
  }
}

/**
 * The client's own retrying is off: when it gives up it hides why (code 4). facts/cloudsql.md, 5.
 */
type CallOptions = { readonly timeout: number; readonly retry: null }
type Question = (google: Google, call: CallOptions) => Promise<readonly unknown[]>

function isUnavailable(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === unavailable
  )
}
