/**
 * Cloud Run in memory, as the port has it: etags, revisions that take time on a hand clock, reads that lag, lost
 * replies. Its timeline is the local cloud's own; cloud-run-contract.test.ts holds it to the real adapter.
 */
import type { SystemDocument } from '../../src/capacity/system.ts'
import {
  accept,
  generationAt,
  observedAt,
  type RunResource,
  revisionReadyAt,
  type Spec,
  type Template,
} from '../../src/rehearsal/cloud/run-resource.ts'
import { boundService, settingsOf } from '../../src/world/cloud-run-bindings.ts'
import { revisionName } from '../../src/world/cloud-run-settings.ts'
import { Fault } from '../../src/world/fault.ts'
import type {
  CloudRunOperation,
  CloudRunPatch,
  CloudRunReader,
  CloudRunService,
  CloudRunWriter,
  Reading,
  ServiceSetting,
} from '../../src/world/ports/cloud-run.ts'
import type { Clock } from '../../src/world/world.ts'
import { settingNamed } from '../world/setting-named.ts'
import type { Mishap } from './simulated-world.ts'

export type TestCloudRun = {
  readonly reader: CloudRunReader
  readonly writer: CloudRunWriter
  /** How many changes took effect. */
  readonly writes: () => number
  /** How many writes reached it, refused ones too. */
  readonly arrivals: () => number
  /** The next write meets this. */
  readonly provoke: (mishap: Mishap) => void
}

type Letter = { readonly arrivesAt: number; readonly change: CloudRunPatch }

type Simulation = {
  readonly clock: Clock
  readonly readLagMs: number
  readonly services: ReadonlyMap<string, RunResource>
  readonly mishaps: Mishap[]
  readonly letters: Letter[]
  readonly counts: { arrivals: number }
}

const durations = { rollOutMs: 12_000, scalingMs: 2_000 }

/** Each service of the document that is bound, with one revision behind the one that serves. */
export function simulateCloudRun(given: {
  readonly clock: Clock
  readonly document: SystemDocument
  readonly readLagMs?: number
}): TestCloudRun {
  const { clock, document, readLagMs = 0 } = given
  const services = Object.keys(document.services).flatMap((name) => {
    const made = resourceAt(clock.now(), document, name)
    return made === null ? [] : [[name, made] as const]
  })
  const counts = { arrivals: 0 }
  const simulation: Simulation = {
    ...{ clock, readLagMs, services: new Map(services), counts },
    ...{ mishaps: [], letters: [] },
  }
  return {
    reader: readerOf(simulation),
    writer: writerOf(simulation),
    writes: () => {
      deliver(simulation)
      return [...simulation.services.values()].flatMap(({ operations }) => operations).length
    },
    arrivals: () => counts.arrivals,
    provoke: (mishap) => simulation.mishaps.push(mishap),
  }
}

const revisionSettings = (name: string): boolean => !/Instances$/.test(name)

function resourceAt(at: number, document: SystemDocument, name: string): RunResource | null {
  const bound = boundService(document, name)
  if (bound === null) return null
  const values = settingsOf(bound).map((setting) => ({ name: setting, value: at0(setting) }))
  const env = values
    .filter(({ name: setting }) => revisionSettings(setting))
    .map(({ name: setting, value }) => ({ name: setting, value: JSON.stringify(value) }))
  const template = templateOf(env)
  const { minInstances, maxInstances } = bound.service
  const spec: Spec = {
    annotations: {},
    scaling: { minInstanceCount: minInstances, maxInstanceCount: maxInstances },
    template,
    traffic: [{ kind: 'latest', percent: 100 }],
  }
  const [old, current] = [`${name}-00117`, `${name}-00118`]
  const born = { createdAt: at, readyAt: at, failure: null, template }
  const first = { at, number: 1, etag: 'etag-1', settledAt: at, failure: null }
  return {
    ...{ kind: 'services', name: bound.resource, operations: [] },
    generations: [{ ...first, spec, revision: current }],
    revisions: [old, current].map((revision) => ({ ...born, name: revision })),
  }

  function at0(setting: string): unknown {
    return setting
      .split('.')
      .reduce<unknown>(
        (node, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key) : null),
        bound?.service,
      )
  }
}

/** Its settings stand in its environment, as JSON. */
function templateOf(env: readonly { readonly name: string; readonly value: string }[]): Template {
  return { containers: [{ image: 'app', env, resources: { limits: { cpu: '1', memory: '1Gi' } } }] }
}

function readerOf(simulation: Simulation): CloudRunReader {
  const { clock, readLagMs } = simulation
  const seen = (service: string) => {
    deliver(simulation)
    return { resource: resourceNamed(simulation, service), at: clock.now() - readLagMs }
  }
  const revision: CloudRunReader['revision'] = async (service, name) => {
    const { resource, at } = seen(service)
    const found = resource.revisions.find((one) => one.name === name && one.createdAt <= at)
    if (found === undefined) return null
    return { name, isReady: found.failure === null && found.readyAt <= at }
  }
  return {
    service: async (service) => {
      const { resource, at } = seen(service)
      return serviceAt(resource, at)
    },
    revision,
    revisionOf: (service, intent) =>
      revision(service, revisionName(resourceNamed(simulation, service).name, intent)),
    operation: async (service, name) => {
      const { resource, at } = seen(service)
      const found = resource.operations.find((one) => one.name === name && one.insertedAt <= at)
      if (found === undefined) throw new Fault('not-found', 'no', `no operation ${name}`)
      return {
        name,
        isDone: found.endedAt <= at,
        error: found.endedAt <= at ? found.failure : null,
      }
    },
  }
}

function resourceNamed({ services }: Simulation, service: string): RunResource {
  const found = services.get(service)
  if (found === undefined) throw new Fault('invalid', 'no', `${service} is bound to nothing`)
  return found
}

function servingAt(resource: RunResource, at: number): string {
  const [target] = observedAt(resource, at).spec.traffic
  return target?.revision ?? revisionReadyAt(resource, at)?.name ?? ''
}

function templateAt(resource: RunResource, at: number): Template {
  const name = servingAt(resource, at)
  const found = resource.revisions.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no revision ${name}`)
  return found.template
}

function serviceAt(resource: RunResource, at: number): CloudRunService {
  const { etag, spec, revision, settledAt, failure } = generationAt(resource, at)
  const env = templateAt(resource, at).containers[0]?.env ?? []
  const settings = new Map<ServiceSetting, Reading>(
    env.map(({ name, value = 'null' }) => [settingNamed(name), reading(JSON.parse(value))]),
  )
  settings.set('minInstances', reading(spec.scaling.minInstanceCount))
  settings.set('maxInstances', reading(spec.scaling.maxInstanceCount))
  return {
    ...{ etag, settings, isReconciling: at < settledAt },
    problem: at < settledAt ? null : failure,
    intent: spec.annotations.intent ?? null,
    latestCreatedRevision: revision,
    latestReadyRevision: revisionReadyAt(resource, at)?.name ?? null,
    serving: [{ revision: servingAt(resource, at), percent: 100 }],
  }
}

function reading(value: unknown): Reading {
  if (typeof value === 'number' || typeof value === 'string' || value === null)
    return { kind: 'read', value }
  return { kind: 'unread', why: 'no value' }
}

const refusals = {
  stale: ['version-moved', 'no'],
  busy: ['version-moved', 'no'],
  'rate-limited': ['rate-limited', 'no'],
  unavailable: ['server-error', 'unknown'],
  'request-lost': ['unreachable', 'unknown'],
} as const

function writerOf(simulation: Simulation): CloudRunWriter {
  const { clock, mishaps, letters, readLagMs } = simulation
  return {
    patch: async (clearance, change) => {
      deliver(simulation)
      const resource = resourceNamed(simulation, change.service)
      if (generationAt(resource, clock.now() - readLagMs).etag !== change.etag)
        throw new Fault('version-moved', 'no', 'the etag moved')
      clearance.spend(clock.now(), `services.${change.service}`)
      const mishap = mishaps.shift()
      if (typeof mishap === 'object') {
        letters.push({ arrivesAt: clock.now() + mishap.lateMs, change })
        // One may overtake another: each meets the world of its own moment.
        letters.sort((one, other) => one.arrivesAt - other.arrivesAt)
        throw new Fault('time-out', 'unknown', 'no answer in time')
      }
      if (mishap !== undefined && mishap !== 'reply-lost' && mishap !== 'operation-fails') {
        simulation.counts.arrivals += 1
        const [code, sent] = refusals[mishap]
        const asked = mishap === 'rate-limited' ? { retryAfterMs: 60_000 } : {}
        throw new Fault(code, sent, mishap, asked)
      }
      const operation = arrive(simulation, change, clock.now(), mishap === 'operation-fails')
      if (mishap === 'reply-lost') throw new Fault('unreachable', 'unknown', 'the reply is lost')
      return operation
    },
  }
}

/** What was on its way and has arrived by now; a refusal is told to nobody. */
function deliver(simulation: Simulation): void {
  const { letters, clock } = simulation
  while (letters[0] !== undefined && letters[0].arrivesAt <= clock.now()) {
    const letter = letters.shift()
    if (letter === undefined) return
    try {
      arrive(simulation, letter.change, letter.arrivesAt, false)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
    }
  }
}

function arrive(
  simulation: Simulation,
  change: CloudRunPatch,
  at: number,
  fails: boolean,
): CloudRunOperation {
  simulation.counts.arrivals += 1
  const resource = resourceNamed(simulation, change.service)
  const { etag, spec } = generationAt(resource, at)
  if (change.etag !== etag) throw new Fault('version-moved', 'no', 'the etag moved')
  const number = resource.operations.length + 2
  const operation = accept(resource, {
    ...{ at, durations, etag: `etag-${number}`, operation: `op-${number}` },
    spec: changed(resource, { spec, change, at }),
    failure: fails ? 'it could not be brought up' : null,
  })
  return { name: operation.name, isDone: false, error: null }
}

function changed(
  resource: RunResource,
  {
    spec,
    change,
    at,
  }: { readonly spec: Spec; readonly change: CloudRunPatch; readonly at: number },
): Spec {
  const { settings, intent, traffic } = change
  const least = settings.get('minInstances') ?? spec.scaling.minInstanceCount
  const most = settings.get('maxInstances') ?? spec.scaling.maxInstanceCount
  const revised = [...settings].filter(([name]) => revisionSettings(name))
  const env = (templateAt(resource, at).containers[0]?.env ?? []).map(({ name, value = '' }) => {
    const wished = revised.find(([setting]) => setting === name)
    return { name, value: wished === undefined ? value : JSON.stringify(wished[1]) }
  })
  const latest = [{ kind: 'latest', percent: 100 }] as const
  const named = { ...templateOf(env), revision: revisionName(resource.name, intent) }
  const to =
    traffic === undefined
      ? null
      : ([{ kind: 'revision', revision: traffic, percent: 100 }] as const)
  return {
    annotations: { ...spec.annotations, intent },
    scaling: { minInstanceCount: Number(least), maxInstanceCount: Number(most) },
    template: revised.length === 0 ? spec.template : named,
    traffic: to ?? (revised.length === 0 ? spec.traffic : latest),
  }
}
