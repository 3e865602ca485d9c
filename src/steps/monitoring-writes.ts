/** What every write to Cloud Monitoring shares: its source, its version and its mark. writes.md. */
import { usable } from '../capacity/cloud-sql.ts'
import type { System } from '../capacity/system.ts'
import type { Intent, Progress } from '../define/step.ts'
import { Fault } from '../world/fault.ts'
import { alertIn, type FoundAlert } from '../world/monitored/alert.ts'
import type { WorldReader } from '../world/world.ts'
import { intentLabel } from './cloud-sql-patch.ts'
import { configured } from './sources.ts'

/** The version of what is not there: only its creation may bear it. */
export const absentVersion = 'none'

export function alertOf(system: System, alert: string) {
  const found = system.alerts[alert]
  if (found === undefined) throw new Fault('invalid', 'no', `the document has no alert ${alert}`)
  return found
}

export async function findAlert(
  read: WorldReader,
  system: System,
  alert: string,
): Promise<FoundAlert> {
  const { database } = alertOf(system, alert)
  const policies = await configured(read.monitoring).alertPolicies()
  return alertIn(policies, { alert, project: system.project, database })
}

/** Did this write to a policy happen? Its mark says so, and nothing else does. */
export async function alertProgress(read: WorldReader, intent: Intent): Promise<Progress> {
  const policies = await configured(read.monitoring).alertPolicies()
  return policies.some(({ userLabels }) => userLabels[intentLabel] === intent.id)
    ? { kind: 'done', by: 'me' }
    : { kind: 'absent' }
}

export function usableOf(system: System) {
  return (database: string): number | null => {
    const found = system.databases[database]
    return found === undefined ? null : usable(found)
  }
}
