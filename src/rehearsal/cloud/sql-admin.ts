/**
 * The Cloud SQL Admin API v1 over the local cloud's instances: what a request is answered, and what
 * it changes.
 */
import {
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
import { backupBody, insertBody } from './insert-body.ts'
import { operationFailure, refusalOf, type WriteMishap } from './mishaps.ts'
import { readBody, readPatchBody, type SettingsChange } from './patch-body.ts'
import { type Answer, type ApiRequest, type Moment, ok, type Product } from './product.ts'
import type { Settings } from './settings-rules.ts'
import { specialFlag, specialReplica } from './special-inputs.ts'
import {
  backUp,
  change,
  createReplica,
  deleteInstance,
  type Failure,
  instanceAt,
  type SqlProject,
} from './sql-changes.ts'
import { type Operation, revisionAt, type SqlInstance } from './sql-instance.ts'
import { backupJson, instanceJson, operationJson } from './wire.ts'

export type SqlAdmin = SqlProject & { readonly project: string }

/** What each method takes in its query, besides what every method does. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  'GET instances': ['maxResults', 'pageToken', 'filter'],
  'GET operations': ['instance', 'maxResults', 'pageToken', 'filter', 'location'],
  'GET instances/*/backupRuns': ['maxResults', 'pageToken'],
}
const systemParameters = ['alt', '$alt', 'prettyPrint', '$prettyPrint']

/** Whatever no other product owns. */
export function sqlProduct(admin: SqlAdmin): Product {
  return {
    ...{ name: 'sql', looksBy: 'GET' },
    owns: () => true,
    answer: (request, moment) => answer(admin, request, moment),
    refusal: refusalOf,
    special: (request, now) => special(admin, request, now),
    writes: () => [...admin.instances.values()].flatMap((one) => one.operations).length,
  }
}

const place = /^\/v1\/projects\/([^/]+)\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?$/

function special(admin: SqlAdmin, request: ApiRequest, now: number): WriteMishap | null {
  const [, , , item = ''] = place.exec(request.path) ?? []
  const instance = admin.instances.get(item)
  if (request.method === 'PATCH' && instance !== undefined)
    return specialFlag(request, revisionAt(instance, now).settings)
  return request.path.endsWith('/instances') ? specialReplica(request) : null
}

function answer(
  admin: SqlAdmin,
  request: ApiRequest,
  { now, seenAt, fails }: Moment,
): Answer | GoogleError {
  const { method, path, query } = request
  const [, project, within, item, below] = place.exec(path) ?? []
  const parts = [within, item === undefined ? undefined : '*', below]
  const what = `${method} ${parts.filter((part) => part !== undefined).join('/')}`
  const work = methods[what]
  if (work === undefined) return noMethod(method, path)
  if (project !== admin.project) return notAuthorized()
  const unknown = unknownParameters(query, parameters[what] ?? [])
  const failure = fails ? operationFailure : null
  const call = { admin, query, body: request.body, item: item ?? '', now, seenAt, failure }
  return unknown ?? work(call)
}

type Call = {
  readonly admin: SqlAdmin
  readonly query: URLSearchParams
  readonly body: unknown
  /** What the path names: an instance or an operation. */
  readonly item: string
  readonly now: number
  readonly seenAt: number
  /** How the operation of an accepted change ends, when it is to end badly. */
  readonly failure: Failure
}

const methods: Readonly<Record<string, (call: Call) => Answer | GoogleError>> = {
  'GET instances': ({ admin, query, seenAt }) => listInstances(admin, query, seenAt),
  'GET instances/*': ({ admin, item, seenAt: at }) =>
    onInstance(admin, item, at, (one) => ok(instanceJson(admin, one, at))),
  'GET operations': ({ admin, query, seenAt }) => listOperations(admin, query, seenAt),
  'GET operations/*': ({ admin, item, seenAt }) => getOperation(admin, item, seenAt),
  'GET instances/*/backupRuns': ({ admin, query, item, seenAt: at }) =>
    onInstance(admin, item, at, ({ backups }) => {
      const seen = backups.filter(({ operation }) => operation.insertedAt <= at).toReversed()
      const items = seen.map((run) => backupJson(item, run, at))
      return page('sql#backupRunsList', items, query, 500)
    }),
  'PATCH instances/*': (call) => {
    const { admin, item, now } = call
    return onInstance(admin, item, now, (instance) => patch(instance, call))
  },
  'POST instances': ({ admin, body: json, now, failure }) => {
    const read = readBody(insertBody, json)
    if (read.kind === 'error') return read
    return begun(admin, createReplica(admin, read.body, now, failure), now)
  },
  'DELETE instances/*': ({ admin, item, now, failure }) =>
    onInstance(admin, item, now, (instance) =>
      begun(admin, deleteInstance(admin, instance, now, failure), now),
    ),
  'POST instances/*/backupRuns': ({ admin, item, body: json, now, failure }) => {
    const read = readBody(backupBody, json)
    if (read.kind === 'error') return read
    const { description } = read.body
    return onInstance(admin, item, now, (instance) =>
      begun(admin, backUp(admin, instance, description, now, failure), now),
    )
  },
}

function onInstance(
  admin: SqlAdmin,
  name: string,
  at: number,
  work: (instance: SqlInstance) => Answer | GoogleError,
): Answer | GoogleError {
  const instance = instanceAt(admin, name, at)
  return instance === null ? noInstance() : work(instance)
}

function begun(admin: SqlAdmin, operation: Operation | GoogleError, now: number) {
  return 'kind' in operation ? operation : ok(operationJson(admin.project, operation, now))
}

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
  const all = [...admin.instances.keys()].flatMap((name) => {
    const instance = instanceAt(admin, name, at)
    return instance === null ? [] : [instanceJson(admin, instance, at)]
  })
  return page('sql#instancesList', all, query, 1_000)
}

function listOperations(admin: SqlAdmin, query: URLSearchParams, at: number): Answer | GoogleError {
  const name = query.get('instance')
  if (name !== null && instanceAt(admin, name, at) === null) return noInstance()
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
  instance: SqlInstance,
  { admin, body: json, now, failure }: Call,
): Answer | GoogleError {
  const body = readPatchBody(json)
  if (body.kind === 'error') return body
  const current = revisionAt(instance, now)
  const { settingsVersion } = body.settings
  if (settingsVersion !== undefined && settingsVersion !== String(current.settingsVersion))
    return staleVersion()
  const settings = patched(current.settings, body.settings)
  return begun(admin, change(admin, instance, settings, now, failure), now)
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
