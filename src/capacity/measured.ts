/** What was measured of a web service, and the model of the moment when it was. */
import { atUsers } from './at-users.ts'
import { latencyOf } from './latency.ts'
import type { Latency } from './queueing/layers.ts'
import type { System } from './system.ts'

/**
 * One interval of measurement of one web service, long enough to be a mean (a minute and more), and
 * taken as independent of the others. What was not measured is left out.
 */
export type Sample = {
  /** Answered, of this service. */
  readonly requestsPerSecond: number
  /** The service's own: thinking, or waiting for an answer. */
  readonly users?: number
  /** Mean and p95 as the service sees them: what a network adds counts as thinking. */
  readonly responseSeconds?: number
  readonly p95Seconds?: number
  /** Cores that this service's requests keep busy, of all its instances. */
  readonly webCpuCores?: number
  /** Sessions in use by its requests (pg_stat_activity: active or idle in transaction), a mean. */
  readonly busySessions?: number
  /** Cores that its requests and their tasks keep busy in the database. */
  readonly databaseCpuCores?: number
}

export type Measurements = {
  readonly system: System
  /** Name of the web service that was measured. */
  readonly service: string
  readonly samples: readonly Sample[]
  /** YYYY-MM-DD. */
  readonly today: string
}

/**
 * The layers at the users of a sample, every service at the instances that these need: the
 * autoscaler has settled. Where nobody counted users, as many as the throughput would take. Null
 * where the service is no web service of the System, or the tier of its database cannot be read.
 */
export function latencyDuring(
  sample: Sample,
  { system, service, today }: Omit<Measurements, 'samples'>,
): Latency | null {
  const it = system.services[service]
  if (it?.kind !== 'web') return null
  const cycleSeconds = system.workload.thinkSeconds + system.workload.requestSeconds
  const own = sample.users ?? sample.requestsPerSecond * cycleSeconds
  const at = atUsers(system, { users: own / it.share, scale: 'needed', today })
  return latencyOf(at, { name: service, path: `services.${service}`, it })
}
