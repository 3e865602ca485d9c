/**
 * The Cloud SQL Admin API v1 over the local cloud's instances: what a request is answered, and what
 * it changes.
 */
import {
  busy,
  type GoogleError,
  invalidRequest,
  malformed,
  noInstance,
  noMethod,
  noOperation,
  notAuthorized,
  notHere,
  staleVersion,
} from './google-error.ts'
import { readPatchBody, type SettingsChange } from './patch-body.ts'
import { refusedSettings, type Settings } from './settings-rules.ts'
import { accept, type Durations, isBusy, revisionAt, type SqlInstance } from './sql-instance.ts'
import { instanceJson, operationJson } from './wire.ts'

export type ApiRequest = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
}

export type Answer = { readonly kind: 'answer'; readonly status: number; readonly body: unknown }

export type SqlAdmin = {
  readonly project: string
  readonly instances: ReadonlyMap<string, SqlInstance>
  readonly durations: Durations
  readonly readLagMs: number
  readonly newName: () => string
}

const parameters: Readonly<Record<string, readonly string[]>> = {
  instance: [],
  instances: ['maxResults', 'pageToken', 'filter'],
  operation: [],
  operations: ['instance', 'maxResults', 'pageToken', 'filter', 'location'],
}
const systemParameters = ['alt', '$alt', 'prettyPrint', '$prettyPrint']

const ok = (body: unknown): Answer => ({ kind: 'answer', status: 200, body })

/** `operationError`: how the operation of an accepted patch ends, when it is to end badly. */
export function answer(
  admin: SqlAdmin,
  request: ApiRequest,
  now: number,
  operationError: { code: string; message: string } | null = null,
): Answer | GoogleError {
  const { method, path, query } = request
  const route = /^\/v1\/projects\/([^/]+)\/(instances|operations)(?:\/([^/]+))?$/.exec(path)
  const [, project, collection, name] = route ?? []
  if (route === null || (method !== 'GET' && !(method === 'PATCH' && isInstance(collection, name))))
    return noMethod(method, path)
  if (project !== admin.project) return notAuthorized()
  const resource = name === undefined ? collection : collection?.slice(0, -1)
  const unknown = unknownParameters(query, parameters[resource ?? ''] ?? [])
  if (unknown !== null) return unknown
  const at = now - admin.readLagMs
  if (name === undefined)
    return collection === 'instances'
      ? listInstances(admin, query, at)
      : listOperations(admin, query, at)
  if (collection === 'operations') return getOperation(admin, name, at)
  const instance = admin.instances.get(name)
  if (instance === undefined) return noInstance()
  if (method === 'GET') return ok(instanceJson(admin.project, instance, at))
  return patch(admin, instance, request.body, now, operationError)
}

const isInstance = (collection: string | undefined, name: string | undefined): boolean =>
  collection === 'instances' && name !== undefined

function unknownParameters(query: URLSearchParams, known: readonly string[]): GoogleError | null {
  const names = [...query.keys()].filter(
    (name) => !known.includes(name) && !systemParameters.includes(name),
  )
  if (names.length === 0) {
    if (query.has('filter')) return notHere('filter')
    return query.has('location') ? notHere('location') : null
  }
  return malformed(
    names.map((name) => ({
      field: name,
      description:
        `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. ` +
        `Field '${name}' could not be found in request message.`,
    })),
  )
}

function listInstances(admin: SqlAdmin, query: URLSearchParams, at: number): Answer | GoogleError {
  const all = [...admin.instances.values()].map((one) => instanceJson(admin.project, one, at))
  return page('sql#instancesList', all, query, 1_000)
}

function listOperations(admin: SqlAdmin, query: URLSearchParams, at: number): Answer | GoogleError {
  const name = query.get('instance')
  if (name !== null && !admin.instances.has(name)) return noInstance()
  const all = [...admin.instances.values()]
    .filter((instance) => name === null || instance.name === name)
    .flatMap((instance) => instance.operations)
    .filter((operation) => operation.insertedAt <= at)
    .sort((one, other) => other.insertedAt - one.insertedAt)
    .map((operation) => operationJson(admin.project, operation, at))
  return page('sql#operationsList', all, query, 1_000)
}

/** The token is the number of those already given. */
function page(
  kind: string,
  all: readonly unknown[],
  query: URLSearchParams,
  most: number,
): Answer | GoogleError {
  const [count, from] = [query.get('maxResults') ?? String(most), query.get('pageToken') ?? '0']
  if (!/^[1-9]\d*$/.test(count)) return invalidRequest(`Invalid maxResults: ${count}`)
  if (!/^\d+$/.test(from)) return invalidRequest('Invalid pageToken')
  const end = Number(from) + Math.min(Number(count), most)
  const items = all.slice(Number(from), end)
  return ok({
    kind,
    ...(items.length === 0 ? {} : { items }),
    ...(end < all.length ? { nextPageToken: String(end) } : {}),
  })
}

function getOperation(admin: SqlAdmin, name: string, at: number): Answer | GoogleError {
  for (const instance of admin.instances.values())
    for (const operation of instance.operations)
      if (operation.name === name) return ok(operationJson(admin.project, operation, at))
  return noOperation()
}

/**
 * Which of 409 and 412 Google answers first when both are true is not confirmed: here the version
 * is looked at first.
 */
function patch(
  admin: SqlAdmin,
  instance: SqlInstance,
  json: unknown,
  now: number,
  error: { code: string; message: string } | null,
): Answer | GoogleError {
  const body = readPatchBody(json)
  if (body.kind === 'error') return body
  const current = revisionAt(instance, now)
  const { settingsVersion } = body.settings
  if (settingsVersion !== undefined && settingsVersion !== String(current.settingsVersion))
    return staleVersion()
  if (isBusy(instance, now)) return busy()
  const settings = patched(current.settings, body.settings)
  const refused = refusedSettings(current.settings, settings)
  if (refused !== null) return refused
  const { durations, newName } = admin
  const operation = accept(instance, { name: newName(), settings, at: now, durations, error })
  return ok(operationJson(admin.project, operation, now))
}

/** Objects and labels merge; the list of flags is replaced whole. facts/cloudsql.md, 4. */
function patched(current: Settings, change: SettingsChange): Settings {
  return {
    tier: change.tier ?? current.tier,
    edition: change.edition ?? current.edition,
    availabilityType: change.availabilityType ?? current.availabilityType,
    activationPolicy: change.activationPolicy ?? current.activationPolicy,
    dataDiskSizeGb: change.dataDiskSizeGb ?? current.dataDiskSizeGb,
    databaseFlags: change.databaseFlags ?? current.databaseFlags,
    userLabels: { ...current.userLabels, ...change.userLabels },
    backupConfiguration: merged(current.backupConfiguration, change.backupConfiguration ?? {}),
  }
}

function merged(
  current: Settings['backupConfiguration'],
  change: Readonly<Record<string, boolean | string | undefined>>,
): Settings['backupConfiguration'] {
  const result: Record<string, boolean | string> = { ...current }
  for (const [key, value] of Object.entries(change)) if (value !== undefined) result[key] = value
  return result
}
