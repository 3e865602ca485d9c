/** What Cloud Run is asked and told: services and worker pools, v2. Types only; facts/workload.md, 2. */
import type { Clearance } from '../clearance.ts'

/** A setting by its path in a service of the System document. */
export type ServiceSetting =
  | 'minInstances'
  | 'maxInstances'
  | 'concurrency'
  | 'cpu'
  | 'memoryGib'
  | 'gunicorn.workerClass'
  | 'gunicorn.workers'
  | 'gunicorn.threads'
  | 'django.connMaxAgeSeconds'
  | 'database.through'
  | 'celery.concurrency'
  | 'celery.prefetchMultiplier'

/** Null: for ever, of a connection's age. */
export type SettingValue = string | number | null

/** One setting as the world has it, or why it cannot be told. */
export type Reading =
  | { readonly kind: 'read'; readonly value: SettingValue }
  | { readonly kind: 'unread'; readonly why: string }

/** A service or worker pool by its name in the System document. */
export type CloudRunService = {
  /** The optimistic lock: a stale one is refused with 409 ABORTED. */
  readonly etag: string
  /** A change is being rolled out. */
  readonly isReconciling: boolean
  /** Why the newest change does not serve; null: it does, or is on its way. */
  readonly problem: string | null
  /** The intent of the newest write that carried one. */
  readonly intent: string | null
  readonly latestCreatedRevision: string | null
  readonly latestReadyRevision: string | null
  /** Who serves now: what share of the requests, or of a worker pool's instances. */
  readonly serving: readonly { readonly revision: string; readonly percent: number }[]
  /** Of what serves now, as far as the document's bindings lead to it. */
  readonly settings: ReadonlyMap<ServiceSetting, Reading>
}

export type CloudRunRevision = { readonly name: string; readonly isReady: boolean }

export type CloudRunOperation = {
  /** Its last part; the rest is where the service is. */
  readonly name: string
  readonly isDone: boolean
  /** Done does not mean success: its code and message. */
  readonly error: string | null
}

/** A write to one service or worker pool, marked with its intent. Only what is named is changed. */
export type CloudRunPatch = {
  readonly service: string
  readonly etag: string
  readonly intent: string
  /**
   * Instances hold at once. The rest is a new revision, laid on what serves now and not on one that
   * failed, named after the intent; it takes all requests when it is ready.
   */
  readonly settings: ReadonlyMap<ServiceSetting, SettingValue>
  /** The revision that takes all requests instead. */
  readonly traffic?: string
}

export type CloudRunReader = {
  service: (service: string) => Promise<CloudRunService>
  /** Null: there is none of that name. */
  revision: (service: string, revision: string) => Promise<CloudRunRevision | null>
  /** The revision that a write of this intent made; null: there is none. */
  revisionOf: (service: string, intent: string) => Promise<CloudRunRevision | null>
  operation: (service: string, name: string) => Promise<CloudRunOperation>
}

export type CloudRunWriter = {
  /** Spends the clearance of `services.<service>` as the bytes leave. Throws a Fault. */
  patch: (clearance: Clearance, change: CloudRunPatch) => Promise<CloudRunOperation>
}
