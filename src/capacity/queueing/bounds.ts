/**
 * Laws that hold whatever the distributions are: Little's, the interactive response time law and the
 * asymptotic bounds. facts/workload.md, 8.
 */

/** L = lambda W. Little 1961; Kleinrock 1975, 2.1. */
export function customersPresent({
  arrivalsPerSecond,
  residenceSeconds,
}: {
  readonly arrivalsPerSecond: number
  readonly residenceSeconds: number
}): number {
  return arrivalsPerSecond * residenceSeconds
}

export type InteractiveLoad =
  | {
      readonly kind: 'stable'
      readonly throughputPerSecond: number
      readonly requestsInFlight: number
      readonly usersThinking: number
    }
  /** Neither thinking nor response takes time: no finite throughput. */
  | { readonly kind: 'unbounded' }

/** X = N / (R + Z), in flight = X R, thinking = X Z. Denning & Buzen 1978. */
export function interactiveLoad({
  users,
  thinkSeconds,
  responseSeconds,
}: {
  readonly users: number
  readonly thinkSeconds: number
  readonly responseSeconds: number
}): InteractiveLoad {
  const cycleSeconds = thinkSeconds + responseSeconds
  if (cycleSeconds <= 0) return { kind: 'unbounded' }
  const throughputPerSecond = users / cycleSeconds
  return {
    kind: 'stable',
    throughputPerSecond,
    requestsInFlight: throughputPerSecond * responseSeconds,
    usersThinking: throughputPerSecond * thinkSeconds,
  }
}

export type AsymptoticBounds = {
  /** `saturated`: there are more users than saturationUsers; the bottleneck sets the throughput. */
  readonly kind: 'stable' | 'saturated' | 'unbounded'
  /** Null where nothing takes time. */
  readonly throughputUpperPerSecond: number | null
  readonly throughputLowerPerSecond: number | null
  readonly responseLowerSeconds: number
  /** N* = (D + Z) / Dmax; null without a station that takes time. */
  readonly saturationUsers: number | null
  readonly bottleneckIndex: number | null
}

/**
 * N / (N D + Z) <= X <= min(N / (D + Z), 1 / Dmax) and R >= max(D, N Dmax - Z). The demand of a
 * station with m servers is its demand / m. Denning & Buzen 1978; Lazowska et al. 1984, 5.
 */
export function asymptoticBounds({
  demandsSeconds,
  users,
  thinkSeconds,
}: {
  readonly demandsSeconds: readonly number[]
  readonly users: number
  readonly thinkSeconds: number
}): AsymptoticBounds {
  const total = demandsSeconds.reduce((sum, one) => sum + one, 0)
  const most = Math.max(0, ...demandsSeconds)
  const cycleSeconds = total + thinkSeconds
  const responseLowerSeconds = Math.max(total, users * most - thinkSeconds)
  if (cycleSeconds <= 0 || most <= 0) {
    const perSecond = cycleSeconds <= 0 ? null : users / cycleSeconds
    return {
      kind: 'unbounded',
      throughputUpperPerSecond: perSecond,
      throughputLowerPerSecond: perSecond,
      responseLowerSeconds,
      saturationUsers: null,
      bottleneckIndex: null,
    }
  }
  const saturationUsers = cycleSeconds / most
  return {
    kind: users > saturationUsers ? 'saturated' : 'stable',
    throughputUpperPerSecond: Math.min(users / cycleSeconds, 1 / most),
    throughputLowerPerSecond: users === 0 ? 0 : users / (users * total + thinkSeconds),
    responseLowerSeconds,
    saturationUsers,
    bottleneckIndex: demandsSeconds.indexOf(most),
  }
}
