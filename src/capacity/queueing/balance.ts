/**
 * The throughput at which a closed population is in balance with its own response time:
 * X = N / (Z + R(X)), for any R that does not fall as X rises.
 */

export type Balance = {
  readonly users: number
  readonly thinkSeconds: number
  /** What no throughput may pass; Infinity where nothing limits it. */
  readonly atMostPerSecond: number
  /** Response at this throughput; Infinity from where it is saturated. */
  readonly responseSeconds: (throughputPerSecond: number) => number
}

const iterationsAtMost = 100
const relativePrecision = 1e-12

/**
 * The root of F(X) = X - N / (Z + R(X)), which rises and stays finite where R does not: regula falsi
 * of the Illinois kind, and a halving where that is slow. Null where neither thinking nor response
 * takes time.
 */
export function balancedThroughput(balance: Balance): number | null {
  const { users, thinkSeconds, atMostPerSecond, responseSeconds } = balance
  if (users === 0) return 0
  const cycleSeconds = thinkSeconds + responseSeconds(0)
  if (cycleSeconds <= 0) return null
  const excess = (perSecond: number): number =>
    perSecond - users / (thinkSeconds + responseSeconds(perSecond))
  let below = 0
  let atBelow = -users / cycleSeconds
  let above = Math.min(users / cycleSeconds, atMostPerSecond)
  let atAbove = excess(above)
  if (atAbove <= 0) return above
  for (let iteration = 1; iteration <= iterationsAtMost; iteration += 1) {
    const isHalving = iteration % 4 === 0
    const share = isHalving ? 0.5 : atBelow / (atBelow - atAbove)
    const middle = below + (above - below) * share
    const atMiddle = excess(middle)
    if (Math.abs(atMiddle) <= relativePrecision * middle) return middle
    if (atMiddle < 0) {
      below = middle
      atBelow = atMiddle
      if (!isHalving) atAbove /= 2
    } else {
      above = middle
      atAbove = atMiddle
      if (!isHalving) atBelow /= 2
    }
    if (above - below <= relativePrecision * above) break
  }
  return below
}
