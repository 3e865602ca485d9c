/**
 * Google's clients for Cloud Monitoring and its dashboards, and their credentials, loaded at the
 * first use.
 */
import type { v3 } from '@google-cloud/monitoring'
import type { v1 } from '@google-cloud/monitoring-dashboards'
import type { GoogleAuth } from 'google-auth-library'
import type { GuardedConnection } from './cloud-sql-connection.ts'
import { before, type GoogleApi, rootOf } from './google-call.ts'

export type MonitoringClients = {
  readonly metrics: v3.MetricServiceClient
  readonly policies: v3.AlertPolicyServiceClient
  readonly channels: v3.NotificationChannelServiceClient
  readonly dashboards: v1.DashboardsServiceClient
  readonly auth: GoogleAuth
}

/** What is sent instead of, or beside, what the client would send, for one write. */
export type OneWrite = {
  readonly headers: Headers
  readonly connection: GuardedConnection
  readonly deadline: AbortSignal
}

/** What came back over the wire, before the client made an error of it. */
export type Answered = { readonly status: number; readonly retryAfter: string | null }

const googleRoot = 'https://monitoring.googleapis.com'
const scopes = ['https://www.googleapis.com/auth/monitoring']

export function monitoringApi(apiRoot: string | undefined): GoogleApi {
  return { name: 'Cloud Monitoring', root: rootOf(apiRoot, googleRoot) }
}

export function lazyMonitoring(apiRoot: string | undefined): () => Promise<MonitoringClients> {
  let clients: Promise<MonitoringClients> | undefined
  return () => {
    clients ??= loadClients(apiRoot)
    return clients
  }
}

async function loadClients(apiRoot: string | undefined): Promise<MonitoringClients> {
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library')
  // Another root is this machine: no credentials are loaded or sent. contract.md, 2.
  const auth =
    apiRoot === undefined
      ? new GoogleAuth({ scopes })
      : new GoogleAuth({ authClient: new PassThroughClient() })
  return clientsWith(auth, apiRoot)
}

/**
 * Clients for one write: their one request leaves over the guarded connection, once, with the
 * credentials that were fetched before it. The generated clients take no agent of ours, so it is
 * put in where the request leaves them.
 */
export async function clientsForWrite(
  apiRoot: string | undefined,
  { headers, connection, deadline }: OneWrite,
): Promise<{ readonly clients: MonitoringClients; readonly answered: () => Answered | null }> {
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library')
  let answered: Answered | null = null
  const note = ({ status, headers }: { status: number; headers: Headers }) => {
    answered = { status, retryAfter: headers.get('retry-after') }
  }
  const client = new PassThroughClient()
  const { request, response } = client.transporter.interceptors
  request.add({
    resolved: async (config) => {
      headers.forEach((value, name) => void config.headers.set(name, value))
      const { agent } = connection
      return { ...config, agent, signal: deadline, retry: false, redirect: 'error' }
    },
  })
  response.add({
    resolved: async (reply) => {
      note(reply)
      return reply
    },
    rejected: (error) => {
      if (error.response !== undefined) note(error.response)
      throw error
    },
  })
  const clients = await before(
    deadline,
    clientsWith(new GoogleAuth({ authClient: client }), apiRoot),
  )
  return { clients, answered: () => answered }
}

async function clientsWith(
  auth: GoogleAuth,
  apiRoot: string | undefined,
): Promise<MonitoringClients> {
  const { v3 } = await import('@google-cloud/monitoring')
  const { v1 } = await import('@google-cloud/monitoring-dashboards')
  const { root } = monitoringApi(apiRoot)
  // JSON over HTTP: the client's default is gRPC, which no local cloud speaks.
  const place =
    apiRoot === undefined
      ? { fallback: true }
      : {
          ...{ fallback: true, protocol: 'http', apiEndpoint: root.hostname },
          port: Number(root.port || 80),
        }
  // That package brings a google-auth-library of its own, whose types are strangers to ours.
  const ofDashboards: ConstructorParameters<typeof v1.DashboardsServiceClient>[0] = { ...place }
  return {
    metrics: new v3.MetricServiceClient({ ...place, auth }),
    policies: new v3.AlertPolicyServiceClient({ ...place, auth }),
    channels: new v3.NotificationChannelServiceClient({ ...place, auth }),
    dashboards: new v1.DashboardsServiceClient(Object.assign({ ...ofDashboards }, { auth })),
    auth,
  }
}
