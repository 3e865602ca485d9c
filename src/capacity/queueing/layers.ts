/**
 * The response of a request that holds one thing while it waits for the next: a web thread while it
 * waits for a core, for a database session and for a core of the database. facts/workload.md, 8.
 *
 * What is held while something else is waited for is a layer: the time for which a session is held
 * includes the wait for the database's CPU, that of a thread includes both (method of layers, Rolia &
 * Sevcik 1995). Each layer is an M/M/m queue, at the throughput at which the users are in balance
 * with the response (fixed-population mean, Whitt 1984). Percentiles: a gamma distribution of the
 * response's mean and variance, by Wilson & Hilferty 1931.
 */
import { balancedThroughput } from './balance.ts'
import { poolAtRest } from './mmc.ts'

export type LayerId = 'web-threads' | 'web-cpu' | 'database-sessions' | 'database-cpu'

export type Layer = {
  readonly id: LayerId
  readonly servers: number
  /** Of one request, without any wait. */
  readonly holdSeconds: number
  /** All requests that come here, for each of this service's own. */
  readonly arrivalsPerRequest: number
}

export type Latency = {
  readonly users: number
  readonly thinkSeconds: number
  /** Of one request without any wait, and of it with a database session. */
  readonly requestSeconds: number
  readonly databaseSeconds: number
  readonly threads: Layer
  readonly webCpu: Layer
  /** Of a pooler; a direct session is never waited for, PostgreSQL refuses it. */
  readonly sessions: Layer | null
  readonly databaseCpu: Layer | null
  /** Cloud Run ends a request here. */
  readonly timeoutSeconds: number
}

export type LayerWait = Layer & {
  readonly waitSeconds: number
  readonly utilization: number
  /** Of the wait alone. */
  readonly variance: number
}

export type ResponseTime = {
  /** `saturated`: more users than the narrowest layer can take; they wait for one another. */
  readonly kind: 'stable' | 'saturated'
  readonly throughputPerSecond: number
  /** Of the narrowest layer, with nothing else waiting. */
  readonly maxThroughputPerSecond: number
  readonly bottleneck: LayerId
  readonly meanSeconds: number
  readonly p95Seconds: number
  readonly p99Seconds: number
  /** Where the true p95 of these layers is, by the error that was measured. */
  readonly p95Between: { readonly lowSeconds: number; readonly highSeconds: number }
  readonly layers: readonly LayerWait[]
}

/**
 * How far p95 may be off, as a share of the true one, by users over those that saturate the
 * narrowest layer: against a simulation of the same layers, over random ones
 * (test/capacity/response-time.test.ts). Nearly always too high: inside a layer fewer can come at
 * once than M/M/m supposes, most of all where several layers are about equally narrow. The mean is
 * within the same bounds. What the layers themselves leave out comes on top: uneven instances,
 * service times that are not exponential.
 */
const errors = [
  { loadAtMost: 0.7, low: -0.05, high: 0.2 },
  { loadAtMost: 2, low: -0.05, high: 1.2 },
  { loadAtMost: Number.POSITIVE_INFINITY, low: -0.05, high: 0.35 },
] as const

/** Mean, p95 and p99: finite always, because a request that lasts longer is ended. */
export function responseTime(latency: Latency): ResponseTime {
  const { users, thinkSeconds, requestSeconds, timeoutSeconds } = latency
  const narrowest = narrowestOf(latency)
  const maxThroughputPerSecond = mostPerSecond(narrowest)
  const throughputPerSecond =
    balancedThroughput({
      users,
      thinkSeconds,
      atMostPerSecond: maxThroughputPerSecond,
      responseSeconds: (perSecond) => responseAt(latency, perSecond),
    }) ?? 0
  const layers = waitsAt(latency, throughputPerSecond) ?? []
  const meanSeconds =
    throughputPerSecond > 0
      ? Math.max(requestSeconds, users / throughputPerSecond - thinkSeconds)
      : users > 0
        ? timeoutSeconds
        : requestSeconds
  const variance = layers.reduce((sum, one) => sum + one.variance, baseVariance(latency))
  const quantile = (deviations: number): number =>
    Math.min(timeoutSeconds, gammaQuantile({ mean: meanSeconds, variance, deviations }))
  const p95Seconds = quantile(deviationsOf95)
  const undisturbedSeconds = Math.min(
    p95Seconds,
    gammaQuantile({
      mean: requestSeconds,
      variance: baseVariance(latency),
      deviations: deviationsOf95,
    }),
  )
  const saturationUsers = maxThroughputPerSecond * (thinkSeconds + requestSeconds)
  const { low, high } =
    errors.find(({ loadAtMost }) => users <= loadAtMost * saturationUsers) ?? errors[2]
  return {
    kind: users > saturationUsers ? 'saturated' : 'stable',
    throughputPerSecond,
    maxThroughputPerSecond,
    bottleneck: narrowest.id,
    meanSeconds: Math.min(timeoutSeconds, meanSeconds),
    p95Seconds,
    p99Seconds: quantile(deviationsOf99),
    p95Between: {
      lowSeconds: Math.max(p95Seconds / (1 + high), undisturbedSeconds / gammaError),
      highSeconds: Math.min(timeoutSeconds, p95Seconds / (1 + low)),
    },
    layers,
  }
}

/** By which a gamma distribution may be too high for an undisturbed request. */
const gammaError = 1.02

/** Of the standard normal distribution. */
const deviationsOf95 = 1.6448536
const deviationsOf99 = 2.3263479

/** Mean response in seconds at a throughput; Infinity from where a layer is saturated. */
function responseAt(latency: Latency, throughputPerSecond: number): number {
  const layers = waitsAt(latency, throughputPerSecond)
  if (layers === null) return Number.POSITIVE_INFINITY
  return layers.reduce((sum, one) => sum + one.waitSeconds, latency.requestSeconds)
}

/** The wait at each layer, the innermost first; null from where one is saturated. */
export function waitsAt(
  latency: Latency,
  throughputPerSecond: number,
): readonly LayerWait[] | null {
  const { threads, webCpu, sessions, databaseCpu } = latency
  const layers: LayerWait[] = []
  /** Adds a layer's wait, where it is held `heldSeconds`, and gives it. */
  const add = (
    layer: Layer | null,
    { heldSeconds, customers }: { readonly heldSeconds: number; readonly customers: number },
  ): number => {
    if (layer === null) return 0
    const wait = waitAt({ ...layer, holdSeconds: heldSeconds }, { throughputPerSecond, customers })
    if (wait === null) return Number.POSITIVE_INFINITY
    layers.push({ ...layer, ...wait })
    return wait.waitSeconds
  }
  const onCpu = add(databaseCpu, {
    heldSeconds: databaseCpu?.holdSeconds ?? 0,
    customers: sessions?.servers ?? threads.servers,
  })
  const forSession = add(sessions, {
    heldSeconds: (sessions?.holdSeconds ?? 0) + onCpu,
    customers: threads.servers,
  })
  const forCore = add(webCpu, {
    heldSeconds: webCpu.holdSeconds,
    customers: threads.servers,
  })
  const heldSeconds = threads.holdSeconds + onCpu + forSession + forCore
  const forThread = add(threads, { heldSeconds, customers: latency.users })
  return Number.isFinite(forThread) ? layers : null
}

type Wait = Pick<LayerWait, 'waitSeconds' | 'utilization' | 'variance'>

const idle: Wait = { waitSeconds: 0, utilization: 0, variance: 0 }

/**
 * The wait's variance is that of M/M/m, W^2 (2 / C - 1), but never more than a closed population
 * allows: those who are not waiting are a Poisson number at most, and each of those before one in
 * the queue takes 1 / X (finite source, Kleinrock 1975, 3.8).
 */
function waitAt(
  { servers, holdSeconds, arrivalsPerRequest }: Layer,
  {
    throughputPerSecond,
    customers,
  }: { readonly throughputPerSecond: number; readonly customers: number },
): Wait | null {
  if (!Number.isFinite(holdSeconds)) return null
  if (holdSeconds === 0 || throughputPerSecond === 0) return servers > 0 ? idle : null
  const arrivalsPerSecond = throughputPerSecond * arrivalsPerRequest
  // A part of a core is one core that is slower.
  const whole = Math.max(1, Math.floor(servers))
  const serviceSeconds = (holdSeconds * whole) / servers
  const rest = poolAtRest({ arrivalsPerSecond, serviceSeconds, servers: whole })
  if (rest.kind === 'saturated') return null
  const { waitSeconds, utilization, probabilityOfWaiting } = rest
  if (waitSeconds === 0) return { ...idle, utilization }
  const open = waitSeconds ** 2 * (2 / probabilityOfWaiting - 1)
  const queued = arrivalsPerSecond * waitSeconds
  const elsewhere = Math.max(0, customers * arrivalsPerRequest - rest.customersPresent)
  const closed = (queued + elsewhere) / arrivalsPerSecond ** 2
  return { waitSeconds, utilization, variance: Math.min(open, closed) }
}

function narrowestOf({ threads, webCpu, sessions, databaseCpu }: Latency): Layer {
  let narrowest = threads
  for (const one of [webCpu, sessions, databaseCpu])
    if (one !== null && mostPerSecond(one) < mostPerSecond(narrowest)) narrowest = one
  return narrowest
}

function mostPerSecond({ servers, holdSeconds, arrivalsPerRequest }: Layer): number {
  if (servers === 0) return 0
  return servers / (holdSeconds * arrivalsPerRequest)
}

/** Each part of an undisturbed request is exponential, and they follow one another. */
function baseVariance(latency: Latency): number {
  const { requestSeconds, databaseSeconds, webCpu, databaseCpu } = latency
  const cpu = Math.min(webCpu.holdSeconds, requestSeconds)
  const session = Math.min(databaseSeconds, requestSeconds - cpu)
  const databaseCpuSeconds = Math.min(databaseCpu?.holdSeconds ?? 0, session)
  const rest = requestSeconds - cpu - session
  return cpu ** 2 + databaseCpuSeconds ** 2 + (session - databaseCpuSeconds) ** 2 + rest ** 2
}

/** mean (1 - 1 / 9k + z / (3 sqrt k))^3, k = mean^2 / variance. Wilson & Hilferty 1931. */
function gammaQuantile({
  mean,
  variance,
  deviations,
}: {
  readonly mean: number
  readonly variance: number
  readonly deviations: number
}): number {
  const ninth = variance / (9 * mean ** 2)
  return mean * Math.max(1, 1 - ninth + deviations * Math.sqrt(ninth)) ** 3
}
