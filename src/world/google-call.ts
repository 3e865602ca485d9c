/** What every read and write of a Google API shares: its root, its credentials, and its one time-out. */
import type { GoogleAuth } from 'google-auth-library'
import { pause } from './clock.ts'
import { Fault } from './fault.ts'
import { failedRead } from './google-faults.ts'
import { type GoogleMethodName, googleMethods } from './google-methods.ts'
import type { Clock } from './world.ts'

/** UNAVAILABLE: refused, reset or 503. Reads alone are asked again, after these pauses. */
const unavailable = 14
const readPausesMs = [100, 400]

export type GoogleApi = { readonly name: string; readonly root: URL }

/**
 * Another root than Google's own is this machine: it gets no credentials, so it may be nobody
 * else's. contract.md, 2.
 */
export function rootOf(apiRoot: string | undefined, googleRoot: string): URL {
  const root = new URL(apiRoot ?? googleRoot)
  if (apiRoot === undefined) return root
  if (root.protocol !== 'http:' || !['127.0.0.1', 'localhost', '[::1]'].includes(root.hostname))
    throw new Error(`the Google API root must be http:// on loopback, not ${root.origin}`)
  return root
}

/**
 * The client's own retrying is off: when it gives up it hides why (code 4). facts/cloudsql.md, 5.
 */
export type CallOptions = { readonly timeout: number; readonly retry: null }
type Question<Clients> = (clients: Clients, call: CallOptions) => Promise<readonly unknown[]>

/**
 * All tries together have the time-out; it also holds where the client would wait for credentials.
 */
export function askerOf<Clients extends { readonly auth: GoogleAuth }>(means: {
  readonly api: GoogleApi
  readonly clients: () => Promise<Clients>
  readonly clock: Clock
  readonly timeOutMs: number
}) {
  const { api, clock, timeOutMs } = means
  return async (
    method: GoogleMethodName,
    what: string,
    question: Question<Clients>,
  ): Promise<unknown> => {
    const { permission } = googleMethods[method]
    const clients = await means.clients()
    const deadline = AbortSignal.timeout(timeOutMs)
    const endsAt = clock.now() + timeOutMs
    for (let tries = 0; ; tries += 1) {
      const timeout = Math.max(1, Math.min(timeOutMs, endsAt - clock.now()))
      try {
        // The client must find them there: without them it rejects a promise that nobody holds,
        // which ends the process, and stays broken. Tried with @google-cloud/sql 0.32.0.
        await credentials(clients.auth, api, deadline)
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

export async function credentials(
  auth: GoogleAuth,
  api: GoogleApi,
  deadline: AbortSignal,
): Promise<Headers> {
  try {
    return await before(deadline, auth.getRequestHeaders(api.root.href))
  } catch (error) {
    if (deadline.aborted) throw error
    throw new Fault('forbidden', 'no', `no credentials for ${api.name}: ${String(error)}`, {
      cause: error,
    })
  }
}

/** The work's result, or the deadline's reason as soon as it has passed. */
export async function before<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
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
