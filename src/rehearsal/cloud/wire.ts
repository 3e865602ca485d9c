/**
 * Instances and operations as the Cloud SQL Admin API writes them: int64 as strings, enums by name,
 * unset is absent.
 */
import { type Operation, revisionAt, type SqlInstance, statusAt } from './sql-instance.ts'

export function instanceJson(project: string, instance: SqlInstance, at: number) {
  const { settings, settingsVersion } = revisionAt(instance, at)
  const { databaseFlags, userLabels, ...others } = settings
  const { masterInstanceName } = instance
  return {
    kind: 'sql#instance',
    name: instance.name,
    project,
    region: instance.region,
    state: 'RUNNABLE',
    databaseVersion: instance.databaseVersion,
    backendType: 'SECOND_GEN',
    instanceType: masterInstanceName === null ? 'CLOUD_SQL_INSTANCE' : 'READ_REPLICA_INSTANCE',
    connectionName: `${project}:${instance.region}:${instance.name}`,
    ...(masterInstanceName === null
      ? {}
      : { masterInstanceName: `${project}:${masterInstanceName}` }),
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
    operationType: 'UPDATE',
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

const iso = (at: number): string => new Date(at).toISOString()
