/**
 * A closed model: users who think, then visit stations of one or many servers, then think again.
 * Exact by convolution, and an approximation in microseconds. facts/workload.md, 8.
 */
import { balancedThroughput } from './balance.ts'
import { poolAtRest } from './mmc.ts'

export type Station =
  | { readonly kind: 'queue'; readonly servers: number; readonly demandSeconds: number }
  /** Nobody waits for anybody: a network, another system's time. */
  | { readonly kind: 'delay'; readonly demandSeconds: number }

export type Network = {
  readonly stations: readonly Station[]
  readonly users: number
  readonly thinkSeconds: number
}

export type StationLoad = {
  readonly residenceSeconds: number
  readonly customers: number
  /** Null of a delay. */
  readonly utilization: number | null
}

export type ClosedLoad =
  | {
      /**
       * `saturated`: more users than N* = (D + Z) / Dmax, so that the bottleneck sets the
       * throughput. Both are exact: a closed population makes every queue finite.
       */
      readonly kind: 'stable' | 'saturated'
      readonly throughputPerSecond: number
      readonly responseSeconds: number
      readonly stations: readonly StationLoad[]
      /** Of the bottleneck; null where no station is a queue. */
      readonly maxThroughputPerSecond: number | null
    }
  /** Nothing takes time: no finite throughput. */
  | { readonly kind: 'unbounded' }

/**
 * Exact, by Buzen's convolution: X(N) = G(N-1) / G(N), Q_i = sum n f_i(n) G_{-i}(N-n) / G(N).
 * Every factor is first scaled by the throughput of `closedLoadInBalance`, so that it is a
 * probability of the open network that balances at N users: G is then near its largest where it is
 * read, and underflow takes only what does not count. Buzen 1973; Lavenberg & Reiser 1980. Takes
 * N x sqrt(busy servers) steps a station: 10,000 users in tens of milliseconds.
 */
export function closedLoad(network: Network): ClosedLoad {
  const { stations, users } = network
  const scale = balanced(network)
  if (scale === null) return { kind: 'unbounded' }
  if (users === 0 || scale === 0) return idle(network)
  const thinking = network.thinkSeconds + delaySeconds(stations)
  const away = poissonWeights({ mean: scale * thinking, most: users })
  const queues = stations.filter((one) => one.kind === 'queue')
  const joinedBut = (left: Station | null): Float64Array =>
    queues
      .filter((one) => one !== left)
      .reduce((joined, { servers, demandSeconds }) => {
        const offeredLoad = scale * demandSeconds
        return withQueue(joined, queueWeights({ servers, offeredLoad, most: users }))
      }, away)
  const all = joinedBut(null)
  const throughputPerSecond = (scale * (all[users - 1] ?? 0)) / (all[users] ?? 0)
  const loads = stations.map((station): StationLoad => {
    if (station.kind === 'delay') return delayed(station.demandSeconds, throughputPerSecond)
    const offeredLoad = scale * station.demandSeconds
    const own = queueWeights({ servers: station.servers, offeredLoad, most: users })
    const others = joinedBut(station)
    let weight = 0
    let weighed = 0
    for (let customers = 0; customers <= users; customers += 1) {
      const both = weightAt(own, customers) * (others[users - customers] ?? 0)
      weight += both
      weighed += both * customers
    }
    const customers = weighed / weight
    return {
      residenceSeconds: customers / throughputPerSecond,
      customers,
      utilization: (throughputPerSecond * station.demandSeconds) / station.servers,
    }
  })
  return summed(network, { throughputPerSecond, loads })
}

/**
 * Each station as an open M/M/m at the throughput at which the mean populations make up N (the
 * fixed-population-mean method, Whitt 1984). Its throughput is never above the exact one (Zahorjan
 * 1983), and its response never below. Its error is largest where users are about as many as N*. Of
 * the response it is at most 40 % for a bottleneck of 1 server, 25 % of 4, 15 % of 25, 8 % of 100, 2 %
 * of 1,800; below 80 % of N* and from 25 servers at most 1.5 %. Measured against `closedLoad`:
 * test/capacity/queueing-closed.test.ts.
 */
export function closedLoadInBalance(network: Network): ClosedLoad {
  const { stations } = network
  const throughputPerSecond = balanced(network)
  if (throughputPerSecond === null) return { kind: 'unbounded' }
  if (throughputPerSecond === 0) return idle(network)
  const loads = stations.map((station): StationLoad => {
    if (station.kind === 'delay') return delayed(station.demandSeconds, throughputPerSecond)
    const residenceSeconds = residence(station, throughputPerSecond)
    return {
      residenceSeconds,
      customers: residenceSeconds * throughputPerSecond,
      utilization: (throughputPerSecond * station.demandSeconds) / station.servers,
    }
  })
  return summed(network, { throughputPerSecond, loads })
}

function balanced({ stations, users, thinkSeconds }: Network): number | null {
  return balancedThroughput({
    users,
    thinkSeconds,
    atMostPerSecond: maxThroughput(stations) ?? Number.POSITIVE_INFINITY,
    responseSeconds: (throughputPerSecond) =>
      stations.reduce((sum, one) => sum + residence(one, throughputPerSecond), 0),
  })
}

function residence(station: Station, arrivalsPerSecond: number): number {
  if (station.kind === 'delay') return station.demandSeconds
  const { servers, demandSeconds: serviceSeconds } = station
  if (serviceSeconds === 0) return 0
  const rest = poolAtRest({ arrivalsPerSecond, serviceSeconds, servers })
  return rest.kind === 'saturated' ? Number.POSITIVE_INFINITY : rest.responseSeconds
}

/** 1 / Dmax, D over the servers; null where no station limits it. */
function maxThroughput(stations: readonly Station[]): number | null {
  let most: number | null = null
  for (const one of stations) {
    if (one.kind === 'delay' || one.demandSeconds === 0) continue
    most = Math.min(most ?? Number.POSITIVE_INFINITY, one.servers / one.demandSeconds)
  }
  return most
}

function delaySeconds(stations: readonly Station[]): number {
  return stations.reduce((sum, one) => sum + (one.kind === 'delay' ? one.demandSeconds : 0), 0)
}

function delayed(residenceSeconds: number, throughputPerSecond: number): StationLoad {
  return {
    residenceSeconds,
    customers: residenceSeconds * throughputPerSecond,
    utilization: null,
  }
}

/** Nobody is there, or a station without servers lets nobody through. */
function idle({ stations, users, thinkSeconds }: Network): ClosedLoad {
  const loads = stations.map(({ kind, demandSeconds }) => ({
    residenceSeconds: demandSeconds,
    customers: 0,
    utilization: kind === 'delay' ? null : 0,
  }))
  return summed({ stations, users, thinkSeconds }, { throughputPerSecond: 0, loads })
}

function summed(
  { stations, users, thinkSeconds }: Network,
  {
    throughputPerSecond,
    loads,
  }: { readonly throughputPerSecond: number; readonly loads: readonly StationLoad[] },
): ClosedLoad {
  const maxThroughputPerSecond = maxThroughput(stations)
  const demandSeconds = stations.reduce((sum, one) => sum + one.demandSeconds, 0)
  const saturationUsers =
    maxThroughputPerSecond === null
      ? Number.POSITIVE_INFINITY
      : maxThroughputPerSecond * (demandSeconds + thinkSeconds)
  return {
    kind: users > saturationUsers ? 'saturated' : 'stable',
    throughputPerSecond,
    responseSeconds: loads.reduce((sum, one) => sum + one.residenceSeconds, 0),
    stations: loads,
    maxThroughputPerSecond,
  }
}

type Weights = {
  /** Of 0, 1, ... customers, up to where every further one weighs `tail` times the one before. */
  readonly head: Float64Array
  readonly tail: number
}

/** f(n) = a^n / n! up to m, then times a / m each; scaled so that the largest of the head is 1. */
function queueWeights({
  servers,
  offeredLoad,
  most,
}: {
  readonly servers: number
  readonly offeredLoad: number
  readonly most: number
}): Weights {
  return {
    head: poissonWeights({ mean: offeredLoad, most: Math.min(servers, most) }),
    tail: offeredLoad / servers,
  }
}

function poissonWeights({
  mean,
  most,
}: {
  readonly mean: number
  readonly most: number
}): Float64Array {
  const weights = new Float64Array(most + 1)
  const mode = Math.min(most, Math.floor(mean))
  weights[mode] = 1
  for (let n = mode + 1, weight = 1; n <= most; n += 1) {
    weight *= mean / n
    weights[n] = weight
  }
  for (let n = mode - 1, weight = 1; n >= 0; n -= 1) {
    weight *= (n + 1) / mean
    weights[n] = weight
  }
  return weights
}

function weightAt({ head, tail }: Weights, customers: number): number {
  const last = head.length - 1
  if (customers <= last) return head[customers] ?? 0
  return (head[last] ?? 0) * tail ** (customers - last)
}

/** Below it a weight of a station adds nothing that a double could hold. */
const negligible = 1e-30

/** (g * f)(n), the geometric tail by t(n) = f(m) g(n-m) + rho t(n-1). Buzen 1973. */
function withQueue(joined: Float64Array, { head, tail }: Weights): Float64Array {
  const last = head.length - 1
  const result = new Float64Array(joined.length)
  for (let customers = 0; customers < last; customers += 1) {
    const weight = head[customers] ?? 0
    if (weight < negligible) continue
    for (let n = customers; n < joined.length; n += 1)
      result[n] = (result[n] ?? 0) + weight * (joined[n - customers] ?? 0)
  }
  const atLast = head[last] ?? 0
  let behind = 0
  let largest = 0
  for (let n = 0; n < joined.length; n += 1) {
    if (n >= last) behind = atLast * (joined[n - last] ?? 0) + tail * behind
    const total = (result[n] ?? 0) + behind
    result[n] = total
    if (total > largest) largest = total
  }
  for (let n = 0; n < result.length; n += 1) result[n] = (result[n] ?? 0) / largest
  return result
}
