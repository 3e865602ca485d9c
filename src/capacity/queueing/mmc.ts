/**
 * One pool of servers with one queue before it: M/M/c, waiting without a limit, and M/M/c/K, where
 * who finds K customers is lost. facts/workload.md, 8.
 */
import { waitingProbability } from './erlang.ts'

export type Pool = {
  readonly arrivalsPerSecond: number
  /** Mean, of one customer on one server: 1 / mu. */
  readonly serviceSeconds: number
  readonly servers: number
}

export type PoolAtRest =
  | {
      readonly kind: 'stable'
      readonly utilization: number
      readonly probabilityOfWaiting: number
      readonly waitSeconds: number
      readonly responseSeconds: number
      readonly customersWaiting: number
      readonly customersPresent: number
    }
  | {
      readonly kind: 'saturated'
      /** Null without servers. */
      readonly utilization: number | null
      /** c mu; null where service takes no time. */
      readonly maxThroughputPerSecond: number | null
    }

/** Wq = C / (c mu - lambda). Kleinrock 1975, 3.4. */
export function poolAtRest({ arrivalsPerSecond, serviceSeconds, servers }: Pool): PoolAtRest {
  const offeredLoad = arrivalsPerSecond * serviceSeconds
  if (offeredLoad >= servers)
    return {
      kind: 'saturated',
      utilization: servers > 0 ? offeredLoad / servers : null,
      maxThroughputPerSecond: serviceSeconds > 0 ? servers / serviceSeconds : null,
    }
  const probabilityOfWaiting = waitingProbability({ servers, offeredLoad })
  const waitSeconds = (probabilityOfWaiting * serviceSeconds) / (servers - offeredLoad)
  const responseSeconds = waitSeconds + serviceSeconds
  return {
    kind: 'stable',
    utilization: offeredLoad / servers,
    probabilityOfWaiting,
    waitSeconds,
    responseSeconds,
    customersWaiting: arrivalsPerSecond * waitSeconds,
    customersPresent: arrivalsPerSecond * responseSeconds,
  }
}

export type Quantile =
  | { readonly kind: 'stable'; readonly seconds: number }
  | { readonly kind: 'saturated'; readonly maxThroughputPerSecond: number | null }

/** P(W > t) = C e^{-(c mu - lambda) t}; 0 when C <= 1 - p. Kleinrock 1975, 3.4 and 5.12. */
export function waitQuantile(pool: Pool & { readonly share: number }): Quantile {
  const rest = poolAtRest(pool)
  if (rest.kind === 'saturated') return unbounded(rest)
  const late = 1 - pool.share
  if (rest.probabilityOfWaiting <= late) return { kind: 'stable', seconds: 0 }
  const freePerSecond = pool.servers / pool.serviceSeconds - pool.arrivalsPerSecond
  return { kind: 'stable', seconds: Math.log(rest.probabilityOfWaiting / late) / freePerSecond }
}

/**
 * Wait and service together: P(T > t) = e^{-mu t} (1 + C (1 - e^{-mu t d}) / d), d = c - 1 - a,
 * which is 1 + C mu t for d = 0. Kleinrock 1975, 5.12 (FCFS).
 */
export function responseQuantile(pool: Pool & { readonly share: number }): Quantile {
  const rest = poolAtRest(pool)
  if (rest.kind === 'saturated') return unbounded(rest)
  if (pool.serviceSeconds === 0) return { kind: 'stable', seconds: 0 }
  const spare = pool.servers - 1 - pool.arrivalsPerSecond * pool.serviceSeconds
  const laterThan = (services: number): number => {
    const more = Math.abs(spare) < 1e-9 ? services : -Math.expm1(-services * spare) / spare
    return Math.exp(-services) * (1 + rest.probabilityOfWaiting * more)
  }
  const late = 1 - pool.share
  let below = 0
  let above = 1
  while (laterThan(above) > late) above *= 2
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (below + above) / 2
    if (laterThan(middle) > late) below = middle
    else above = middle
  }
  return { kind: 'stable', seconds: above * pool.serviceSeconds }
}

function unbounded({ maxThroughputPerSecond }: PoolAtRest & { kind: 'saturated' }): Quantile {
  return { kind: 'saturated', maxThroughputPerSecond }
}

export type LossyPool = {
  readonly probabilityOfLoss: number
  readonly throughputPerSecond: number
  readonly customersPresent: number
  readonly customersWaiting: number
  /** Of those who were let in; 0 where nobody was. */
  readonly responseSeconds: number
  readonly waitSeconds: number
  readonly utilization: number
}

/**
 * M/M/c/K: p_{j+1} / p_j = a / min(j + 1, c), for any load. Weighed from the likeliest state
 * outwards, so that nothing overflows. K counts those in service; K >= c >= 1, service takes time.
 * Kleinrock 1975, 3.5. Service times are exponential here: real ones are steadier, and Allen-Cunneen
 * multiplies the wait by (Ca^2 + Cs^2) / 2.
 */
export function lossyPool({
  arrivalsPerSecond,
  serviceSeconds,
  servers,
  capacity,
}: Pool & { readonly capacity: number }): LossyPool {
  const offeredLoad = arrivalsPerSecond * serviceSeconds
  const mode = offeredLoad < servers ? Math.floor(offeredLoad) : capacity
  let weight = 0
  let present = 0
  let waiting = 0
  let busy = 0
  let lost = 0
  const count = (customers: number, weighs: number): void => {
    weight += weighs
    present += weighs * customers
    waiting += weighs * Math.max(0, customers - servers)
    busy += weighs * Math.min(customers, servers)
    if (customers === capacity) lost = weighs
  }
  count(mode, 1)
  for (let customers = mode + 1, weighs = 1; customers <= capacity && weighs > 0; customers += 1) {
    weighs *= offeredLoad / Math.min(customers, servers)
    count(customers, weighs)
  }
  for (let customers = mode - 1, weighs = 1; customers >= 0 && weighs > 0; customers -= 1) {
    weighs *= Math.min(customers + 1, servers) / offeredLoad
    count(customers, weighs)
  }
  const probabilityOfLoss = lost / weight
  const throughputPerSecond = arrivalsPerSecond * (1 - probabilityOfLoss)
  const perCustomer = (customers: number): number =>
    throughputPerSecond > 0 ? customers / weight / throughputPerSecond : 0
  return {
    probabilityOfLoss,
    throughputPerSecond,
    customersPresent: present / weight,
    customersWaiting: waiting / weight,
    responseSeconds: perCustomer(present),
    waitSeconds: perCustomer(waiting),
    utilization: busy / weight / servers,
  }
}
