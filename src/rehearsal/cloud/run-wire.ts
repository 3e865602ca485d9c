/**
 * Services, worker pools, revisions and operations as Cloud Run writes them: int64 as strings,
 * enums as numbers for a client that asks for them, unset is absent.
 */
import {
  generationAt,
  observedAt,
  type RunOperation,
  type RunResource,
  type RunRevision,
  revisionReadyAt,
  type Target,
} from './run-resource.ts'

export type Look = { readonly at: number; readonly numericEnums: boolean }

const conditionStates = {
  CONDITION_RECONCILING: 2,
  CONDITION_FAILED: 3,
  CONDITION_SUCCEEDED: 4,
} as const

export function resourceJson(resource: RunResource, look: Look) {
  const { at } = look
  const { name, kind } = resource
  const wished = generationAt(resource, at)
  const observed = observedAt(resource, at)
  const { annotations, scaling, template, traffic } = wished.spec
  const isReconciling = at < wished.settledAt
  const ready = revisionReadyAt(resource, at)
  const isPool = kind === 'workerPools'
  return {
    name,
    generation: String(wished.number),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    scaling: {
      ...present(scaling),
      ...(isPool ? {} : { scalingMode: numbered('AUTOMATIC', 1, look) }),
    },
    template: present(template),
    ...(isPool
      ? {
          instanceSplits: traffic.map((one) => targetJson(one, isPool, look)),
          instanceSplitStatuses: serving(resource, at).map((one) => targetJson(one, isPool, look)),
        }
      : {
          traffic: traffic.map((one) => targetJson(one, isPool, look)),
          trafficStatuses: serving(resource, at).map((one) => targetJson(one, isPool, look)),
        }),
    observedGeneration: String(observed.number),
    terminalCondition: conditionOf(isReconciling, wished.failure, look),
    latestCreatedRevision: `${name}/revisions/${wished.revision}`,
    ...(ready === undefined ? {} : { latestReadyRevision: `${name}/revisions/${ready.name}` }),
    ...(isReconciling ? { reconciling: true } : {}),
    etag: wished.etag,
  }
}

/** What settled last says who serves; who was to and never became ready does not. */
function serving(resource: RunResource, at: number): readonly Target[] {
  const { spec } = observedAt(resource, at)
  return spec.traffic.length === 0 ? [{ kind: 'latest', percent: 100 }] : spec.traffic
}

export function revisionJson(resource: RunResource, revision: RunRevision, look: Look) {
  const { scaling, containers, maxInstanceRequestConcurrency } = revision.template
  const isReconciling = look.at < revision.readyAt
  return {
    name: `${resource.name}/revisions/${revision.name}`,
    service: resource.name,
    createTime: new Date(revision.createdAt).toISOString(),
    ...present({ scaling, containers, maxInstanceRequestConcurrency }),
    conditions: [conditionOf(isReconciling, revision.failure, look)],
    ...(isReconciling ? { reconciling: true } : {}),
  }
}

export function operationJson(resource: RunResource, operation: RunOperation, look: Look) {
  const isDone = look.at >= operation.endedAt
  const type = resource.kind === 'services' ? 'Service' : 'WorkerPool'
  const body = {
    '@type': `type.googleapis.com/google.cloud.run.v2.${type}`,
    ...resourceJson(resource, look),
  }
  if (!isDone) return { name: operation.name, metadata: body }
  return operation.failure === null
    ? { name: operation.name, metadata: body, done: true, response: body }
    : {
        name: operation.name,
        metadata: body,
        done: true,
        error: { code: 9, message: operation.failure },
      }
}

export function conditionOf(isReconciling: boolean, failure: string | null, look: Look) {
  const state = isReconciling
    ? 'CONDITION_RECONCILING'
    : failure === null
      ? 'CONDITION_SUCCEEDED'
      : 'CONDITION_FAILED'
  return {
    type: 'Ready',
    state: numbered(state, conditionStates[state], look),
    ...(isReconciling || failure === null ? {} : { message: failure }),
  }
}

function targetJson({ kind, ...target }: Target, isPool: boolean, look: Look) {
  const prefix = isPool ? 'INSTANCE_SPLIT_ALLOCATION_TYPE' : 'TRAFFIC_TARGET_ALLOCATION_TYPE'
  const name = `${prefix}_${kind === 'latest' ? 'LATEST' : 'REVISION'}`
  return { type: numbered(name, kind === 'latest' ? 1 : 2, look), ...present(target) }
}

export function numbered(name: string, number: number, { numericEnums }: Look): string | number {
  return numericEnums ? number : name
}

/** Zero and undefined are how a message says nothing. */
export function present(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== 0),
  )
}
