/** Whether a setting of a service can be written, as the document's bindings say; else what to do. */
import type { Service, System } from '../capacity/system.ts'
import type { Unable } from '../define/step.ts'

export type BoundSetting = {
  readonly service: string
  readonly binding: 'gunicorn' | 'connMaxAge' | 'databaseHost' | 'celery'
  /** What it is called where it is baked into an image, and the value to set there. */
  readonly setting: string
  readonly value: string | number
}

type Binding = NonNullable<NonNullable<Service['bindings']>['gunicorn']>

/** Where the service is; every write needs that. */
export function unableWithout(system: System, service: string): Unable | null {
  if (system.services[service]?.bindings !== undefined) return null
  const line = 'bindings: { resource: projects/<project>/locations/<region>/services/<name> }'
  return noBinding({ service, setting: 'resource', under: `services.${service}`, line })
}

/** Where the setting is baked into the image: the patch to make. Where nobody says: the line to add. */
export function unableToSet(system: System, wished: BoundSetting): Unable | null {
  const { service, binding, setting, value } = wished
  const nowhere = unableWithout(system, service)
  if (nowhere !== null) return nowhere
  const bound = system.services[service]?.bindings?.[binding]
  if (bound !== undefined && 'image' in bound)
    return { kind: 'unable', code: 'baked-into-image', service, where: bound.image, setting, value }
  if (bound !== undefined && isWritable(binding, bound)) return null
  const under = `services.${service}.bindings`
  return noBinding({ service, setting, under, line: `${binding}: ${lineFor[binding]}` })
}

/** Two of them are a program's flags, anywhere on its command line; the others one variable each. */
function isWritable(name: BoundSetting['binding'], bound: Binding): boolean {
  return name === 'gunicorn' || name === 'celery' || 'env' in bound
}

const lineFor = {
  gunicorn: '{ args: true }',
  celery: '{ args: true }',
  connMaxAge: '{ env: DB_CONN_MAX_AGE }',
  databaseHost: '{ env: DB_HOST }',
} as const

export function noBinding(given: {
  readonly service: string
  readonly setting: string
  readonly under: string
  readonly line: string
}): Unable {
  return { kind: 'unable', code: 'no-binding', ...given }
}
