/** From a System to another one: which steps it takes, each with the fields that differ. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { needsSplit } from '../capacity/planner/splits.ts'
import type { Service, System, WebService } from '../capacity/system.ts'
import type { Json, JsonObject } from './step.ts'

/** One step; its atoms may be given one by one where an order needs it. */
export type Unit = {
  readonly step: string
  /** What names the target. */
  readonly base: JsonObject
  readonly atoms: readonly JsonObject[]
  /** It cannot stand whole beside the step that changes the service's processes. */
  readonly isConflicting?: boolean
}

export function unitsBetween(before: System, after: System): readonly Unit[] {
  return [
    ...Object.keys(after.databases).flatMap((name) => databaseUnits(before, after, name)),
    ...Object.keys(after.poolers).flatMap((name) => poolerUnits(before, after, name)),
    ...Object.keys(after.services).flatMap((name) => serviceUnits(before, after, name)),
    ...Object.keys(after.alerts).flatMap((name) => alertUnits(before, after, name)),
  ]
}

function whole(step: string, base: JsonObject, fields: JsonObject): readonly Unit[] {
  return Object.keys(fields).length === 0 ? [] : [{ step, base, atoms: [fields] }]
}

function databaseUnits(before: System, after: System, name: string): readonly Unit[] {
  const [was, is] = [before.databases[name], after.databases[name]]
  const fields = differing(was, is, ['tier'])
  return whole('patch-cloud-sql-tier', { database: name }, fields)
}

function poolerUnits(before: System, after: System, name: string): readonly Unit[] {
  const [was, is] = [before.poolers[name], after.poolers[name]]
  return whole('set-pooler', { pooler: name }, differing(was, is, ['mode', 'defaultPoolSize']))
}

function alertUnits(before: System, after: System, name: string): readonly Unit[] {
  const [was, is] = [before.alerts[name], after.alerts[name]]
  return whole('retarget-alert', { alert: name }, differing(was, is, ['threshold']))
}

/** vCPUs and memory are one choice: a shape. */
const scaling = [['minInstances'], ['maxInstances'], ['concurrency'], ['cpu', 'memoryGib']]

function serviceUnits(before: System, after: System, name: string): readonly Unit[] {
  const [was, is] = [before.services[name], after.services[name]]
  if (was === undefined || is === undefined) return []
  const base = { service: name }
  const scale = scaling
    .map((names) => differing(was, is, names))
    .filter((fields) => Object.keys(fields).length > 0)
  const through = is.database?.through
  const isMoved = through !== undefined && through !== was.database?.through
  return [
    ...(isMoved ? whole('route-through-pooler', base, { pooler: through }) : []),
    ...processUnits(was, is, base),
    ...(scale.length === 0 ? [] : [scaleUnit(base, scale, needsSplit(was, is))]),
  ]
}

function scaleUnit(base: JsonObject, atoms: readonly JsonObject[], isConflicting: boolean): Unit {
  return { step: 'scale-service', base, atoms, isConflicting }
}

function processUnits(was: Service, is: Service, base: JsonObject): readonly Unit[] {
  if (was.kind === 'celery-worker' && is.kind === 'celery-worker')
    return whole('bump-celery-concurrency', base, differing(was.celery, is.celery, ['concurrency']))
  if (was.kind !== 'web' || is.kind !== 'web') return []
  return [
    ...whole('set-gunicorn', base, differing(was.gunicorn, is.gunicorn, ['workers', 'threads'])),
    ...whole('set-django-connections', base, djangoFields(was.django, is.django)),
  ]
}

type Django = WebService['django']

/** Only what makes Django start again: no pool, or connections that are closed. */
function djangoFields(was: Django, is: Django): JsonObject {
  return {
    ...(was.pool !== undefined && is.pool === undefined ? { pool: null } : {}),
    ...(was.connMaxAgeSeconds === is.connMaxAgeSeconds
      ? {}
      : { connMaxAgeSeconds: is.connMaxAgeSeconds }),
  }
}

/** The fields that differ, as they should be. */
function differing(
  was: object | undefined,
  is: object | undefined,
  names: readonly string[],
): JsonObject {
  const fields: Record<string, Json> = {}
  for (const name of names) {
    const [one, other]: unknown[] = [was, is].map((of) =>
      of === undefined ? undefined : Reflect.get(of, name),
    )
    if (typeof other !== 'string' && typeof other !== 'number') continue
    if (!isDeepStrictEqual(one, other)) fields[name] = other
  }
  return fields
}
