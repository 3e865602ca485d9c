/**
 * Cloud SQL through Google's own clients: reads by @google-cloud/sql, the one write by
 * @googleapis/sqladmin.
 */
import type { Clearance } from './clearance.ts'
import { pause } from './clock.ts'
import { guardedConnection } from './cloud-sql-connection.ts'
import { failedRead, refusedWrite } from './cloud-sql-faults.ts'
import { type Google, lazyGoogle, rootOf } from './cloud-sql-google.ts'
import {
  instanceName,
  type PatchBody,
  patchBodyOf,
  readAccepted,
  readInstance,
  readOperation,
  readOperations,
} from './cloud-sql-wire.ts'
import { Fault } from './fault.ts'
import type { CloudSqlOperation, CloudSqlReader, CloudSqlWriter } from './ports/cloud-sql.ts'
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

/** Of one instance, at most. world.ts */
const operationCount = 20
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
  const { project, clock, readTimeOutMs = 5_000 } = options

  /**
   * All tries together have the time-out; it also holds where the client would wait for
   * credentials.
   */
  async function asked(what: string, question: Question): Promise<unknown> {
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
        if (pauseMs === undefined || !isUnavailable(error)) throw failedRead(what, error)
        await pause(pauseMs)
      }
    }
  }

  return {
    instance: async (name) => {
      const instance = knownInstance(name)
      const reply = await asked(`instance ${instance}`, ({ instances }, call) =>
        instances.get({ project, instance }, call),
      )
      return readInstance(reply)
    },
    operation: async (name) => {
      const reply = await asked(`operation ${name}`, ({ operations }, call) =>
        operations.get({ project, operation: name }, call),
      )
      return readOperation(reply)
    },
    operations: async (name) => {
      const instance = knownInstance(name)
      const reply = await asked(`operations of ${instance}`, ({ operations }, call) =>
        operations.list({ project, instance, maxResults: operationCount }, call),
      )
      return readOperations(reply)
    },
  }
}

/**
 * The client's own retrying is off: when it gives up it hides why (code 4). facts/cloudsql.md, 5.
 */
type CallOptions = { readonly timeout: number; readonly retry: null }
type Question = (google: Google, call: CallOptions) => Promise<readonly unknown[]>

function writerOf(
  options: CloudSqlOptions,
  google: () => Promise<Google>,
  root: URL,
): CloudSqlWriter {
  return {
    patch: async (clearance, change) => {
      const instance = knownInstance(change.instance)
      const body = patchBodyOf(change)
      return sendPatch({ ...options, root, clearance, instance, body, clients: await google() })
    },
  }
}

type Sending = CloudSqlOptions & {
  readonly root: URL
  readonly clearance: Clearance
  readonly instance: string
  readonly body: PatchBody
  readonly clients: Google
}

async function sendPatch(sending: Sending): Promise<CloudSqlOperation> {
  const { project, clock, root, clearance, instance, body, clients } = sending
  const deadline = AbortSignal.timeout(sending.writeTimeOutMs ?? 10_000)
  const connection = guardedConnection(root, deadline, () =>
    clearance.spend(clock.now(), `databases.${instance}`),
  )
  const failed = (error: unknown): Fault => {
    const refusal = connection.refusal()
    if (refusal instanceof Fault) return refusal
    const sent = connection.opened() ? 'unknown' : 'no'
    const code = deadline.aborted ? 'time-out' : 'unreachable'
    const why = deadline.aborted ? 'no answer in time' : String(error)
    return new Fault(code, sent, `patch of ${instance}: ${why}`, { cause: error })
  }
  try {
    const headers = await credentials(clients, root, deadline)
    const response = await before(
      deadline,
      clients.admin.instances.patch(
        { project, instance, requestBody: body },
        {
          headers,
          agent: connection.agent,
          signal: deadline,
          retry: false,
          redirect: 'error',
          responseType: 'json',
          validateStatus: () => true,
        },
      ),
    )
    const { status } = response
    const data: unknown = response.data
    if (status >= 200 && status < 300) return readAccepted(data, instance)
    throw refusedWrite(status, data, retryAfterOf(response.headers), clock.now())
  } catch (error) {
    throw error instanceof Fault ? error : failed(error)
  }
}

/**
 * Typed as a plain object, and at run time node-fetch's Headers: googleapis-common converts only
 * the global class.
 */
function retryAfterOf(headers: object): string | null {
  const get: unknown = Reflect.get(headers, 'get')
  const name = 'retry-after'
  const value: unknown =
    typeof get === 'function' ? get.call(headers, name) : Reflect.get(headers, name)
  return typeof value === 'string' ? value : null
}

async function credentials(clients: Google, root: URL, deadline: AbortSignal): Promise<Headers> {
  try {
    return await before(deadline, clients.auth.getRequestHeaders(root.href))
  } catch (error) {
    if (deadline.aborted) throw error
    throw new Fault('forbidden', 'no', `no credentials for Cloud SQL: ${String(error)}`, {
      cause: error,
    })
  }
}

/** The work's result, or the deadline's reason as soon as it has passed. */
async function before<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
  deadline.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const late = (): void => reject(deadline.reason)
  deadline.addEventListener('abort', late, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    deadline.removeEventListener('abort', late)
  }
}

function isUnavailable(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === unavailable
  )
}

function knownInstance(name: string): string {
  if (instanceName.safeParse(name).success) return name
  throw new Fault('invalid', 'no', `${name} is no name of a Cloud SQL instance`)
}
