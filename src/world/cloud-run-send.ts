/** The one write of Cloud Run on its way: spent as the bytes leave, sent once, and what its silence means. */
import type { protos } from '@google-cloud/run'
import type { Clearance } from './clearance.ts'
import {
  type CloudRunClients,
  type FirstAnswer,
  type WritingClient,
  writingClient,
} from './cloud-run-google.ts'
import type { PatchBody } from './cloud-run-settings.ts'
import { type RawResource, readOperation } from './cloud-run-wire.ts'
import { guardedConnection } from './cloud-sql-connection.ts'
import { Fault, type FaultCode } from './fault.ts'
import { before, credentials, type GoogleApi } from './google-call.ts'
import { clipped, codeOf, waitMs } from './google-faults.ts'
import type { CloudRunOperation, CloudRunPatch } from './ports/cloud-run.ts'
import type { Clock } from './world.ts'

export type Sending = {
  readonly api: GoogleApi
  readonly apiRoot: string | undefined
  readonly clients: () => Promise<CloudRunClients>
  readonly clock: Clock
  readonly timeOutMs: number
}

/** One write: what is cleared, and how it is said. */
type Letter = {
  readonly clearance: Clearance
  readonly target: string
  /** For messages. */
  readonly what: string
  /** What a 409 says of it. */
  readonly conflict: FaultCode
  readonly write: (client: WritingClient, call: CallOptions) => Answer
}

type Answer = Promise<readonly [unknown, ...unknown[]]>
type CallOptions = { readonly timeout: number; readonly retry: null }

export async function sendOnce(sending: Sending, letter: Letter): Promise<CloudRunOperation> {
  const { api, clock, timeOutMs } = sending
  const { clearance, target, what } = letter
  const deadline = AbortSignal.timeout(timeOutMs)
  const connection = guardedConnection(api.root, deadline, () =>
    clearance.spend(clock.now(), target),
  )
  const { auth } = await sending.clients()
  const headers = await credentials(auth, api, deadline).catch((error: unknown) => {
    throw error instanceof Fault ? error : unsent(what, error)
  })
  const { agent } = connection
  const client = await writingClient(sending.apiRoot, { agent, headers })
  try {
    const call = { timeout: timeOutMs, retry: null }
    const [operation] = await before(deadline, letter.write(client, call))
    return readOperation(operation, 'unknown')
  } catch (error) {
    if (error instanceof Fault) throw error
    const refusal = connection.refusal()
    if (refusal instanceof Fault) throw refusal
    const { answered } = client
    const isOpened = connection.opened()
    const isLate = deadline.aborted
    throw failedWrite(letter, error, { answered, isOpened, isLate, now: clock.now() })
  }
}

type Patch = {
  readonly clearance: Clearance
  readonly change: CloudRunPatch
  readonly raw: RawResource
  readonly body: PatchBody
}

/** 409: a stale etag (ABORTED), or a revision of that name is there already. facts/workload.md, 2. */
export function sendPatch(sending: Sending, patch: Patch): Promise<CloudRunOperation> {
  const { clearance, change } = patch
  return sendOnce(sending, {
    clearance,
    target: `services.${change.service}`,
    what: `patch of ${change.service}`,
    conflict: 'version-moved',
    write: (client, call) => update(client, patch, call),
  })
}

function update(
  { services, workerPools }: WritingClient,
  { raw, body, change }: Patch,
  call: CallOptions,
): Answer {
  const updateMask = { paths: [...body.mask] }
  const common = { name: raw.name, etag: change.etag, annotations: { ...body.annotations } }
  const { min, max } = body.instances
  if (raw.kind === 'worker-pool') {
    const workerPool: protos.google.cloud.run.v2.IWorkerPool = {
      ...common,
      ...(min === undefined && max === undefined
        ? {}
        : { scaling: { manualInstanceCount: max ?? min ?? null } }),
      ...(body.revision === null ? {} : { template: templateOf(body.revision) }),
      ...(body.traffic === null
        ? {}
        : { instanceSplits: targets('INSTANCE_SPLIT_ALLOCATION_TYPE', raw, body.traffic) }),
    }
    return workerPools().updateWorkerPool({ workerPool, updateMask }, call)
  }
  const service: protos.google.cloud.run.v2.IService = {
    ...common,
    ...(min === undefined && max === undefined
      ? {}
      : {
          scaling: {
            ...(min === undefined ? {} : { minInstanceCount: min }),
            ...(max === undefined ? {} : { maxInstanceCount: max }),
          },
        }),
    ...(body.revision === null
      ? {}
      : {
          template: {
            ...templateOf(body.revision),
            maxInstanceRequestConcurrency: body.revision.concurrency,
          },
        }),
    ...(body.traffic === null
      ? {}
      : { traffic: targets('TRAFFIC_TARGET_ALLOCATION_TYPE', raw, body.traffic) }),
  }
  return services().updateService({ service, updateMask }, call)
}

function templateOf({ name, containers }: NonNullable<PatchBody['revision']>) {
  return { revision: name, containers: [...containers] }
}

/** Everything to one; a tag, which gives a revision an address of its own, stays where it is. */
function targets<const Kind extends string>(kind: Kind, { wished }: RawResource, traffic: string) {
  const latest = { type: `${kind}_LATEST` as const }
  const named = (revision: string) => ({ type: `${kind}_REVISION` as const, revision })
  const place = (revision: string | null | undefined) =>
    revision == null || revision === '' ? latest : named(revision)
  const tagged = wished.flatMap(({ revision, tag }) =>
    tag == null || tag === '' ? [] : [{ ...place(revision), tag, percent: 0 }],
  )
  return [{ ...(traffic === 'latest' ? latest : named(traffic)), percent: 100 }, ...tagged]
}

function unsent(what: string, error: unknown): Fault {
  return new Fault('time-out', 'no', `${what}: no answer in time`, { cause: error })
}

function failedWrite(
  { what, conflict }: Letter,
  error: unknown,
  seen: {
    readonly answered: FirstAnswer
    readonly isOpened: boolean
    readonly isLate: boolean
    readonly now: number
  },
): Fault {
  const { answered, isOpened, isLate, now } = seen
  const status = answered.status ?? statusOf(error)
  if (status === null || isLate) {
    const code = isLate ? 'time-out' : 'unreachable'
    const why = isLate ? 'no answer in time' : String(error)
    const sent = isOpened ? 'unknown' : 'no'
    return new Fault(code, sent, clipped(`${what}: ${why}`), { cause: error })
  }
  if (status < 300) return new Fault('unreadable', 'unknown', clipped(`${what}: ${String(error)}`))
  const code = status === 409 ? conflict : codeOf(status)
  const why = error instanceof Error ? error.message : String(error)
  const message = clipped(`Cloud Run answered ${status}: ${why}`)
  if (code === 'rate-limited')
    return new Fault(code, 'no', message, { retryAfterMs: waitMs(answered.retryAfter, now) })
  // 4xx is a no that was decided before anything changed. Behind 5xx it may have.
  return new Fault(code, status < 500 && status !== 408 ? 'no' : 'unknown', message)
}

function statusOf(error: unknown): number | null {
  const status: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'httpStatusCode') : null
  return typeof status === 'number' ? status : null
}
