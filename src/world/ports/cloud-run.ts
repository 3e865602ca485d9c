/** What Cloud Run is asked and told: services and worker pools, v2. Types only; facts/workload.md, 2. */
import type { Clearance } from '../clearance.ts'

/** A service or worker pool as it is set. `resource` is its full name: `projects/p/locations/l/services/s`. */
export type CloudRunResource = {
  readonly resource: string
  /** The optimistic lock: a stale one is refused with 409 ABORTED. */
  readonly etag: string
  /** A change is being rolled out. */
  readonly isReconciling: boolean
  readonly minInstances: number
  readonly maxInstances: number
  /** Null for a worker pool, which takes no requests. */
  readonly concurrency: number | null
  readonly cpu: number
  readonly memoryGib: number
  readonly args: readonly string[]
  /** A value that is kept elsewhere (a secret) is null. */
  readonly env: Readonly<Record<string, string | null>>
  readonly annotations: Readonly<Record<string, string>>
  readonly latestReadyRevision: string | null
  readonly latestCreatedRevision: string | null
  /** What share of the requests each revision gets; empty for a worker pool. */
  readonly traffic: readonly { readonly revision: string; readonly percent: number }[]
}

export type CloudRunOperation = {
  readonly name: string
  readonly isDone: boolean
  /** Done does not mean success: its code and message. */
  readonly error: string | null
}

/** A write to one service or worker pool. Only what is named is changed. */
export type CloudRunPatch = {
  readonly resource: string
  readonly etag: string
  /** The name that the new revision gets, where the change makes one; a second send finds it. */
  readonly revision?: string
  readonly minInstances?: number
  readonly maxInstances?: number
  readonly concurrency?: number
  readonly cpu?: number
  readonly memoryGib?: number
  readonly args?: readonly string[]
  /** These variables alone; null removes one. */
  readonly env?: Readonly<Record<string, string | null>>
  readonly traffic?: readonly { readonly revision: string; readonly percent: number }[]
  readonly annotations: Readonly<Record<string, string>>
}

export type CloudRunReader = {
  resource: (resource: string) => Promise<CloudRunResource>
  operation: (name: string) => Promise<CloudRunOperation>
  /** Of one service or worker pool, newest first, at most 20. */
  revisions: (
    resource: string,
  ) => Promise<readonly { readonly name: string; readonly isReady: boolean }[]>
}

export type CloudRunWriter = {
  /** Spends the clearance immediately before the request is written. Throws a Fault. */
  patch: (clearance: Clearance, change: CloudRunPatch) => Promise<CloudRunOperation>
}
