/**
 * A Google Cloud on localhost, so that Google's own clients talk to it: Cloud SQL's Admin API over
 * plain HTTP.
 */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { z } from 'zod'
import { iamProduct } from './iam.ts'
import type { Mishap } from './mishaps.ts'
import type { LocalMonitoring } from './monitoring.ts'
import { monitoringOf } from './monitoring-of-cloud.ts'
import { type ArrivedRequest, responder } from './responder.ts'
import { type RunAdmin, runProduct } from './run-admin.ts'
import { runAdminOf } from './run-of-cloud.ts'
import { generationAt, observedAt, revisionReadyAt, type Spec } from './run-resource.ts'
import type { Settings } from './settings-rules.ts'
import { type SqlAdmin, sqlProduct } from './sql-admin.ts'
import {
  isDown,
  type Operation,
  type Outage,
  revisionAt,
  type SqlInstance,
  statusAt,
} from './sql-instance.ts'
import { openTrouble, type Trouble } from './trouble.ts'

export type LocalInstance = Partial<Settings> & {
  readonly name: string
  readonly tier: string
  readonly databaseVersion?: string
  readonly region?: string
  readonly settingsVersion?: number
  readonly masterInstanceName?: string
  readonly privateIp?: string
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
  /** Told of each write before it is answered, and of what it met. */
  readonly onWrite?: (mishap: Mishap | null) => void
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
    readonly type: Operation['type']
    readonly status: 'PENDING' | 'RUNNING' | 'DONE'
    /** Null as well while it is not done. */
    readonly error: string | null
  }[]
}

export type ServiceView = Pick<Spec, 'annotations' | 'scaling' | 'template' | 'traffic'> & {
  readonly etag: string
  readonly latestReadyRevision: string | null
  /** Why what is wished is not; null as well while it is under way. */
  readonly problem: string | null
  /** What has come of the wishes: the last one that settled well. */
  readonly settled: Spec
}

export type LocalCloud = {
  readonly root: string
  /** The last thousand that reached it, refused ones too. */
  readonly requests: readonly ArrivedRequest[]
  /** How many changes took effect, those of Cloud Monitoring aside. */
  readonly writes: number
  /** How many writes reached it, refused ones too. */
  readonly sent: number
  /** Those that were accepted, of all products, in order. */
  readonly changes: readonly ArrivedRequest[]
  /** How an instance is at this moment, without lag. */
  readonly instance: (name: string) => InstanceView
  /** How a service or worker pool is wished to be at this moment, without lag. */
  readonly service: (name: string) => ServiceView
  /** The next request of that kind meets this; called twice, the next two. */
  readonly provoke: (mishap: Mishap) => void
  /** What goes wrong here. */
  readonly trouble: Trouble
  readonly monitoring: LocalMonitoring
  readonly stop: () => Promise<void>
}

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
    newName: randomUUID,
  }
  const run = runAdminOf(options, clock.now(), speed)
  const trouble = openTrouble(readLagMs)
  const meansOfMonitoring = { clock, speed, trouble, newId: randomUUID }
  const monitoring = monitoringOf(options, admin.instances, meansOfMonitoring)
  const own = [runProduct(run), sqlProduct(admin)]
  const requests: ArrivedRequest[] = []
  const changes: ArrivedRequest[] = []
  const sent = { count: 0 }
  const respond = responder({
    ...{ clock, trouble, requests, changes, sent },
    products: [monitoring.product, iamProduct(options.project, options.withheld ?? []), ...own],
    retryAfterSeconds: Math.ceil(quotaRefillSeconds / speed),
    beforeReply: options.beforeReply ?? (async () => 'reply'),
    onWrite: options.onWrite ?? (() => undefined),
  })

  const { root, stop } = await serve(respond, options.port ?? 0)

  return {
    root,
    ...{ requests, changes, trouble },
    get sent() {
      return sent.count
    },
    get writes() {
      return own.reduce((sum, product) => sum + product.writes(), 0)
    },
    instance: (name) => viewOf(admin, name, clock.now()),
    service: (name) => serviceOf(run, name, clock.now()),
    provoke: (mishap) => trouble.provoke(mishap),
    monitoring: monitoring.view,
    stop,
  }
}

async function serve(respond: ReturnType<typeof responder>, port: number) {
  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, '127.0.0.1', resolve)
  await promise
  const address = z.object({ port: z.int() }).parse(server.address())
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((done) => server.close(() => done()))
    server.closeAllConnections()
    await closed
  }
  return { root: `http://127.0.0.1:${address.port}`, stop }
}

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
  const { spec, etag, settledAt, failure } = generationAt(resource, now)
  const latestReadyRevision = revisionReadyAt(resource, now)?.name ?? null
  const problem = settledAt <= now ? failure : null
  return { ...spec, etag, latestReadyRevision, problem, settled: observedAt(resource, now).spec }
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
    operations: instance.operations.map((operation) => {
      const status = statusAt(operation, now)
      const { name: id, type, error } = operation
      return { name: id, type, status, error: status === 'DONE' ? (error?.message ?? null) : null }
    }),
  }
}
