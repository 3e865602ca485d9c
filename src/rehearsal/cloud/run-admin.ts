/** The Cloud Run Admin API v2 over the local cloud's services and worker pools. facts/workload.md, 2. */
import type { GoogleError } from './google-error.ts'
import type { WriteMishap } from './mishaps.ts'
import { type Answer, type ApiRequest, type Moment, ok, type Product } from './product.ts'
import { readChange } from './run-body.ts'
import {
  invalidArgument,
  noPermission,
  noResource,
  runRefusal,
  staleEtag,
  unimplemented,
} from './run-error.ts'
import { answerJobs, isOfJobs, jobOperation, type RunJobs } from './run-jobs.ts'
import { accept, generationAt, type RunDurations, type RunResource } from './run-resource.ts'
import { refusedSpec, startFailure } from './run-rules.ts'
import { type Look, operationJson, resourceJson, revisionJson } from './run-wire.ts'
import { specialScale } from './special-inputs.ts'

export type RunAdmin = {
  readonly project: string
  readonly resources: ReadonlyMap<string, RunResource>
  readonly jobs: RunJobs
  readonly durations: RunDurations
  readonly newName: () => string
}

const place = '(projects/[^/]+/locations/[^/]+)'
const path = new RegExp(
  `^/v2/${place}/(services|workerPools|operations)(?:/([^/]+)(?:/revisions/([^/]+))?)?$`,
)

export function runProduct(admin: RunAdmin): Product {
  return {
    ...{ name: 'run', looksBy: 'GET' },
    owns: (requested) => requested.startsWith('/v2/'),
    answer: (request, moment) => answer(admin, request, moment),
    refusal: runRefusal,
    special: (request, now) => special(admin, request, now),
    writes: () =>
      [admin.jobs, ...admin.resources.values()].flatMap<unknown>(({ operations }) => operations)
        .length,
  }
}

function special({ resources }: RunAdmin, request: ApiRequest, now: number): WriteMishap | null {
  const resource = resources.get(request.path.slice('/v2/'.length))
  return resource === undefined ? null : specialScale(request, generationAt(resource, now).spec)
}

function answer(
  admin: RunAdmin,
  request: ApiRequest,
  { now, seenAt, fails }: Moment,
): Answer | GoogleError {
  const [, owner] = /^\/v2\/projects\/([^/]+)\//.exec(request.path) ?? []
  if (owner !== undefined && owner !== admin.project) return noPermission()
  const numericEnums = (request.query.get('$alt') ?? '').includes('enum-encoding=int')
  const look = { at: seenAt, numericEnums }
  if (isOfJobs(request.path))
    return answerJobs(admin.jobs, { request, now, fails, look, newName: admin.newName })
  const route = path.exec(request.path)
  const [, parent = '', collection = '', id = '', revision] = route ?? []
  if (route === null || !['GET', 'PATCH'].includes(request.method))
    return unimplemented(`${request.method} ${request.path}`)
  const wrong = wrongParameter(request)
  if (wrong !== null) return wrong
  const name = `${parent}/${collection}/${id}`
  if (id === '') return list(admin, `${parent}/${collection}`, request, look)
  if (collection === 'operations') return getOperation(admin, name, look)
  const resource = admin.resources.get(name)
  if (resource === undefined) return noResource(name)
  if (request.method === 'PATCH' && revision === undefined)
    return patch(admin, resource, request, { now, fails, numericEnums })
  if (request.method !== 'GET') return unimplemented(`${request.method} ${request.path}`)
  if (revision === undefined) return ok(resourceJson(resource, look))
  const found = resource.revisions.find((one) => one.name === revision && one.createdAt <= look.at)
  return found === undefined
    ? noResource(`${name}/revisions/${revision}`)
    : ok(revisionJson(resource, found, look))
}

function wrongParameter({ method, query }: ApiRequest): GoogleError | null {
  const known = ['$alt', 'alt', '$prettyPrint', ...(parameters[method] ?? [])]
  const wrong = [...query.keys()].find((name) => !known.includes(name))
  return wrong === undefined ? null : invalidArgument(`Unknown name "${wrong}".`)
}

/** One page: it has no more than a page holds. */
function list(
  { resources }: RunAdmin,
  folder: string,
  { method, path: requested }: ApiRequest,
  look: Look,
): Answer | GoogleError {
  const collection = folder.slice(folder.lastIndexOf('/') + 1)
  if (method !== 'GET' || collection === 'operations')
    return unimplemented(`${method} ${requested}`)
  const found = [...resources.values()].filter(({ name }) => name.startsWith(`${folder}/`))
  return ok({ [collection]: found.map((one) => resourceJson(one, look)) })
}

const parameters: Readonly<Record<string, readonly string[]>> = {
  PATCH: ['updateMask', 'validateOnly', 'allowMissing'],
  GET: ['pageSize', 'pageToken', 'showDeleted'],
}

function getOperation(admin: RunAdmin, name: string, look: Look): Answer | GoogleError {
  for (const resource of admin.resources.values())
    for (const operation of resource.operations)
      if (operation.name === name) return ok(operationJson(resource, operation, look))
  return jobOperation(admin.jobs, name, look) ?? noResource(name)
}

function patch(
  admin: RunAdmin,
  resource: RunResource,
  { body, query }: ApiRequest,
  given: { readonly now: number; readonly fails: boolean; readonly numericEnums: boolean },
): Answer | GoogleError {
  const { now, fails, numericEnums } = given
  if (query.get('allowMissing') === 'true') return unimplemented('allowMissing')
  const { kind } = resource
  const current = generationAt(resource, now)
  const change = readChange(body, query.get('updateMask'), { kind, current: current.spec })
  if (change.kind === 'error') return change
  if (change.etag !== null && change.etag !== current.etag) return staleEtag(resource.name)
  const refused = refusedSpec(resource, current.spec, change.spec)
  if (refused !== null) return refused
  const id = admin.newName()
  const parent = resource.name.slice(0, resource.name.indexOf(`/${kind}/`))
  const look = { at: now, numericEnums }
  if (query.get('validateOnly') === 'true')
    return ok({ name: `${parent}/operations/${id}`, done: true })
  const operation = accept(resource, {
    ...{ spec: change.spec, at: now, durations: admin.durations },
    operation: `${parent}/operations/${id}`,
    etag: `"${Buffer.from(`${id}`).toString('base64')}"`,
    failure: fails ? 'The service could not be brought up.' : startFailure(change.spec.template),
  })
  return ok(operationJson(resource, operation, look))
}
