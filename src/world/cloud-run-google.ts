/**
 * Google's clients for the Cloud Run Admin API and their credentials, loaded at the first use; and
 * one client for each write, whose connection is guarded.
 */
import type { Agent } from 'node:http'
import type { protos, v2 } from '@google-cloud/run'
import type { GoogleAuth } from 'google-auth-library'
import { type GoogleApi, rootOf } from './google-call.ts'

export type CloudRunClients = {
  readonly services: v2.ServicesClient
  readonly workerPools: v2.WorkerPoolsClient
  readonly revisions: v2.RevisionsClient
  /** Made at the first use: not every System has a job. */
  readonly jobs: () => JobClients
  readonly operationNamed: (name: string) => protos.google.longrunning.GetOperationRequest
  readonly auth: GoogleAuth
}

export type JobClients = {
  readonly jobs: v2.JobsClient
  readonly executions: v2.ExecutionsClient
  readonly tasks: v2.TasksClient
}

const googleRoot = 'https://run.googleapis.com'
const scope = 'https://www.googleapis.com/auth/cloud-platform'

export function cloudRunApi(apiRoot: string | undefined): GoogleApi {
  return { name: 'Cloud Run', root: rootOf(apiRoot, googleRoot) }
}

export function lazyCloudRun(apiRoot: string | undefined): () => Promise<CloudRunClients> {
  let clients: Promise<CloudRunClients> | undefined
  return () => {
    clients ??= loadClients(apiRoot)
    return clients
  }
}

async function loadClients(apiRoot: string | undefined): Promise<CloudRunClients> {
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library')
  const { v2, protos } = await import('@google-cloud/run')
  const auth =
    apiRoot === undefined
      ? new GoogleAuth({ scopes: [scope] })
      : new GoogleAuth({ authClient: new PassThroughClient() })
  const options = { fallback: true, auth, ...placeOf(apiRoot) }
  let jobs: JobClients | undefined
  return {
    services: new v2.ServicesClient(options),
    workerPools: new v2.WorkerPoolsClient(options),
    revisions: new v2.RevisionsClient(options),
    jobs: () => {
      jobs ??= {
        jobs: new v2.JobsClient(options),
        executions: new v2.ExecutionsClient(options),
        tasks: new v2.TasksClient(options),
      }
      return jobs
    },
    operationNamed: (name) => protos.google.longrunning.GetOperationRequest.create({ name }),
    auth,
  }
}

/** What came back first over a writing client's connection, before anybody took it apart. */
export type FirstAnswer = { status: number | null; retryAfter: string | null }

/** For one of them: the one that the write is made with. */
export type WritingClient = {
  readonly services: () => v2.ServicesClient
  readonly workerPools: () => v2.WorkerPoolsClient
  readonly jobs: () => v2.JobsClient
  readonly executions: () => v2.ExecutionsClient
  readonly answered: FirstAnswer
}

/**
 * Its credentials are handed to it, so that it neither waits for them after the guard nor sends
 * again when they are refused; nothing below it tries again either.
 */
export async function writingClient(
  apiRoot: string | undefined,
  { agent, headers }: { readonly agent: Agent; readonly headers: Headers },
): Promise<WritingClient> {
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library')
  const { v2 } = await import('@google-cloud/run')
  const client = new PassThroughClient()
  const answered: FirstAnswer = { status: null, retryAfter: null }
  client.transporter.interceptors.request.add({
    resolved: async (request) => {
      headers.forEach((value, name) => void request.headers.set(name, value))
      return Object.assign(request, { agent, redirect: 'error', retry: false })
    },
  })
  client.transporter.interceptors.response.add({
    resolved: async (response) => {
      answered.status = response.status
      answered.retryAfter = response.headers.get('retry-after')
      return response
    },
  })
  const auth = new GoogleAuth({ authClient: client })
  const options = { fallback: true, auth, ...placeOf(apiRoot) }
  return {
    services: () => new v2.ServicesClient(options),
    workerPools: () => new v2.WorkerPoolsClient(options),
    jobs: () => new v2.JobsClient(options),
    executions: () => new v2.ExecutionsClient(options),
    answered,
  }
}

function placeOf(apiRoot: string | undefined): object {
  if (apiRoot === undefined) return {}
  const { root } = cloudRunApi(apiRoot)
  return { protocol: 'http', apiEndpoint: root.hostname, port: Number(root.port || 80) }
}
