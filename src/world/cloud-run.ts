/**
 * Cloud Run through Google's own client: services and worker pools by their names in the document,
 * each setting where the document's bindings say that it lives.
 */
import type { Clearance } from './clearance.ts'
import { type Bound, type BoundService, boundService } from './cloud-run-bindings.ts'
import { type CloudRunClients, cloudRunApi, lazyCloudRun } from './cloud-run-google.ts'
import { type Sending, sendPatch } from './cloud-run-send.ts'
import { intentMark, patchOf, readSettings, revisionName } from './cloud-run-settings.ts'
import {
  lastOf,
  type RawResource,
  type RawRevision,
  readOperation,
  readRevision,
  readService,
  readWorkerPool,
  type Template,
} from './cloud-run-wire.ts'
import { Fault } from './fault.ts'
import { askerOf } from './google-call.ts'
import type { CloudRunReader, CloudRunWriter } from './ports/cloud-run.ts'
import type { Clock } from './world.ts'

export type CloudRunOptions = {
  readonly document: Bound
  /** Another root than Google's: loopback only, and then no credentials are loaded or sent. */
  readonly apiRoot?: string
  readonly clock: Clock
  /** How long an answer is waited for: DESIGN.md, 3 counts on 10 s for the whole of a write. */
  readonly readTimeOutMs?: number
  readonly writeTimeOutMs?: number
}

export function connectCloudRun(options: CloudRunOptions): {
  readonly reader: CloudRunReader
  readonly writer: CloudRunWriter
  /** Loads Google's code, which takes a while: the first question need not wait for it. */
  readonly load: () => Promise<void>
} {
  const { document, apiRoot, clock, readTimeOutMs = 5_000, writeTimeOutMs = 10_000 } = options
  const api = cloudRunApi(apiRoot)
  const clients = lazyCloudRun(apiRoot)
  const asked: Asked = askerOf({ api, clients, clock, timeOutMs: readTimeOutMs })
  const boundTo = (name: string): BoundService => {
    const bound = boundService(document, name)
    if (bound !== null && isResource(bound.resource)) return bound
    throw new Fault('invalid', 'no', `the document names no resource of Cloud Run for ${name}`)
  }
  const sending: Sending = { api, apiRoot, clients, clock, timeOutMs: writeTimeOutMs }
  return {
    reader: readerOf(asked, boundTo),
    writer: writerOf(asked, boundTo, sending),
    load: async () => void (await clients()),
  }
}

const serviceName = /^[a-z]([a-z0-9-]*[a-z0-9])?$/
const parentName = /^projects\/[a-z0-9:.-]+\/locations\/[a-z0-9-]+\/(services|workerPools)\/[^/]+$/
const isResource = (name: string): boolean =>
  parentName.test(name) && serviceName.test(lastOf(name))
const revisionPattern = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/

type Asked = ReturnType<typeof askerOf<CloudRunClients>>
type BoundTo = (service: string) => BoundService

function readerOf(asked: Asked, boundTo: BoundTo): CloudRunReader {
  const revision = async (service: string, name: string) => {
    const found = await revisionNamed(asked, boundTo(service).resource, name)
    return found === null ? null : { name: found.name, isReady: found.isReady }
  }
  return {
    service: async (name) => {
      const bound = boundTo(name)
      const raw = await resourceNamed(asked, bound.resource)
      const { etag, isReconciling, problem, serving } = raw
      return {
        ...{ etag, isReconciling, problem, serving },
        intent: raw.annotations[intentMark] ?? null,
        latestCreatedRevision: raw.latestCreatedRevision,
        latestReadyRevision: raw.latestReadyRevision,
        settings: readSettings(bound, raw, await servingTemplate(asked, bound.resource, raw)),
      }
    },
    revision,
    revisionOf: (service, intent) =>
      revision(service, revisionName(boundTo(service).resource, intent)),
    operation: async (service, id) => {
      if (!/^[\w-]+$/.test(id)) throw new Fault('invalid', 'no', `${id} is no name of an operation`)
      const name = boundTo(service).resource.replace(
        /(services|workerPools)\/[^/]+$/,
        `operations/${id}`,
      )
      const reply = await asked(
        'run.operations.get',
        `operation ${name}`,
        ({ services, operationNamed }, call) =>
          services.operationsClient.getOperation(operationNamed(name), call),
      )
      return readOperation(reply, 'no')
    },
  }
}

async function resourceNamed(asked: Asked, name: string): Promise<RawResource> {
  if (name.includes('/workerPools/'))
    return readWorkerPool(
      await asked('run.workerPools.get', `worker pool ${name}`, ({ workerPools }, call) =>
        workerPools.getWorkerPool({ name }, call),
      ),
    )
  return readService(
    await asked('run.services.get', `service ${name}`, ({ services }, call) =>
      services.getService({ name }, call),
    ),
  )
}

async function revisionNamed(
  asked: Asked,
  resource: string,
  revision: string,
): Promise<RawRevision | null> {
  if (!revisionPattern.test(revision))
    throw new Fault('invalid', 'no', `${revision} is no name of a revision`)
  const name = `${resource}/revisions/${revision}`
  try {
    return readRevision(
      await asked('run.revisions.get', `revision ${revision}`, ({ revisions }, call) =>
        revisions.getRevision({ name }, call),
      ),
    )
  } catch (error) {
    if (error instanceof Fault && error.code === 'not-found') return null
    throw error
  }
}

/** How the one revision that serves is set; where it is not the newest that is ready, it is asked. */
async function servingTemplate(
  asked: Asked,
  resource: string,
  raw: RawResource,
): Promise<Template | { readonly why: string }> {
  const [first, ...others] = raw.serving
  if (first === undefined) return { why: 'no revision serves' }
  if (others.length > 0) return { why: `${others.length + 1} revisions share its requests` }
  if (first.revision === raw.latestCreatedRevision) return raw.template
  const revision = await revisionNamed(asked, resource, first.revision)
  return revision ?? { why: `${first.revision}, which serves, is not to be found` }
}

function writerOf(asked: Asked, boundTo: BoundTo, sending: Sending): CloudRunWriter {
  return {
    patch: async (clearance: Clearance, change) => {
      const bound = boundTo(change.service)
      const raw = await resourceNamed(asked, bound.resource)
      if (raw.etag !== change.etag)
        throw new Fault('version-moved', 'no', `${change.service} was changed by somebody else`)
      const base = await servingTemplate(asked, bound.resource, raw)
      if ('why' in base) throw new Fault('invalid', 'no', `nothing was sent: ${base.why}`)
      const body = patchOf(change, bound, { raw, base })
      return sendPatch(sending, { clearance, change, raw, body })
    },
  }
}
