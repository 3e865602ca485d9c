/** The document's settings of a service in Cloud Run's own shapes: read out of them, and laid into them. */
import {
  type Bindable,
  type BoundService,
  readBound,
  type Surroundings,
  settingsOf,
  writeBound,
} from './cloud-run-bindings.ts'
import {
  type Container,
  lastOf,
  mainContainer,
  type RawResource,
  readCpu,
  readMemoryGib,
  type Template,
} from './cloud-run-wire.ts'
import { Fault } from './fault.ts'
import type { CloudRunPatch, Reading, ServiceSetting, SettingValue } from './ports/cloud-run.ts'

/** The annotation that carries the intent: a look afterwards then says "done by me". writes.md. */
export const intentMark = 'plimsoll-intent'

/** Of a revision whose own limit nobody set. facts/workload.md, 2. */
const revisionMaxDefault = 100
const longestRevisionName = 63

/**
 * `<service>-p<intent>`: a second send of the same intent finds it. A long service name leaves room
 * for the end of the intent, which is its random part.
 */
export function revisionName(resource: string, intent: string): string {
  const service = lastOf(resource)
  const room = longestRevisionName - service.length - 2
  return `${service}-p${intent.replace(/^i-/, '').slice(-room)}`
}

/** `serving` null: no single revision serves, and `why` says so. */
export function readSettings(
  bound: Bindable,
  raw: RawResource,
  serving: Template | { readonly why: string },
): ReadonlyMap<ServiceSetting, Reading> {
  return new Map(settingsOf(bound).map((setting) => [setting, readSetting(setting)]))

  function readSetting(setting: ServiceSetting): Reading {
    if (setting === 'minInstances') return known(leastInstances(raw))
    if (setting === 'maxInstances') return known(mostInstances(raw))
    if ('why' in serving) return { kind: 'unread', why: serving.why }
    if (setting === 'concurrency') return known(serving.concurrency)
    const container = mainContainer(serving)
    if (setting === 'cpu' || setting === 'memoryGib') {
      const { length } = serving.containers
      return length === 1 ? readLimit(setting, container) : unread(`it has ${length} containers`)
    }
    return readBound(bound, setting, surroundingsOf(container))
  }
}

function leastInstances({ instances: { own, revision } }: RawResource): number {
  return Math.max(own.min, revision.min)
}

/** The smaller one binds; where nobody set any, a revision has the server's default. */
function mostInstances({ instances: { own, revision } }: RawResource): number {
  return Math.min(
    own.max ?? Infinity,
    revision.max ?? (own.max === null ? revisionMaxDefault : Infinity),
  )
}

function readLimit(setting: 'cpu' | 'memoryGib', { resources }: Container): Reading {
  const limit = resources?.limits[setting === 'cpu' ? 'cpu' : 'memory']
  if (limit === undefined) return unread('Cloud Run names no limit')
  return known(setting === 'cpu' ? readCpu(limit) : readMemoryGib(limit))
}

const known = (value: SettingValue): Reading =>
  value === null ? unread('Cloud Run says nothing that is known here') : { kind: 'read', value }

const unread = (why: string): Reading => ({ kind: 'unread', why })

export type PatchBody = {
  readonly mask: readonly string[]
  readonly instances: { readonly min: number | undefined; readonly max: number | undefined }
  readonly revision: (Template & { readonly name: string }) | null
  /** The revision that takes everything; `latest`: whichever is newest. Null: as it is. */
  readonly traffic: string | null
  readonly annotations: Readonly<Record<string, string>>
}

/** What one write sends, laid on what serves; throws a Fault that was not sent where it may not be. */
export function patchOf(
  change: CloudRunPatch,
  bound: BoundService,
  { raw, base }: { readonly raw: RawResource; readonly base: Template },
): PatchBody {
  const instances = instancesOf(change, raw)
  const revision = revisionOf(change, bound, base)
  const isFollowing =
    raw.wished.length === 0 ||
    (raw.wished.length === 1 && raw.wished[0]?.type?.endsWith('_LATEST') === true)
  const traffic = change.traffic ?? (revision === null || isFollowing ? null : 'latest')
  return {
    mask: [
      'annotations',
      ...instanceMask(instances, raw),
      ...(revision === null ? [] : ['template.revision', 'template.containers']),
      ...(revision === null || raw.kind === 'worker-pool'
        ? []
        : ['template.max_instance_request_concurrency']),
      ...(traffic === null ? [] : [raw.kind === 'service' ? 'traffic' : 'instance_splits']),
    ],
    ...{ instances, revision, traffic },
    annotations: { ...raw.annotations, [intentMark]: change.intent },
  }
}

function instancesOf({ settings }: CloudRunPatch, raw: RawResource): PatchBody['instances'] {
  const min = numberIn(settings, 'minInstances')
  const max = numberIn(settings, 'maxInstances')
  if (min === undefined && max === undefined) return { min, max }
  if (raw.instances.isManual) throw refused('it is scaled by hand (scalingMode MANUAL)')
  const { own, revision } = raw.instances
  if (raw.kind === 'worker-pool' && (min ?? own.min) !== (max ?? own.max))
    throw refused('a worker pool has one number of instances: give both, and the same')
  if (max !== undefined && revision.max !== null && max > revision.max)
    throw refused(`its revision allows ${revision.max} instances at most: deploy it with more`)
  if (min !== undefined && min < revision.min)
    throw refused(`its revision keeps ${revision.min} instances: deploy it with fewer`)
  return { min, max }
}

function instanceMask({ min, max }: PatchBody['instances'], { kind }: RawResource) {
  if (kind === 'worker-pool')
    return min === undefined && max === undefined ? [] : ['scaling.manual_instance_count']
  return [
    ...(min === undefined ? [] : ['scaling.min_instance_count']),
    ...(max === undefined ? [] : ['scaling.max_instance_count']),
  ]
}

/** Cloud Run replaces the list of containers whole: all of them go back, one of them changed. */
function revisionOf(
  { settings, intent }: CloudRunPatch,
  bound: BoundService,
  base: Template,
): PatchBody['revision'] {
  const revised = [...settings].filter(
    ([name]) => name !== 'minInstances' && name !== 'maxInstances',
  )
  if (revised.length === 0) return null
  const main = mainContainer(base)
  const changed = revised.reduce(
    (container, [setting, value]) => withSetting(container, { bound, base, setting, value }),
    main,
  )
  const concurrency = numberIn(settings, 'concurrency')
  if (concurrency !== undefined && base.concurrency === null)
    throw refused('a worker pool takes no requests')
  return {
    name: revisionName(bound.resource, intent),
    containers: base.containers.map((one) => (one === main ? changed : one)),
    concurrency: concurrency ?? base.concurrency,
  }
}

function withSetting(
  container: Container,
  given: {
    readonly bound: BoundService
    readonly base: Template
    readonly setting: ServiceSetting
    readonly value: SettingValue
  },
): Container {
  const { bound, base, setting, value } = given
  switch (setting) {
    case 'concurrency':
      return container
    case 'cpu':
    case 'memoryGib': {
      const { length } = base.containers
      if (length !== 1 || container.resources === null)
        throw refused(`it has ${length} containers, and I know how to size one`)
      const { limits } = container.resources
      const limit = setting === 'cpu' ? { cpu: String(value) } : { memory: memoryText(value) }
      return {
        ...container,
        resources: { ...container.resources, limits: { ...limits, ...limit } },
      }
    }
    default: {
      const { args, env } = writeBound(bound, setting, value, surroundingsOf(container))
      return { ...container, args: [...args], env: environmentOf(container, env) }
    }
  }
}

function memoryText(gib: SettingValue): string {
  const mib = Number(gib) * 1024
  return mib % 1024 === 0 ? `${mib / 1024}Gi` : `${Math.round(mib)}Mi`
}

/** An empty value is one; a variable without a value of its own is kept in a secret. */
function surroundingsOf({ args, env }: Container): Surroundings {
  return { args, env: new Map(env.map(({ name, value }) => [name, value ?? null])) }
}

function environmentOf({ env }: Container, wished: Surroundings['env']): Container['env'] {
  const kept = env.map((one) => {
    const value = wished.get(one.name)
    return value == null ? one : { name: one.name, value }
  })
  const known = new Set(env.map(({ name }) => name))
  const added = [...wished].flatMap(([name, value]) =>
    known.has(name) || value === null ? [] : [{ name, value }],
  )
  return [...kept, ...added]
}

function numberIn(settings: CloudRunPatch['settings'], name: ServiceSetting): number | undefined {
  const value = settings.get(name)
  return value === undefined ? undefined : Number(value)
}

function refused(why: string): Fault {
  return new Fault('invalid', 'no', `nothing was sent: ${why}`)
}
