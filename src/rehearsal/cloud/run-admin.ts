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
import { accept, generationAt, type RunDurations, type RunResource } from './run-resource.ts'
import { refusedSpec, startFailure } from './run-rules.ts'
import { type Look, operationJson, resourceJson, revisionJson } from './run-wire.ts'
import { specialScale } from './special-inputs.ts'

export type RunAdmin = {
  readonly project: string
  readonly resources: ReadonlyMap<string, RunResource>
  readonly durations: RunDurations
  readonly newName: () => string
}

const place = `(projects/([^/]+)/locations/[^/]+)`
const path = new RegExp(
  `^/v2/${place}/(services|workerPools|operations)/([^/]+)(?:/revisions/([^/]+))?$`,
)

export function runProduct(admin: RunAdmin): Product {
  return {
    name: 'run',
    owns: (requested) => requested.startsWith('/v2/'),
    answer: (request, moment) => answer(admin, request, moment),
    refusal: runRefusal,
    special: (request, now) => special(admin, request, now),
    writes: () => [...admin.resources.values()].flatMap(({ operations }) => operations).length,
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
  const route = path.exec(request.path)
  const [, parent = '', project, collection = '', id = '', revision] = route ?? []
  if (route === null || !['GET', 'PATCH'].includes(request.method))
    return unimplemented(`${request.method} ${request.path}`)
  if (project !== admin.project) return noPermission()
  const wrong = wrongParameter(request)
  if (wrong !== null) return wrong
  const numericEnums = (request.query.get('$alt') ?? '').includes('enum-encoding=int')
  const look = { at: seenAt, numericEnums }
  const name = `${parent}/${collection}/${id}`
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
  const known = ['$alt', 'alt', '$prettyPrint', ...(method === 'PATCH' ? patchParameters : [])]
  const wrong = [...query.keys()].find((name) => !known.includes(name))
  return wrong === undefined ? null : invalidArgument(`Unknown name "${wrong}".`)
}

const patchParameters = ['updateMask', 'validateOnly', 'allowMissing']

function getOperation(admin: RunAdmin, name: string, look: Look): Answer | GoogleError {
  for (const resource of admin.resources.values())
    for (const operation of resource.operations)
      if (operation.name === name) return ok(operationJson(resource, operation, look))
  return noResource(name)
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
