/**
 * What the Cloud Run Admin API answers, judged by zod: services and worker pools made alike, as
 * @google-cloud/run gives them after decoding (unset is '', 0 or null).
 */
import { z } from 'zod'
import { Fault } from './fault.ts'
import type { CloudRunOperation } from './ports/cloud-run.ts'

const text = z.string().nullish()
const int = z.int().nullish()

/** Taken whole and sent back whole: what is not named here stays as it came. */
const container = z.looseObject({
  name: z.string(),
  args: z.array(z.string()),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().exactOptional() })),
  ports: z.array(z.looseObject({})),
  resources: z.looseObject({ limits: z.record(z.string(), z.string()) }).nullable(),
})
export type Container = z.infer<typeof container>

const condition = z.object({ type: text, state: text, message: text }).nullish()

const target = z.object({ type: text, revision: text, percent: int, tag: text })
type Target = z.infer<typeof target>

const common = {
  name: z.string().min(1),
  etag: z.string().min(1),
  reconciling: z.boolean(),
  annotations: z.record(z.string(), z.string()),
  latestReadyRevision: text,
  latestCreatedRevision: text,
  terminalCondition: condition,
}

const serviceSchema = z.object({
  ...common,
  scaling: z
    .object({
      scalingMode: text,
      minInstanceCount: int,
      maxInstanceCount: int,
      manualInstanceCount: int,
    })
    .nullable(),
  template: z.object({
    scaling: z.object({ minInstanceCount: int, maxInstanceCount: int }).nullable(),
    containers: z.array(container),
    maxInstanceRequestConcurrency: z.int(),
  }),
  traffic: z.array(target),
  trafficStatuses: z.array(target),
})

const workerPoolSchema = z.object({
  ...common,
  scaling: z.object({ manualInstanceCount: int }).nullable(),
  template: z.object({ containers: z.array(container) }),
  instanceSplits: z.array(target),
  instanceSplitStatuses: z.array(target),
})

const revisionSchema = z.object({
  name: z.string().min(1),
  conditions: z.array(condition),
  containers: z.array(container),
  maxInstanceRequestConcurrency: int,
})

/** How one instance of a revision is set. */
export type Template = {
  readonly containers: readonly Container[]
  /** Null for a worker pool, which takes no requests. */
  readonly concurrency: number | null
}

export type RawRevision = Template & { readonly name: string; readonly isReady: boolean }

export type RawResource = {
  readonly kind: 'service' | 'worker-pool'
  readonly name: string
  readonly etag: string
  readonly isReconciling: boolean
  readonly problem: string | null
  readonly annotations: Readonly<Record<string, string>>
  readonly latestReadyRevision: string | null
  readonly latestCreatedRevision: string | null
  /** `own`: of the service; `revision`: of its revisions, where the smaller one binds. Null: unset. */
  readonly instances: {
    readonly isManual: boolean
    readonly own: { readonly min: number; readonly max: number | null }
    readonly revision: { readonly min: number; readonly max: number | null }
  }
  readonly template: Template
  readonly wished: readonly Target[]
  readonly serving: readonly { readonly revision: string; readonly percent: number }[]
}

export function readService(reply: unknown): RawResource {
  const service = judged(serviceSchema, reply, 'service', 'no')
  const { scaling, template } = service
  const isManual = scaling?.scalingMode === 'MANUAL'
  const manual = scaling?.manualInstanceCount ?? 0
  return {
    kind: 'service',
    ...commonOf(service),
    instances: {
      isManual,
      own: isManual
        ? { min: manual, max: manual }
        : { min: scaling?.minInstanceCount ?? 0, max: set(scaling?.maxInstanceCount) },
      revision: {
        min: template.scaling?.minInstanceCount ?? 0,
        max: set(template.scaling?.maxInstanceCount),
      },
    },
    template: {
      containers: template.containers,
      concurrency: template.maxInstanceRequestConcurrency,
    },
    wished: service.traffic,
    serving: servingOf(service.trafficStatuses, service.latestReadyRevision),
  }
}

/** Manual scaling alone is in this version of the API; unset is one instance. facts/workload.md, 2. */
export function readWorkerPool(reply: unknown): RawResource {
  const pool = judged(workerPoolSchema, reply, 'worker pool', 'no')
  const count = pool.scaling?.manualInstanceCount ?? 1
  return {
    kind: 'worker-pool',
    ...commonOf(pool),
    instances: {
      isManual: false,
      own: { min: count, max: count },
      revision: { min: 0, max: null },
    },
    template: { containers: pool.template.containers, concurrency: null },
    wished: pool.instanceSplits,
    serving: servingOf(pool.instanceSplitStatuses, pool.latestReadyRevision),
  }
}

export function readRevision(reply: unknown): RawRevision {
  const revision = judged(revisionSchema, reply, 'revision', 'no')
  const ready = revision.conditions.find((one) => one?.type === 'Ready')
  return {
    name: lastOf(revision.name),
    isReady: ready?.state === 'CONDITION_SUCCEEDED',
    containers: revision.containers,
    concurrency: set(revision.maxInstanceRequestConcurrency),
  }
}

const operationSchema = z.object({
  name: z.string().min(1),
  done: z.boolean().nullish(),
  error: z.object({ code: z.int().nullish(), message: text }).nullish(),
})

/** The reply to a write that cannot be read says nothing about what the write did. */
export function readOperation(reply: unknown, sent: 'no' | 'unknown'): CloudRunOperation {
  const { name, done, error } = judged(operationSchema, reply, 'operation', sent)
  const failure = error?.message ?? ''
  return {
    name: lastOf(name),
    isDone: done === true,
    error: error == null ? null : failure === '' ? `code ${error.code ?? 'unknown'}` : failure,
  }
}

/** `4`, `0.5` or `1000m`. */
export function readCpu(quantity: string): number | null {
  const milli = /^(\d{1,12})m$/.exec(quantity)
  if (milli !== null) return Number(milli[1]) / 1_000
  return /^\d{1,9}(\.\d+)?$/.test(quantity) ? Number(quantity) : null
}

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
}

/** `8Gi`, `512Mi`, `1G`. */
export function readMemoryGib(quantity: string): number | null {
  const parts = /^(\d{1,15}(?:\.\d+)?)([kMG]i?|Ki|)$/.exec(quantity)
  const bytes = unitBytes[parts?.[2] ?? 'none']
  return parts === null || bytes === undefined ? null : (Number(parts[1]) * bytes) / 2 ** 30
}

/** The one that takes the requests; a worker pool's first. */
export function mainContainer({ containers }: Template): Container {
  const main = containers.find(({ ports }) => ports.length > 0) ?? containers[0]
  if (main !== undefined) return main
  throw new Fault('unreadable', 'no', 'Cloud Run names no container')
}

function commonOf(resource: z.infer<z.ZodObject<typeof common>>) {
  const { name, etag, annotations, terminalCondition } = resource
  const state = terminalCondition?.state ?? ''
  const isReconciling =
    resource.reconciling || ['CONDITION_PENDING', 'CONDITION_RECONCILING'].includes(state)
  const failure = terminalCondition?.message ?? ''
  return {
    ...{ name, etag, annotations, isReconciling },
    problem: !isReconciling && state === 'CONDITION_FAILED' ? failure || 'it is not ready' : null,
    latestReadyRevision: named(resource.latestReadyRevision),
    latestCreatedRevision: named(resource.latestCreatedRevision),
  }
}

/** `latest` is told without a name: it is the newest that became ready. */
function servingOf(statuses: readonly Target[], latestReady: string | null | undefined) {
  const shares = new Map<string, number>()
  for (const { type, revision, percent } of statuses) {
    const name = named(revision) ?? (type?.endsWith('_LATEST') ? named(latestReady) : null)
    if (name !== null && (percent ?? 0) > 0)
      shares.set(name, (shares.get(name) ?? 0) + (percent ?? 0))
  }
  return [...shares].map(([revision, percent]) => ({ revision, percent }))
}

function named(name: string | null | undefined): string | null {
  return name == null || name === '' ? null : lastOf(name)
}

export function lastOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** 0 is how the wire says unset. */
function set(count: number | null | undefined): number | null {
  return count == null || count === 0 ? null : count
}

export function judged<T>(
  schema: z.ZodType<T>,
  reply: unknown,
  what: string,
  sent: 'no' | 'unknown',
): T {
  const judgement = schema.safeParse(reply)
  if (judgement.success) return judgement.data
  const why = judgement.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    .join('; ')
  throw new Fault('unreadable', sent, `Cloud Run's ${what}: ${why}`)
}
