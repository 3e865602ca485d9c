/** The ticketing site's instances as the simulated world begins with them, and as the ports show them. */
import type { Settings } from '../../src/rehearsal/cloud/settings-rules.ts'
import type { SqlProject } from '../../src/rehearsal/cloud/sql-changes.ts'
import {
  type Operation,
  revisionAt,
  type SqlInstance,
  stateAt,
  statusAt,
} from '../../src/rehearsal/cloud/sql-instance.ts'
import type { CloudSqlInstance, CloudSqlOperation } from '../../src/world/ports/cloud-sql.ts'

export function tukiAt(
  at: number,
  one: { readonly name: string; readonly tier: string; readonly primary?: string },
): SqlInstance {
  const isPrimary = one.primary === undefined
  const settings: Settings = {
    tier: one.tier,
    edition: 'ENTERPRISE',
    availabilityType: isPrimary ? 'REGIONAL' : 'ZONAL',
    activationPolicy: 'ALWAYS',
    dataDiskSizeGb: '50',
    databaseFlags: isPrimary ? [{ name: 'work_mem', value: '8192' }] : [],
    userLabels: isPrimary ? { team: 'tickets' } : {},
    backupConfiguration: {},
  }
  return {
    name: one.name,
    region: 'us-central1',
    databaseVersion: 'POSTGRES_14',
    masterInstanceName: one.primary ?? null,
    revisions: [{ at, settingsVersion: isPrimary ? 17 : 1, settings }],
    ...{ operations: [], outages: [], backups: [], creation: null, deletions: [] },
  }
}

export function seenInstance(
  project: SqlProject,
  instance: SqlInstance,
  at: number,
): CloudSqlInstance {
  const { settings, settingsVersion } = revisionAt(instance, at)
  return {
    name: instance.name,
    region: instance.region,
    state: stateAt(instance, at) ?? '',
    activationPolicy: settings.activationPolicy,
    settingsVersion: String(settingsVersion),
    tier: settings.tier,
    edition: 'enterprise',
    availability: settings.availabilityType === 'REGIONAL' ? 'regional' : 'zonal',
    diskGb: Number(settings.dataDiskSizeGb),
    version: 14,
    flags: Object.fromEntries(settings.databaseFlags.map(({ name, value }) => [name, value])),
    userLabels: settings.userLabels,
    primary: instance.masterInstanceName,
    replicas: [...project.instances.values()]
      .filter((one) => one.masterInstanceName === instance.name && stateAt(one, at) !== null)
      .map(({ name }) => name)
      .sort(),
  }
}

const statuses = { PENDING: 'pending', RUNNING: 'running', DONE: 'done' } as const

export function seenOperation(operation: Operation, at: number): CloudSqlOperation {
  const status = statuses[statusAt(operation, at)]
  const { error } = operation
  return {
    name: operation.name,
    instance: operation.instance,
    type: operation.type,
    status,
    error: status === 'done' && error !== null ? `${error.code}: ${error.message}` : null,
    insertedAt: operation.insertedAt,
    startedAt: status === 'pending' ? null : operation.startedAt,
    endedAt: status === 'done' ? operation.endedAt : null,
    user: null,
  }
}
