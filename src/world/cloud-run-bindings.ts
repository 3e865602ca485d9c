/**
 * Where a service's settings live in its container, as the document's bindings say: read from
 * there, and written there.
 */
import type { Service, SystemDocument } from '../capacity/system.ts'
import { type Flag, flagValue, holdsShellLine, withFlag } from './command-line.ts'
import { Fault } from './fault.ts'
import type { Reading, ServiceSetting, SettingValue } from './ports/cloud-run.ts'

type Binding = NonNullable<NonNullable<Service['bindings']>['gunicorn']>

/** What of a container the bindings lead to. A value that is kept in a secret is null. */
export type Surroundings = {
  readonly args: readonly string[]
  readonly env: ReadonlyMap<string, string | null>
}

/** A service whose resource is known, and where its settings live there. */
export type Bindable = {
  readonly service: Pick<Service, 'kind' | 'bindings'>
  readonly resource: string
  /** Where its database is found: `direct` or a pooler, by host. */
  readonly hosts: ReadonlyMap<string, string>
}

/** One service of the document that names its resource. */
export type BoundService = Bindable & { readonly service: Service }

export type Bound = Pick<SystemDocument, 'services' | 'databases' | 'poolers'>

export function boundService(document: Bound, name: string): BoundService | null {
  const service = document.services[name]
  const resource = service?.bindings?.resource
  if (service === undefined || resource === undefined) return null
  return { service, resource, hosts: hostsOf(document, service) }
}

function hostsOf({ databases, poolers }: Bound, { database }: Service): BoundService['hosts'] {
  if (database === undefined) return new Map()
  const places = [
    ['direct', databases[database.name]?.host] as const,
    ...Object.entries(poolers)
      .filter(([, pooler]) => pooler.database === database.name)
      .map(([name, { host }]) => [name, host] as const),
  ]
  return new Map(places.flatMap(([name, host]) => (host === undefined ? [] : [[name, host]])))
}

/** Those that can be read of this service, whatever the world answers. */
export function settingsOf({ service, hosts }: Bindable): readonly ServiceSetting[] {
  const { bindings } = service
  const bound = (binding: Binding | undefined, ...names: readonly ServiceSetting[]) =>
    binding === undefined || 'image' in binding ? [] : names
  const web = service.kind === 'web' ? (['concurrency'] as const) : []
  return [
    ...(['minInstances', 'maxInstances', 'cpu', 'memoryGib'] as const),
    ...web,
    ...bound(bindings?.gunicorn, 'gunicorn.workerClass', 'gunicorn.workers', 'gunicorn.threads'),
    ...bound(bindings?.connMaxAge, 'django.connMaxAgeSeconds'),
    ...(hosts.size === 0 ? [] : bound(bindings?.databaseHost, 'database.through')),
    ...bound(bindings?.celery, 'celery.concurrency', 'celery.prefetchMultiplier'),
  ]
}

/** Of a setting that lives in the container's arguments or environment. */
export function readBound(
  bound: Bindable,
  setting: ServiceSetting,
  container: Surroundings,
): Reading {
  const place = placeOf(bound, setting)
  if (place === null) return unread('the document binds it to nothing')
  if (place.kind === 'flag')
    return readFlag(wordsOf(place.binding, container), place.flag, container)
  const value = container.env.get(place.env)
  if (value === undefined) return unread(`${place.env} is not set`)
  if (value === null) return unread(`${place.env} is kept in a secret`)
  return place.read(value)
}

export function writeBound(
  bound: BoundService,
  setting: ServiceSetting,
  value: SettingValue,
  container: Surroundings,
): Surroundings {
  const place = placeOf(bound, setting)
  if (place === null) throw refused(`the document binds ${setting} to nothing`)
  const { args, env } = container
  if (place.kind === 'value') {
    if (env.get(place.env) === null) throw refused(`${place.env} is kept in a secret`)
    return { args, env: new Map([...env, [place.env, place.write(value)]]) }
  }
  const words = wordsOf(place.binding, container)
  if (typeof words === 'string') throw refused(words)
  const edited = withFlag(words, place.flag, place.flag.write?.(value) ?? String(value))
  return 'env' in place.binding
    ? { args, env: new Map([...env, [place.binding.env, edited.join(' ')]]) }
    : { args: edited, env }
}

type Place =
  | { readonly kind: 'flag'; readonly flag: FlagOf; readonly binding: Binding }
  | {
      readonly kind: 'value'
      readonly env: string
      readonly read: (value: string) => Reading
      readonly write: (value: SettingValue) => string
    }

function placeOf(bound: Bindable, setting: ServiceSetting): Place | null {
  const bindings = bound.service.bindings
  switch (setting) {
    case 'gunicorn.workerClass':
    case 'gunicorn.workers':
    case 'gunicorn.threads':
      return bindings?.gunicorn === undefined
        ? null
        : { kind: 'flag', flag: flags[setting], binding: bindings.gunicorn }
    case 'celery.concurrency':
    case 'celery.prefetchMultiplier':
      return bindings?.celery === undefined
        ? null
        : { kind: 'flag', flag: flags[setting], binding: bindings.celery }
    case 'django.connMaxAgeSeconds':
      return inEnv(bindings?.connMaxAge, { read: readAge, write: (age) => String(age ?? 'None') })
    case 'database.through':
      return inEnv(bindings?.databaseHost, {
        read: (host) => readHost(bound.hosts, host),
        write: (through) => hostFor(bound.hosts, String(through)),
      })
    default:
      return null
  }
}

function inEnv(
  binding: Binding | undefined,
  value: Pick<Extract<Place, { kind: 'value' }>, 'read' | 'write'>,
): Place | null {
  return binding === undefined || !('env' in binding)
    ? null
    : { kind: 'value', env: binding.env, ...value }
}

type FlagOf = Flag & {
  readonly read: (value: string) => Reading
  /** Where it is not written as the document has it. */
  readonly write?: (value: SettingValue) => string
  /** What holds where the flag is not named, as far as that can be told. */
  readonly unnamed: (words: readonly string[], container: Surroundings) => Reading
}

const count = (value: string): Reading =>
  /^\d+$/.test(value) ? read(Number(value)) : unread(`${value} is no number`)

/** gunicorn's own, unless a configuration file holds others. facts/workload.md, 1. */
const gunicornDefault =
  (value: SettingValue) =>
  (words: readonly string[]): Reading =>
    flagValue(words, { long: '--config', short: '-c' }) === undefined
      ? read(value)
      : unread('a configuration file of gunicorn may hold it')

const classes: Readonly<Record<string, string>> = {
  sync: 'sync',
  gthread: 'gthread',
  gevent: 'gevent',
  'uvicorn.workers.UvicornWorker': 'uvicorn',
  'uvicorn_worker.UvicornWorker': 'uvicorn',
}

const flags = {
  'gunicorn.workerClass': {
    ...{ long: '--worker-class', short: '-k' },
    read: (value) => {
      const known = classes[value]
      return known === undefined ? unread(`${value} is no worker class known here`) : read(known)
    },
    write: (value) => (value === 'uvicorn' ? 'uvicorn.workers.UvicornWorker' : String(value)),
    unnamed: gunicornDefault('sync'),
  },
  'gunicorn.workers': {
    ...{ long: '--workers', short: '-w' },
    read: count,
    unnamed: (words, { env }) => {
      const concurrency = env.get('WEB_CONCURRENCY')
      return concurrency == null ? gunicornDefault(1)(words) : count(concurrency)
    },
  },
  'gunicorn.threads': { long: '--threads', read: count, unnamed: gunicornDefault(1) },
  'celery.concurrency': {
    ...{ long: '--concurrency', short: '-c' },
    read: count,
    unnamed: () => unread('--concurrency is not among its arguments'),
  },
  'celery.prefetchMultiplier': {
    long: '--prefetch-multiplier',
    read: count,
    unnamed: () => unread('--prefetch-multiplier is not among its arguments'),
  },
} satisfies Readonly<Record<string, FlagOf>>

function readFlag(
  words: readonly string[] | string,
  flag: FlagOf,
  container: Surroundings,
): Reading {
  if (typeof words === 'string') return unread(words)
  const value = flagValue(words, flag)
  return value === undefined ? flag.unnamed(words, container) : flag.read(value)
}

/** The words that hold the flags, or why they cannot be told apart. */
function wordsOf(binding: Binding, { args, env }: Surroundings): readonly string[] | string {
  if ('image' in binding) return `it is baked into the image, in ${binding.image}`
  const line = 'env' in binding ? env.get(binding.env) : undefined
  if (line === null && 'env' in binding) return `${binding.env} is kept in a secret`
  const words = 'env' in binding ? (line ?? '').split(/\s+/).filter((word) => word !== '') : args
  if (holdsShellLine(words)) return 'its arguments are a line for a shell'
  return flagValue(words, { long: '--autoscale' }) === undefined
    ? words
    : 'it scales its own pool (--autoscale)'
}

/** Django takes None for a connection that is kept for ever. */
function readAge(value: string): Reading {
  return value === 'None' ? read(null) : count(value)
}

function readHost(hosts: ReadonlyMap<string, string>, host: string): Reading {
  const place = [...hosts].find(([, known]) => known === host)
  return place === undefined
    ? unread(`${host} is the host of no database or pooler of the document`)
    : read(place[0])
}

function hostFor(hosts: ReadonlyMap<string, string>, through: string): string {
  const host = hosts.get(through)
  if (host === undefined) throw refused(`the document names no host of ${through}`)
  return host
}

function read(value: SettingValue): Reading {
  return { kind: 'read', value }
}

function unread(why: string): Reading {
  return { kind: 'unread', why }
}

function refused(why: string): Fault {
  return new Fault('invalid', 'no', `nothing was sent: ${why}`)
}
