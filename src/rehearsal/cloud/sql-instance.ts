/**
 * One Cloud SQL instance as the local cloud keeps it: what its settings, its operations and its
 * outages are at any moment is written down when a patch is accepted, and only looked up
 * afterwards. No timers, so any clock will do.
 */
import { restarts, type Settings } from './settings-rules.ts'

export type Revision = {
  readonly at: number
  readonly settingsVersion: number
  readonly settings: Settings
}

export type Operation = {
  readonly name: string
  readonly type: 'UPDATE' | 'CREATE_REPLICA' | 'DELETE' | 'BACKUP_VOLUME'
  readonly instance: string
  readonly insertedAt: number
  readonly startedAt: number
  readonly endedAt: number
  readonly error: { readonly code: string; readonly message: string } | null
}

export type Outage = { readonly startedAt: number; readonly endedAt: number }

export type BackupRun = {
  readonly id: number
  readonly description: string
  readonly operation: Operation
}

export type SqlInstance = {
  readonly name: string
  readonly region: string
  readonly databaseVersion: string
  readonly masterInstanceName: string | null
  /** Left out: none is told. */
  readonly privateIp?: string | null
  /** By time; the later ones may lie ahead. */
  readonly revisions: Revision[]
  /** Oldest first. */
  readonly operations: Operation[]
  readonly outages: Outage[]
  /** Oldest first. */
  readonly backups: BackupRun[]
  /** The operation that makes it; null: it was always there. */
  readonly creation: Operation | null
  /** The operations that were to delete it: the last one that did not fail does. */
  readonly deletions: Operation[]
}

export type Durations = {
  readonly operationMs: number
  readonly restartMs: number
  /** How long the name of a deleted instance cannot be used again. */
  readonly burntMs: number
}

/** Null: it is not there. */
export function stateAt(instance: SqlInstance, at: number): string | null {
  const { creation, deletions } = instance
  if (creation !== null && at < creation.insertedAt) return null
  const deletion = deletions.findLast(({ error, insertedAt }) => error === null && insertedAt <= at)
  if (deletion !== undefined) return at >= deletion.endedAt ? null : 'PENDING_DELETE'
  if (creation === null) return 'RUNNABLE'
  if (at < creation.endedAt) return 'PENDING_CREATE'
  return creation.error === null ? 'RUNNABLE' : 'FAILED'
}

/** What was visible at that moment. */
export function revisionAt(instance: SqlInstance, at: number): Revision {
  const revision = instance.revisions.findLast((one) => one.at <= at) ?? instance.revisions[0]
  if (revision === undefined) throw new Error(`${instance.name} has no settings`)
  return revision
}

export function statusAt(operation: Operation, at: number): 'PENDING' | 'RUNNING' | 'DONE' {
  if (at >= operation.endedAt) return 'DONE'
  return at >= operation.startedAt ? 'RUNNING' : 'PENDING'
}

export const isDown = (instance: SqlInstance, at: number): boolean =>
  instance.outages.some((outage) => outage.startedAt <= at && at < outage.endedAt)

export type Beginning = {
  readonly name: string
  readonly at: number
  readonly durations: Durations
  readonly error: Operation['error']
}

export function operationOn(
  instance: string,
  type: Operation['type'],
  { name, at, durations, error }: Beginning,
): Operation {
  const { operationMs } = durations
  const [startedAt, endedAt] = [at + operationMs * 0.1, at + operationMs]
  return { name, type, instance, insertedAt: at, startedAt, endedAt, error }
}

/**
 * The version moves at once, the settings when the operation takes them: after nine tenths of it,
 * and after the restart if they need one. Which of Google's moments these are is not confirmed
 * (facts/cloudsql.md, 12; writes.md).
 */
export function acceptSettings(
  instance: SqlInstance,
  change: Beginning & { readonly settings: Settings },
): Operation {
  const { at, durations } = change
  const current = revisionAt(instance, at)
  const settingsVersion = current.settingsVersion + 1
  const takenAt = at + durations.operationMs * 0.9
  const operation = operationOn(instance.name, 'UPDATE', change)
  instance.operations.push(operation)
  instance.revisions.push({ at, settingsVersion, settings: current.settings })
  if (operation.error !== null) return operation
  if (restarts(current.settings, change.settings))
    instance.outages.push({ startedAt: takenAt - durations.restartMs, endedAt: takenAt })
  instance.revisions.push({ at: takenAt, settingsVersion, settings: change.settings })
  return operation
}
