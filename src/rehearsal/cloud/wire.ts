/**
 * Instances and operations as the Cloud SQL Admin API writes them: int64 as strings, enums by name,
 * unset is absent.
 */
import {
  type BackupRun,
  type Operation,
  revisionAt,
  type SqlInstance,
  stateAt,
  statusAt,
} from './sql-instance.ts'

type Project = {
  readonly project: string
  readonly instances: ReadonlyMap<string, SqlInstance>
}

export function instanceJson({ project, instances }: Project, instance: SqlInstance, at: number) {
  const replicas = [...instances.values()]
    .filter((one) => one.masterInstanceName === instance.name && stateAt(one, at) !== null)
    .map(({ name }) => name)
  const state = stateAt(instance, at)
  if (state === null) throw new Error(`${instance.name} is not there`)
  const { settings, settingsVersion } = revisionAt(instance, at)
  const { databaseFlags, userLabels, ...others } = settings
  const { masterInstanceName, privateIp = null } = instance
  return {
    kind: 'sql#instance',
    name: instance.name,
    project,
    region: instance.region,
    state,
    databaseVersion: instance.databaseVersion,
    backendType: 'SECOND_GEN',
    instanceType: masterInstanceName === null ? 'CLOUD_SQL_INSTANCE' : 'READ_REPLICA_INSTANCE',
    connectionName: `${project}:${instance.region}:${instance.name}`,
    ...(masterInstanceName === null
      ? {}
      : { masterInstanceName: `${project}:${masterInstanceName}` }),
    ...(replicas.length === 0 ? {} : { replicaNames: replicas }),
    ...(privateIp === null ? {} : { ipAddresses: [{ type: 'PRIVATE', ipAddress: privateIp }] }),
    settings: {
      kind: 'sql#settings',
      settingsVersion: String(settingsVersion),
      ...others,
      ...(databaseFlags.length === 0 ? {} : { databaseFlags }),
      ...(Object.keys(userLabels).length === 0 ? {} : { userLabels }),
    },
  }
}

export function operationJson(project: string, operation: Operation, at: number) {
  const status = statusAt(operation, at)
  const { error } = operation
  return {
    kind: 'sql#operation',
    name: operation.name,
    operationType: operation.type,
    status,
    targetId: operation.instance,
    targetProject: project,
    insertTime: iso(operation.insertedAt),
    ...(status === 'PENDING' ? {} : { startTime: iso(operation.startedAt) }),
    ...(status === 'DONE' ? { endTime: iso(operation.endedAt) } : {}),
    ...(status === 'DONE' && error !== null
      ? {
          error: {
            kind: 'sql#operationErrors',
            errors: [{ kind: 'sql#operationError', ...error }],
          },
        }
      : {}),
  }
}

export function backupJson(
  instance: string,
  { id, description, operation }: BackupRun,
  at: number,
) {
  const status = statusAt(operation, at)
  const done = operation.error === null ? 'SUCCESSFUL' : 'FAILED'
  return {
    kind: 'sql#backupRun',
    id: String(id),
    instance,
    type: 'ON_DEMAND',
    ...(description === '' ? {} : { description }),
    status: status === 'DONE' ? done : { PENDING: 'ENQUEUED', RUNNING: 'RUNNING' }[status],
    enqueuedTime: iso(operation.insertedAt),
    ...(status === 'PENDING' ? {} : { startTime: iso(operation.startedAt) }),
    ...(status === 'DONE' ? { endTime: iso(operation.endedAt) } : {}),
  }
}

const iso = (at: number): string => new Date(at).toISOString()
