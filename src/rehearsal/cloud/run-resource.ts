/**
 * One service or worker pool as the local Cloud Run keeps it: what it wishes, makes and serves at
 * any moment is written down when a change is accepted, and only looked up afterwards.
 */
import { isDeepStrictEqual } from 'node:util'

export type Container = {
  readonly name?: string
  readonly image: string
  readonly args?: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly ports?: readonly object[]
  readonly resources: { readonly limits: { readonly cpu: string; readonly memory: string } }
}

export type Template = {
  readonly revision?: string
  readonly scaling?: { readonly minInstanceCount?: number; readonly maxInstanceCount?: number }
  readonly containers: readonly Container[]
  readonly maxInstanceRequestConcurrency?: number
}

export type Target = {
  readonly kind: 'latest' | 'revision'
  readonly revision?: string
  readonly percent: number
  readonly tag?: string
}

export type Spec = {
  readonly annotations: Readonly<Record<string, string>>
  readonly scaling: {
    readonly minInstanceCount?: number
    readonly maxInstanceCount?: number
    readonly manualInstanceCount?: number
  }
  readonly template: Template
  readonly traffic: readonly Target[]
}

/** What somebody wished, from `at` on. */
export type Generation = {
  readonly at: number
  readonly number: number
  readonly etag: string
  readonly spec: Spec
  readonly revision: string
  /** From then on it is as wished, or known to be impossible. */
  readonly settledAt: number
  readonly failure: string | null
}

export type RunRevision = {
  readonly name: string
  readonly createdAt: number
  readonly readyAt: number
  readonly failure: string | null
  readonly template: Template
}

export type RunOperation = {
  readonly name: string
  readonly insertedAt: number
  readonly endedAt: number
  readonly failure: string | null
}

export type RunResource = {
  readonly kind: 'services' | 'workerPools'
  /** In full: `projects/p/locations/l/services/s`. */
  readonly name: string
  /** By time. */
  readonly generations: Generation[]
  readonly revisions: RunRevision[]
  readonly operations: RunOperation[]
}

export type RunDurations = { readonly rollOutMs: number; readonly scalingMs: number }

export function generationAt(resource: RunResource, at: number): Generation {
  const found = resource.generations.findLast((one) => one.at <= at) ?? resource.generations[0]
  if (found === undefined) throw new Error(`${resource.name} has no generation`)
  return found
}

/** The newest that settled well: who failed changed nothing of what serves. */
export function observedAt(resource: RunResource, at: number): Generation {
  const settled = resource.generations.findLast(
    ({ settledAt, failure }) => settledAt <= at && failure === null,
  )
  return settled ?? generationAt(resource, -Infinity)
}

export function revisionReadyAt(resource: RunResource, at: number): RunRevision | undefined {
  return resource.revisions.findLast(({ readyAt, failure }) => readyAt <= at && failure === null)
}

export type Wish = {
  readonly spec: Spec
  readonly at: number
  readonly operation: string
  readonly etag: string
  readonly durations: RunDurations
  /** Why a new revision of it never becomes ready. */
  readonly failure: string | null
}

/** A changed template is a new revision, which serves when it is ready; the rest holds soon after. */
export function accept(resource: RunResource, wish: Wish): RunOperation {
  const { spec, at, durations, etag } = wish
  const before = generationAt(resource, at)
  const isRevised = !isDeepStrictEqual(before.spec.template, spec.template)
  const number = before.number + 1
  const revision = isRevised
    ? (spec.template.revision ?? generatedName(resource, number))
    : before.revision
  const settledAt = at + (isRevised ? durations.rollOutMs : durations.scalingMs)
  if (isRevised)
    resource.revisions.push({
      name: revision,
      createdAt: at,
      readyAt: at + durations.rollOutMs * 0.8,
      failure: wish.failure,
      template: spec.template,
    })
  const failure =
    wish.failure === null
      ? null
      : `Revision '${revision}' is not ready and cannot serve traffic. ${wish.failure}`
  resource.generations.push({ at, number, etag, spec, revision, settledAt, failure })
  const operation = { name: wish.operation, insertedAt: at, endedAt: settledAt, failure }
  resource.operations.push(operation)
  return operation
}

function generatedName({ name }: RunResource, number: number): string {
  return `${name.slice(name.lastIndexOf('/') + 1)}-${String(number).padStart(5, '0')}-loc`
}
