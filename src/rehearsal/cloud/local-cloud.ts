/**
 * A Google Cloud on localhost, so that Google's own clients talk to it: Cloud SQL's Admin API over
 * plain HTTP.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { type GoogleError, malformed, unavailable } from './google-error.ts'
import { iamProduct } from './iam.ts'
import type { Mishap } from './mishaps.ts'
import { isMonitoring, type LocalMonitoring, type Monitoring } from './monitoring.ts'
import { monitoringOf } from './monitoring-of-cloud.ts'
import type { Answer, Product } from './product.ts'
import { type RunAdmin, runProduct } from './run-admin.ts'
import { runAdminOf } from './run-of-cloud.ts'
import { generationAt, revisionReadyAt, type Spec } from './run-resource.ts'
import type { Settings } from './settings-rules.ts'
import { type SqlAdmin, sqlProduct } from './sql-admin.ts'
import { isDown, type Outage, revisionAt, type SqlInstance, statusAt } from './sql-instance.ts'

export type LocalInstance = Partial<Settings> & {
  readonly name: string
  readonly tier: string
  readonly databaseVersion?: string
  readonly region?: string
  readonly settingsVersion?: number
  readonly masterInstanceName?: string
  readonly privateIp?: string
}

export type ArrivedRequest = {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly body: unknown
  /** Whether it carried credentials: nothing that talks to a local cloud may. */
  readonly authorized: boolean
}

export type LocalCloudOptions = {
  readonly project: string
  readonly instances: readonly LocalInstance[]
  readonly clock?: { readonly now: () => number }
  /** How many times quicker than Google. */
  readonly speed?: number
  readonly port?: number
  /**
   * As at Google, before `speed`: an update lasts minutes, its restart under 60 s.
   * facts/cloudsql.md, 3.
   */
  readonly operationSeconds?: number
  readonly restartSeconds?: number
  /** A System document: its services that name a resource of Cloud Run are there, and its alerts. */
  readonly document?: string
  /** As at Google, before `speed`: a new revision of Cloud Run starts, and takes the requests. */
  readonly rollOutSeconds?: number
  /** As at Google, before `speed`: how long each task of a job runs. */
  readonly taskSeconds?: number
  /** Reads show the world as it was so long ago. */
  readonly readLagMs?: number
  /** Called after a write took effect and before it is answered. `drop`: the reply is lost. */
  readonly beforeReply?: (request: ArrivedRequest) => Promise<'reply' | 'drop'>
  /** Permissions that whoever asks lacks. */
  readonly withheld?: readonly string[]
  /** How many use the site at a moment; absent: the document's nowUsers, always. */
  readonly users?: (at: number) => number
}

export type InstanceView = Settings & {
  readonly settingsVersion: string
  readonly down: boolean
  /** Those that began; `endedAt` is null while one lasts. */
  readonly outages: readonly { readonly startedAt: number; readonly endedAt: number | null }[]
  readonly operations: readonly {
    readonly name: string
    readonly status: 'PENDING' | 'RUNNING' | 'DONE'
  }[]
}

export type ServiceView = Pick<Spec, 'annotations' | 'scaling' | 'template' | 'traffic'> & {
  readonly etag: string
  readonly latestReadyRevision: string | null
}

export type LocalCloud = {
  readonly root: string
  /** The last thousand that reached it, refused ones too. */
  readonly requests: readonly ArrivedRequest[]
  /** How many changes took effect. */
  readonly writes: number
  /** How an instance is at this moment, without lag. */
  readonly instance: (name: string) => InstanceView
  /** How a service or worker pool is wished to be at this moment, without lag. */
  readonly service: (name: string) => ServiceView
  /** The next request of that kind meets this; called twice, the next two. */
  readonly provoke: (mishap: Mishap) => void
  /** Cloud Monitoring, with mishaps of its own. */
  readonly monitoring: LocalMonitoring
  readonly stop: () => Promise<void>
}

const bodyLimit = 1_000_000
const requestLimit = 1_000
const quotaRefillSeconds = 60
const weekMs = 7 * 24 * 3_600_000

export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { speed = 10, operationSeconds = 120, restartSeconds = 40, readLagMs = 0 } = options
  if (restartSeconds > operationSeconds * 0.8)
    throw new Error(`a restart of ${restartSeconds} s does not fit ${operationSeconds} s`)
  const clock = options.clock ?? { now: Date.now }
  const admin: SqlAdmin = {
    project: options.project,
    instances: new Map(options.instances.map((one) => [one.name, madeAt(clock.now(), one)])),
    durations: {
      operationMs: (operationSeconds * 1_000) / speed,
      restartMs: (restartSeconds * 1_000) / speed,
      burntMs: weekMs / speed,
    },
    readLagMs,
    newName: randomUUID,
  }
  const run = runAdminOf(options, clock.now(), { speed, readLagMs })
  const requests: ArrivedRequest[] = []
  const mishaps: Mishap[] = []
  const iam = iamProduct(options.project, options.withheld ?? [])
  const products = [iam, runProduct(run), sqlProduct(admin)]
  const retryAfterSeconds = Math.ceil(quotaRefillSeconds / speed)
  const monitoring = monitoringOf(options, admin.instances, {
    ...{ clock, speed, retryAfterSeconds, newId: randomUUID },
  })
  const cloud = { products, monitoring, clock, requests, mishaps, retryAfterSeconds, options }
  const respond = responder(cloud)

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(options.port ?? 0, '127.0.0.1', resolve)
  await promise
  const address = z.object({ port: z.int() }).parse(server.address())

  return {
    root: `http://127.0.0.1:${address.port}`,
    requests,
    get writes() {
      return products.reduce((sum, product) => sum + product.writes(), 0)
    },
    instance: (name) => viewOf(admin, name, clock.now()),
    service: (name) => serviceOf(run, name, clock.now()),
    provoke: (mishap) => mishaps.push(mishap),
    monitoring: monitoring.view,
    stop: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()))
      server.closeAllConnections()
      await closed
    },
  }
}

type Responder = {
  readonly products: readonly Product[]
  readonly monitoring: Monitoring
  readonly clock: { readonly now: () => number }
  readonly requests: ArrivedRequest[]
  readonly mishaps: Mishap[]
  readonly retryAfterSeconds: number
  readonly options: LocalCloudOptions
}

function responder(cloud: Responder) {
  const { products, monitoring, clock, requests, mishaps, retryAfterSeconds, options } = cloud
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request
    response.setHeader('date', new Date(clock.now()).toUTCString())
    const { pathname: path, searchParams: query } = new URL(url, 'http://localhost')
    const body = await bodyOf(request)
    const authorized = headers.authorization !== undefined
    const arrived = { at: clock.now(), method, path, body: body.json, authorized }
    requests.push(arrived)
    if (requests.length > requestLimit) requests.shift()
    if (body.refusal !== undefined) return write(response, body.refusal)
    if (isMonitoring(path)) {
      const outcome = monitoring.answer({ method, path, query, body: body.json })
      if (outcome.kind === 'silent') return
      return outcome.kind === 'lost' ? void response.destroy() : write(response, outcome)
    }
    const product = products.find((one) => one.owns(path))
    if (product === undefined) throw new Error(`nobody owns ${path}`)

    const on = method === 'GET' ? 'read' : 'write'
    const index = mishaps.findIndex((one) => one.on === on)
    const mishap = index < 0 ? undefined : mishaps.splice(index, 1)[0]
    if (mishap?.how === 'request-lost') return void response.destroy()
    if (mishap !== undefined) {
      const refusal = product.refusal(mishap, retryAfterSeconds)
      if (refusal !== null) return write(response, refusal)
    }
    const fails = mishap?.how === 'operation-fails'
    const reply = product.answer({ method, path, query, body: body.json }, clock.now(), fails)
    if (mishap?.how === 'silence') return
    if (mishap?.how === 'reply-lost') return void response.destroy()
    if (mishap?.how === 'reply-unavailable') return write(response, unavailable())
    const tookEffect = on === 'write' && reply.kind === 'answer'
    if (tookEffect && (await options.beforeReply?.(arrived)) === 'drop') response.destroy()
    else write(response, reply)
  }
}

function write(response: ServerResponse, reply: Answer | GoogleError): void {
  const headers = reply.kind === 'error' ? reply.headers : undefined
  response.writeHead(reply.status, {
    'content-type': 'application/json; charset=UTF-8',
    ...headers,
  })
  response.end(JSON.stringify(reply.body))
}

async function bodyOf(
  request: IncomingMessage,
): Promise<{ readonly json: unknown; readonly refusal?: GoogleError }> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > bodyLimit) return { json: undefined, refusal: unreadable('Request is too large.') }
    chunks.push(bytes)
  }
  if (size === 0) return { json: undefined }
  const text = Buffer.concat(chunks).toString('utf8')
  try {
    return { json: JSON.parse(text) }
  } catch (error) {
    return { json: text, refusal: unreadable(`Invalid JSON payload received. ${String(error)}`) }
  }
}

const unreadable = (description: string): GoogleError => malformed([{ field: 'body', description }])

function madeAt(now: number, local: LocalInstance): SqlInstance {
  const { name, region = 'us-central1', databaseVersion = 'POSTGRES_14' } = local
  const { settingsVersion = 1, masterInstanceName = null, tier } = local
  const settings: Settings = {
    tier,
    edition: local.edition ?? 'ENTERPRISE',
    availabilityType: local.availabilityType ?? 'ZONAL',
    activationPolicy: local.activationPolicy ?? 'ALWAYS',
    dataDiskSizeGb: local.dataDiskSizeGb ?? '50',
    databaseFlags: local.databaseFlags ?? [],
    userLabels: local.userLabels ?? {},
    backupConfiguration: local.backupConfiguration ?? {},
  }
  return {
    ...{ name, region, databaseVersion, masterInstanceName, privateIp: local.privateIp ?? null },
    revisions: [{ at: now, settingsVersion, settings }],
    ...{ operations: [], outages: [], backups: [], creation: null, deletions: [] },
  }
}

function serviceOf({ resources }: RunAdmin, name: string, now: number): ServiceView {
  const resource = [...resources.values()].find((one) => one.name.endsWith(`/${name}`))
  if (resource === undefined) throw new Error(`the local cloud has no service ${name}`)
  const { spec, etag } = generationAt(resource, now)
  const latestReadyRevision = revisionReadyAt(resource, now)?.name ?? null
  return { ...spec, etag, latestReadyRevision }
}

function viewOf(admin: SqlAdmin, name: string, now: number): InstanceView {
  const instance = admin.instances.get(name)
  if (instance === undefined) throw new Error(`the local cloud has no instance ${name}`)
  const { settings, settingsVersion } = revisionAt(instance, now)
  return {
    ...settings,
    settingsVersion: String(settingsVersion),
    down: isDown(instance, now),
    outages: instance.outages
      .filter((outage: Outage) => outage.startedAt <= now)
      .map(({ startedAt, endedAt }) => ({ startedAt, endedAt: endedAt <= now ? endedAt : null })),
    operations: instance.operations.map((operation) => ({
      name: operation.name,
      status: statusAt(operation, now),
    })),
  }
}
