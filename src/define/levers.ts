/**
 * What would change a finding, and by how much: for each law the steps that move one of its terms,
 * each forecast alone. Pure; the catalogue is handed to it.
 */
import { ceil } from '../capacity/arithmetic.ts'
import { atUsers } from '../capacity/at-users.ts'
import { judge, type Verdict } from '../capacity/compare.ts'
import {
  connectionsPerInstance,
  instancesBeforeClamp,
  threadsPerInstance,
} from '../capacity/derive.ts'
import type { Finding } from '../capacity/finding.ts'
import type { LawId } from '../capacity/laws/catalogue.ts'
import { findingOf } from '../capacity/outlook.ts'
import type { Service, System } from '../capacity/system.ts'
import { readTier } from '../capacity/tier.ts'
import type { Catalogue } from './catalogue.ts'
import type { JsonObject } from './step.ts'

export type Lever = {
  readonly step: string
  readonly input: JsonObject
  readonly verdict: Verdict
  /** The finding after it; null where the law has no such subject any more. */
  readonly finding: Finding | null
  readonly supportedUsers: { readonly before: number | null; readonly after: number | null }
  readonly costDeltaUsd: number | null
}

export type LeverContext = {
  /** YYYY-MM-DD. */
  readonly today: string
  readonly catalogue: Catalogue
  /** Facts for which the document does not stand in. */
  readonly unknown?: readonly string[]
}

type Candidate = { readonly step: string; readonly input: JsonObject }

/** The steps that move a term of this finding, those first that help most. */
export function leversOf(
  system: System,
  finding: Pick<Finding, 'law' | 'subject' | 'demand'>,
  context: LeverContext,
): readonly Lever[] {
  const { today } = context
  const subject: Subject = { system, today, finding, name: lastOf(finding.subject) }
  return candidatesFor(subject)
    .flatMap((candidate) => leverOf(system, candidate, { ...context, finding }))
    .sort((one, other) => (other.supportedUsers.after ?? 0) - (one.supportedUsers.after ?? 0))
}

function leverOf(
  system: System,
  { step, input }: Candidate,
  {
    today,
    catalogue,
    unknown = [],
    finding,
  }: LeverContext & { readonly finding: { law: string; subject: string } },
): readonly Lever[] {
  const bound = catalogue.bind(step, input)
  if ('kind' in bound) return []
  const prediction = bound.predict(system)
  if ('kind' in prediction) return []
  const { verdict, now, after, reasons, costDeltaUsd } = judge(system, prediction, {
    today,
    unknown,
    needs: [],
    acts: bound.acts,
  })
  if (reasons.some(({ code }) => code === 'no-change')) return []
  const supportedUsers = { before: now.supportedUsers, after: after.supportedUsers }
  const then = findingOf(after, finding) ?? null
  return [{ step, input, verdict, finding: then, supportedUsers, costDeltaUsd }]
}

type Subject = {
  readonly system: System
  readonly today: string
  readonly finding: Pick<Finding, 'law' | 'subject' | 'demand'>
  readonly name: string
}

type Candidates = (subject: Subject) => readonly Candidate[]

function candidatesFor(subject: Subject): readonly Candidate[] {
  const find: Readonly<Partial<Record<string, Candidates>>> = candidates
  return find[subject.finding.law]?.(subject) ?? []
}

const candidates: Readonly<Partial<Record<LawId, Candidates>>> = {
  'db-connections': (subject) => [...routes(subject), ...largerTier(subject), ...fewer(subject)],
  'db-memory': (subject) => [...largerTier(subject), ...routes(subject)],
  'db-cpu': (subject) => largerTier(subject),
  'db-built-in-connections': ({ system, name }) =>
    poolersFor(system, name).map((pooler) => route(name, pooler)),
  'pooler-clients': (subject) => poolerTo(subject, 'maxClientConn'),
  'pooler-busy': (subject) => poolerTo(subject, 'defaultPoolSize'),
  'pooler-mode': ({ name }) => [
    { step: 'set-pooler', input: { pooler: name, mode: 'transaction' } },
  ],
  'web-slots': (subject) => [...moreInstances(subject), ...moreThreads(subject)],
  'web-concurrency': ({ system, name }) => {
    const web = system.services[name]
    return web?.kind === 'web' ? [scale(name, { concurrency: threadsPerInstance(web) })] : []
  },
  'web-processes': ({ system, name }) => {
    const cpu = system.services[name]?.cpu ?? 1
    return [{ step: 'set-gunicorn', input: { service: name, workers: Math.max(1, ceil(cpu)) } }]
  },
  'web-cpu': (subject) => moreInstances(subject),
  'web-memory': (subject) => moreMemory(subject),
  'django-database': ({ name: service }) => [
    { step: 'set-django-connections', input: { service, pool: null } },
    { step: 'set-django-connections', input: { service, connMaxAgeSeconds: 0 } },
  ],
  'celery-throughput': (subject) => [...moreInstances(subject), ...moreProcesses(subject)],
  'celery-cpu': (subject) => moreInstances(subject),
  'celery-scaling': (subject) => {
    const needed = neededBy(subject)
    const most = Math.max(needed, subject.system.services[subject.name]?.maxInstances ?? 0)
    return [scale(subject.name, { minInstances: needed, maxInstances: most })]
  },
  'celery-memory': (subject) => moreMemory(subject),
  'celery-prefetch': ({ system, name: service }) => {
    const worker = system.services[service]
    if (worker?.kind !== 'celery-worker') return []
    const { concurrency } = worker.celery
    return [
      { step: 'bump-celery-concurrency', input: { service, concurrency, prefetchMultiplier: 1 } },
    ]
  },
  'beat-singleton': ({ name }) => [scale(name, { minInstances: 1, maxInstances: 1 })],
  'alert-fires': ({ name: alert }) => [{ step: 'retarget-alert', input: { alert } }],
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

function scale(service: string, fields: JsonObject): Candidate {
  return { step: 'scale-service', input: { service, ...fields } }
}

function route(service: string, pooler: string): Candidate {
  return { step: 'route-through-pooler', input: { service, pooler } }
}

function poolersFor({ services, poolers }: System, service: string): readonly string[] {
  const database = services[service]?.database?.name
  return Object.entries(poolers).flatMap(([name, it]) => (it.database === database ? [name] : []))
}

/** Who holds sessions of this database directly. */
function directServices({ system, name }: Subject): readonly [string, Service][] {
  return Object.entries(system.services).filter(
    ([, it]) =>
      it.database?.name === name &&
      it.database.through === 'direct' &&
      connectionsPerInstance(it) > 0,
  )
}

function routes(subject: Subject): readonly Candidate[] {
  return directServices(subject).flatMap(([service]) =>
    poolersFor(subject.system, service).map((pooler) => route(service, pooler)),
  )
}

/** Half the instances: what capping them would bring. */
function fewer(subject: Subject): readonly Candidate[] {
  return directServices(subject)
    .filter(([, { minInstances, maxInstances }]) => maxInstances > Math.max(1, minInstances))
    .map(([service, { minInstances, maxInstances }]) =>
      scale(service, { maxInstances: Math.max(1, minInstances, Math.floor(maxInstances / 2)) }),
    )
}

const tierVcpus = [1, 2, 4, 8, 16, 32, 64, 96]

/** The next of 3.75 GiB per vCPU. */
function largerTier({ system, name: database }: Subject): readonly Candidate[] {
  const tier = readTier(system.databases[database]?.tier ?? '')
  if (tier.kind !== 'tier' || tier.edition !== 'enterprise') return []
  const next = tierVcpus.find((vcpus) => vcpus > tier.vcpus && vcpus * 3840 > tier.memoryMib)
  if (next === undefined) return []
  const wished = `db-custom-${next}-${next * 3840}`
  return [{ step: 'patch-cloud-sql-tier', input: { database, tier: wished } }]
}

/** As much as is asked for at the planned utilization. */
function poolerTo(
  { system, name, finding }: Subject,
  field: 'maxClientConn' | 'defaultPoolSize',
): readonly Candidate[] {
  const pooler = system.poolers[name]
  const { demand } = finding
  if (pooler === undefined || demand === null || demand === undefined) return []
  const pools = field === 'defaultPoolSize' ? pooler.databaseUserPairs : 1
  const each = demand / system.policy.maxUtilization / (pooler.processes * pools)
  const reserve = field === 'defaultPoolSize' ? pooler.reservePoolSize : 0
  const input = { pooler: name, [field]: Math.max(1, ceil(each) - reserve) }
  return [{ step: 'set-pooler', input }]
}

function neededBy({ system, today, name }: Subject): number {
  const service = system.services[name]
  const { users } = system.workload
  const at = atUsers(system, { users, scale: 'needed', today })
  return service === undefined ? 1 : Math.max(1, instancesBeforeClamp(at, service))
}

function moreInstances(subject: Subject): readonly Candidate[] {
  const needed = neededBy(subject)
  const service = subject.system.services[subject.name]
  if (service === undefined || needed <= service.maxInstances) return []
  return [scale(subject.name, { maxInstances: needed })]
}

function moreThreads({ system, name: service }: Subject): readonly Candidate[] {
  const web = system.services[service]
  if (web?.kind !== 'web') return []
  return [{ step: 'set-gunicorn', input: { service, threads: 2 * web.gunicorn.threads } }]
}

function moreProcesses({ system, name: service }: Subject): readonly Candidate[] {
  const worker = system.services[service]
  if (worker?.kind !== 'celery-worker') return []
  const concurrency = 2 * worker.celery.concurrency
  return [{ step: 'bump-celery-concurrency', input: { service, concurrency } }]
}

function moreMemory({ system, name }: Subject): readonly Candidate[] {
  const service = system.services[name]
  return service === undefined ? [] : [scale(name, { memoryGib: 2 * service.memoryGib })]
}
