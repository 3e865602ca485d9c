/**
 * Erlang B and C for any number of servers, without a factorial: 171! overflows a double.
 * facts/workload.md, 8.
 */

/**
 * From here a pool is taken for a fluid: below saturation nobody waits. What that leaves out is, at
 * 99.99 % of a million servers, under 1 % of a service time.
 */
const fluidServers = 1e6
/** A probability below its inverse is reported as 0. */
const largestInverse = 1e30
const relativePrecision = 1e-17

export type ErlangInput = {
  /** Whole. */
  readonly servers: number
  /** a = lambda / mu, in erlangs. */
  readonly offeredLoad: number
}

/**
 * Probability that all servers are busy where nobody may wait. The recurrence of its inverse,
 * 1 / B_k = 1 + (k / a) / B_{k-1} (B_k = a B_{k-1} / (k + a B_{k-1}), Kleinrock 1975, 3.5), summed
 * from the top, so that it may stop when a term no longer counts. Jagerman 1974.
 */
export function erlangB({ servers, offeredLoad }: ErlangInput): number {
  if (offeredLoad <= 0) return servers > 0 ? 0 : 1
  if (servers >= fluidServers) return Math.max(0, 1 - servers / offeredLoad)
  const perErlang = 1 / offeredLoad
  let term = 1
  let inverse = 1
  for (let busy = servers; busy > 0; busy -= 1) {
    term *= busy * perErlang
    inverse += term
    if (inverse > largestInverse) return 0
    if (term < relativePrecision * inverse) break
  }
  return 1 / inverse
}

/** Probability of waiting below saturation: C = B / (1 - rho (1 - B)). Kleinrock 1975, 3.4. */
export function waitingProbability({ servers, offeredLoad }: ErlangInput): number {
  const blocking = erlangB({ servers, offeredLoad })
  if (blocking === 0) return 0
  return blocking / (1 - (offeredLoad / servers) * (1 - blocking))
}

export type Erlang =
  | {
      readonly kind: 'stable'
      readonly utilization: number
      readonly probabilityOfWaiting: number
      readonly probabilityOfBlocking: number
    }
  /** Load at or above the servers: everybody waits, and no wait is finite. */
  | {
      readonly kind: 'saturated'
      /** Null without servers. */
      readonly utilization: number | null
      readonly probabilityOfWaiting: 1
    }

/** Erlang B and C of one pool of servers. */
export function erlang({ servers, offeredLoad }: ErlangInput): Erlang {
  if (offeredLoad >= servers)
    return {
      kind: 'saturated',
      utilization: servers > 0 ? offeredLoad / servers : null,
      probabilityOfWaiting: 1,
    }
  return {
    kind: 'stable',
    utilization: offeredLoad / servers,
    probabilityOfWaiting: waitingProbability({ servers, offeredLoad }),
    probabilityOfBlocking: erlangB({ servers, offeredLoad }),
  }
}

/**
 * Servers for a load at a wanted quality: c = ceil(a + beta sqrt a); beta 1 lets about a quarter
 * wait, 2 about 4 %. Halfin & Whitt 1981.
 */
export function squareRootStaffing({
  offeredLoad,
  beta,
}: {
  readonly offeredLoad: number
  readonly beta: number
}): number {
  return Math.ceil(offeredLoad + beta * Math.sqrt(offeredLoad) - 1e-9)
}
