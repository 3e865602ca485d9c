/**
 * Google's two clients for the Cloud SQL Admin API and their credentials, loaded at the first use:
 * they cost 0.3 s.
 */
import type { v1 } from '@google-cloud/sql'
import type { sqladmin_v1 } from '@googleapis/sqladmin'
import type { GoogleAuth } from 'google-auth-library'
import { type GoogleApi, rootOf } from './google-call.ts'

export type Google = {
  readonly instances: v1.SqlInstancesServiceClient
  readonly operations: v1.SqlOperationsServiceClient
  readonly backupRuns: v1.SqlBackupRunsServiceClient
  readonly admin: sqladmin_v1.Sqladmin
  readonly auth: GoogleAuth
}

const googleRoot = 'https://sqladmin.googleapis.com'
const scope = 'https://www.googleapis.com/auth/sqlservice.admin'

export function sqlApi(apiRoot: string | undefined): GoogleApi {
  return { name: 'Cloud SQL', root: rootOf(apiRoot, googleRoot) }
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
  const { root } = sqlApi(apiRoot)
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
