/**
 * Google's two clients for the Cloud SQL Admin API and their credentials, loaded at the first use:
 * they cost 0.3 s.
 */
import type { v1 } from '@google-cloud/sql'
import type { sqladmin_v1 } from '@googleapis/sqladmin'
import type { GoogleAuth } from 'google-auth-library'
import { Fault } from './fault.ts'

export type Google = {
  readonly instances: v1.SqlInstancesServiceClient
  readonly operations: v1.SqlOperationsServiceClient
  readonly backupRuns: v1.SqlBackupRunsServiceClient
  readonly admin: sqladmin_v1.Sqladmin
  readonly auth: GoogleAuth
}

const googleRoot = 'https://sqladmin.googleapis.com'
const scope = 'https://www.googleapis.com/auth/sqlservice.admin'

/**
 * Another root than Google's own is this machine: it gets no credentials, so it may be nobody
 * else's. contract.md, 2.
 */
export function rootOf(apiRoot: string | undefined): URL {
  const root = new URL(apiRoot ?? googleRoot)
  if (apiRoot === undefined) return root
  if (root.protocol !== 'http:' || !['127.0.0.1', 'localhost', '[::1]'].includes(root.hostname))
    throw new Error(`the Google API root must be http:// on loopback, not ${root.origin}`)
  return root
}

export function lazyGoogle(apiRoot: string | undefined): () => Promise<Google> {
  let google: Promise<Google> | undefined
  return () => {
    google ??= loadGoogle(apiRoot)
    return google
  }
}

async function loadGoogle(apiRoot: string | undefined): Promise<Google> {
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library')
  const { v1 } = await import('@google-cloud/sql')
  const { sqladmin } = await import('@googleapis/sqladmin')
  const root = rootOf(apiRoot)
  const local = apiRoot !== undefined
  const nobody = new GoogleAuth({ authClient: new PassThroughClient() })
  const auth = local ? nobody : new GoogleAuth({ scopes: [scope] })
  // The service speaks REST alone; the client's default is gRPC. facts/cloudsql.md, 5.
  const place = local
    ? { protocol: 'http', apiEndpoint: root.hostname, port: Number(root.port || 80) }
    : {}
  return {
    instances: new v1.SqlInstancesServiceClient({ fallback: true, auth, ...place }),
    operations: new v1.SqlOperationsServiceClient({ fallback: true, auth, ...place }),
    backupRuns: new v1.SqlBackupRunsServiceClient({ fallback: true, auth, ...place }),
    // The headers of the credentials are handed to each write, so that the client neither waits for
    // them after the guard nor sends again when they are refused.
    admin: sqladmin({ version: 'v1', rootUrl: `${root.origin}/`, auth: nobody }),
    auth,
  }
}

export async function credentials(
  clients: Google,
  root: URL,
  deadline: AbortSignal,
): Promise<Headers> {
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
