/**
 * The writes to Cloud SQL: each is one request on a connection of its own, sent once and never again by itself.
 */
import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import type { sqladmin_v1 } from '@googleapis/sqladmin'
import type { Clearance } from './clearance.ts'
import { backupBodyOf, instanceName, patchBodyOf, replicaBodyOf } from './cloud-sql-bodies.ts'
import { guardedConnection } from './cloud-sql-connection.ts'
import { refusedWrite } from './cloud-sql-faults.ts'
import type { Google } from './cloud-sql-google.ts'
import { readAccepted } from './cloud-sql-wire.ts'
import { Fault } from './fault.ts'
import { before, credentials, type GoogleApi } from './google-call.ts'
import { type GoogleMethodName, googleMethods } from './google-methods.ts'
import type { CloudSqlOperation, CloudSqlWriter } from './ports/cloud-sql.ts'
import type { Clock } from './world.ts'

type Options = {
  readonly project: string
  readonly clock: Clock
  readonly writeTimeOutMs?: number
}

/** How every write goes out. */
type How = {
  readonly headers: Headers
  readonly agent: HttpAgent | HttpsAgent
  readonly signal: AbortSignal
  readonly retry: false
  readonly redirect: 'error'
  readonly responseType: 'json'
  readonly validateStatus: () => boolean
}

type Writing = {
  readonly method: GoogleMethodName
  readonly what: string
  /** Whose clearance it spends. */
  readonly database: string
  /** Whose operation it is answered with. */
  readonly instance: string
  readonly call: (
    admin: sqladmin_v1.Sqladmin,
    how: How,
  ) => Promise<{ readonly status: number; readonly data: unknown; readonly headers: object }>
}

export function writerOf(
  options: Options,
  google: () => Promise<Google>,
  api: GoogleApi,
): CloudSqlWriter {
  const { project } = options
  const send = async (clearance: Clearance, writing: Writing): Promise<CloudSqlOperation> =>
    sendOnce({ ...options, api, clearance, clients: await google() }, writing)
  return {
    patch: async (clearance, change) => {
      const instance = knownInstance(change.instance)
      const requestBody = patchBodyOf(change)
      return send(clearance, {
        ...{ method: 'sql.instances.patch', what: `patch of ${instance}` },
        ...{ database: instance, instance },
        call: ({ instances }, how) => instances.patch({ project, instance, requestBody }, how),
      })
    },
    createReplica: async (clearance, replica) => {
      const [instance, primary] = [knownInstance(replica.name), knownInstance(replica.primary)]
      const requestBody = replicaBodyOf(replica)
      return send(clearance, {
        ...{ method: 'sql.instances.insert', what: `creation of ${instance}` },
        ...{ database: primary, instance },
        call: ({ instances }, how) => instances.insert({ project, requestBody }, how),
      })
    },
    deleteReplica: async (clearance, { name, primary }) => {
      const [instance, database] = [knownInstance(name), knownInstance(primary)]
      return send(clearance, {
        ...{ method: 'sql.instances.delete', what: `deletion of ${instance}` },
        ...{ database, instance },
        call: ({ instances }, how) => instances.delete({ project, instance }, how),
      })
    },
    backUp: async (clearance, { instance: name, description }) => {
      const instance = knownInstance(name)
      const requestBody = backupBodyOf(instance, description)
      return send(clearance, {
        ...{ method: 'sql.backupRuns.insert', what: `backup of ${instance}` },
        ...{ database: instance, instance },
        call: ({ backupRuns }, how) => backupRuns.insert({ project, instance, requestBody }, how),
      })
    },
  }
}

type Sending = Options & {
  readonly api: GoogleApi
  readonly clearance: Clearance
  readonly clients: Google
}

async function sendOnce(sending: Sending, writing: Writing): Promise<CloudSqlOperation> {
  const { clock, api, clearance, clients } = sending
  const { method, what, database, instance, call } = writing
  const deadline = AbortSignal.timeout(sending.writeTimeOutMs ?? 10_000)
  const connection = guardedConnection(api.root, deadline, () =>
    clearance.spend(clock.now(), `databases.${database}`),
  )
  const failed = (error: unknown): Fault => {
    const refusal = connection.refusal()
    if (refusal instanceof Fault) return refusal
    const sent = connection.opened() ? 'unknown' : 'no'
    const code = deadline.aborted ? 'time-out' : 'unreachable'
    const why = deadline.aborted ? 'no answer in time' : String(error)
    return new Fault(code, sent, `${what}: ${why}`, { cause: error })
  }
  try {
    const headers = await credentials(clients.auth, api, deadline)
    const how: How = {
      headers,
      agent: connection.agent,
      signal: deadline,
      retry: false,
      redirect: 'error',
      responseType: 'json',
      validateStatus: () => true,
    }
    const { status, data, headers: answered } = await before(deadline, call(clients.admin, how))
    if (status >= 200 && status < 300) return readAccepted(data, instance)
    const { permission } = googleMethods[method]
    throw refusedWrite(status, data, retryAfterOf(answered), { now: clock.now(), permission })
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

export function knownInstance(name: string): string {
  if (instanceName.safeParse(name).success) return name
  throw new Fault('invalid', 'no', `${name} is no name of a Cloud SQL instance`)
}
