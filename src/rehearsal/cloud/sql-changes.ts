/** What changes the local cloud's instances: each is refused, or accepted with the operation that it begins. */
import {
  busy,
  type GoogleError,
  invalidRequest,
  nameTaken,
  noInstance,
  notHere,
} from './google-error.ts'
import type { InsertBody } from './insert-body.ts'
import { refusedSettings, type Settings } from './settings-rules.ts'
import {
  acceptSettings,
  type Beginning,
  type Durations,
  type Operation,
  operationOn,
  revisionAt,
  type SqlInstance,
  stateAt,
  statusAt,
} from './sql-instance.ts'

export type SqlProject = {
  readonly instances: Map<string, SqlInstance>
  readonly durations: Durations
  readonly newName: () => string
}

/** How the operation of an accepted change ends, when it is to end badly. */
export type Failure = Operation['error']

/** One operation at a time, and work on a replica occupies its primary too. facts/cloudsql.md, 4. */
function isBusy({ instances }: SqlProject, name: string, at: number): boolean {
  return [...instances.values()]
    .filter((one) => one.name === name || one.masterInstanceName === name)
    .some(({ operations }) => operations.some((operation) => statusAt(operation, at) !== 'DONE'))
}

/** Null where it is not there. */
export function instanceAt(
  { instances }: SqlProject,
  name: string,
  at: number,
): SqlInstance | null {
  const instance = instances.get(name)
  return instance === undefined || stateAt(instance, at) === null ? null : instance
}

export function change(
  project: SqlProject,
  instance: SqlInstance,
  settings: Settings,
  at: number,
  error: Failure,
): Operation | GoogleError {
  if (isBusy(project, instance.name, at)) return busy()
  const refused = refusedSettings(revisionAt(instance, at).settings, settings)
  return refused ?? acceptSettings(instance, { ...beginning(project, at, error), settings })
}

export function createReplica(
  project: SqlProject,
  body: InsertBody,
  at: number,
  error: Failure,
): Operation | GoogleError {
  const { instances, durations } = project
  const { name, masterInstanceName } = body
  if (masterInstanceName === undefined) return notHere('instances.insert of a primary')
  const primary = instanceAt(project, masterInstanceName, at)
  if (primary === null) return noInstance()
  const before = instances.get(name)
  const deletedAt = before?.deletions.at(-1)?.endedAt ?? 0
  if (before !== undefined && (stateAt(before, at) !== null || at < deletedAt + durations.burntMs))
    return nameTaken()
  if (isBusy(project, primary.name, at)) return busy()
  const settings = settingsOf(body)
  const refused =
    refusedReplica(primary, body) ?? refusedSettings(revisionAt(primary, at).settings, settings)
  if (refused !== null) return refused
  const operation = operationOn(name, 'CREATE_REPLICA', beginning(project, at, error))
  instances.set(name, {
    name,
    region: body.region,
    databaseVersion: primary.databaseVersion,
    masterInstanceName: primary.name,
    revisions: [{ at, settingsVersion: 1, settings }],
    operations: [...(before?.operations ?? []), operation],
    outages: [],
    backups: [],
    creation: operation,
    deletions: [],
  })
  moved(primary, at)
  return operation
}

export function deleteInstance(
  project: SqlProject,
  instance: SqlInstance,
  at: number,
  error: Failure,
): Operation | GoogleError {
  const primary = project.instances.get(instance.masterInstanceName ?? '')
  if (primary === undefined) return notHere('instances.delete of a primary')
  if (isBusy(project, primary.name, at) || isBusy(project, instance.name, at)) return busy()
  const operation = operationOn(instance.name, 'DELETE', beginning(project, at, error))
  instance.operations.push(operation)
  instance.deletions.push(operation)
  moved(primary, at)
  return operation
}

export function backUp(
  project: SqlProject,
  instance: SqlInstance,
  description: string,
  at: number,
  error: Failure,
): Operation | GoogleError {
  if (isBusy(project, instance.name, at)) return busy()
  const operation = operationOn(instance.name, 'BACKUP_VOLUME', beginning(project, at, error))
  instance.operations.push(operation)
  instance.backups.push({ id: at, description, operation })
  return operation
}

function beginning({ durations, newName }: SqlProject, at: number, error: Failure): Beginning {
  return { name: newName(), at, durations, error }
}

/** Creating or deleting a replica moves its primary's version. facts/cloudsql.md, 4. */
function moved(primary: SqlInstance, at: number): void {
  const { settings, settingsVersion } = revisionAt(primary, at)
  primary.revisions.push({ at, settingsVersion: settingsVersion + 1, settings })
}

function refusedReplica(primary: SqlInstance, body: InsertBody): GoogleError | null {
  if (!/^[a-z][a-z0-9-]{0,97}$/.test(body.name))
    return invalidRequest(`Invalid instance name (${body.name})`)
  if (primary.masterInstanceName !== null) return notHere('a replica of a replica')
  return body.databaseVersion === primary.databaseVersion
    ? null
    : invalidRequest(`Database version ${body.databaseVersion} is not the primary's`)
}

/** From PostgreSQL 16 on, no edition means Enterprise Plus. facts/cloudsql.md, 11, 25. */
function settingsOf({ settings, databaseVersion }: InsertBody): Settings {
  const version = Number(databaseVersion.replace(/^POSTGRES_/, ''))
  return {
    tier: settings.tier,
    edition: settings.edition ?? (version >= 16 ? 'ENTERPRISE_PLUS' : 'ENTERPRISE'),
    availabilityType: settings.availabilityType ?? 'ZONAL',
    activationPolicy: settings.activationPolicy ?? 'ALWAYS',
    dataDiskSizeGb: settings.dataDiskSizeGb ?? '10',
    databaseFlags: settings.databaseFlags ?? [],
    userLabels: settings.userLabels ?? {},
    backupConfiguration: {},
  }
}
