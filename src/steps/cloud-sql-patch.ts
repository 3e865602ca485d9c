/**
 * What every change of a Cloud SQL instance shares: its mark in the world, the look for it, and its
 * operation. writes.md.
 */
import type { Intent, OperationStatus, Progress } from '../define/step.ts'
import { Fault } from '../world/fault.ts'
import type { CloudSqlInstance } from '../world/ports/cloud-sql.ts'
import type { WorldReader } from '../world/world.ts'
import { configured } from './sources.ts'

/** The label that carries the intent: a look afterwards then says "done by me", not merely "as wished". */
export const intentLabel = 'plimsoll-intent'

/** Our clock and Google's may differ so much: an operation that began earlier is not ours. DESIGN.md, 3. */
const clocksDifferAtMostMs = 5_000

/** The version that the write is conditional on; an intent without one is never sent. */
export function versionOf(intent: Intent): string {
  if (intent.version === null) throw new Fault('invalid', 'no', `${intent.id} has no version`)
  return intent.version
}

/** Did this patch happen? Read only; anything that the reads cannot decide is unknown. */
export async function patchProgress(
  intent: Intent,
  read: WorldReader,
  wish: { readonly database: string; readonly isAsWished: (instance: CloudSqlInstance) => boolean },
): Promise<Progress> {
  const reader = configured(read.cloudSql)
  const [instance, operations] = await Promise.all([
    reader.instance(wish.database),
    reader.operations(wish.database),
  ])
  const since = intent.intendedAt - clocksDifferAtMostMs
  const running = operations.find(({ status }) => status !== 'done')
  if (instance.userLabels[intentLabel] === intent.id)
    return running === undefined
      ? { kind: 'done', by: 'me' }
      : { kind: 'running', operation: running.name }
  const newer = operations.find(({ insertedAt }) => insertedAt !== null && insertedAt >= since)
  if (running !== undefined) {
    const why = `operation ${running.name} is under way and may be this change`
    return { kind: 'unknown', why, operation: running.name }
  }
  if (newer !== undefined) {
    const why = `operation ${newer.name} ended and the instance does not show it yet`
    return { kind: 'unknown', why, operation: null }
  }
  if (instance.settingsVersion !== intent.version && wish.isAsWished(instance))
    return { kind: 'done', by: 'as-wished' }
  return { kind: 'absent' }
}

export async function instanceOperation(
  operation: string,
  read: WorldReader,
): Promise<OperationStatus> {
  const { status, error } = await configured(read.cloudSql).operation(operation)
  return status === 'done' ? { kind: 'ended', error } : { kind: 'running' }
}
