/** Intervals of 95 %: Student's t, and a mean with its interval. */

export type Estimate = {
  readonly value: number
  /** Of the interval that holds the true value in 95 of 100 such samples. */
  readonly low: number
  readonly high: number
}

/** The fewest points that a fit is made of. facts/workload.md, 8. */
export const pointsAtLeast = 6

/** The mean of independent values: m +- t s / sqrt n. Two or more of them. */
export function meanEstimate(values: readonly number[]): Estimate {
  const value = values.reduce((sum, one) => sum + one, 0) / values.length
  const squares = values.reduce((sum, one) => sum + (one - value) ** 2, 0)
  const degrees = values.length - 1
  const margin = studentT95(degrees) * Math.sqrt(squares / degrees / values.length)
  return { value, low: value - margin, high: value + margin }
}

/** t with P(|T| <= t) = 0.95, by halving. Abramowitz & Stegun 1964, 26.7.3 and 26.7.4. */
export function studentT95(degreesOfFreedom: number): number {
  let below = 1.9
  let above = 13
  for (let halving = 0; halving < 50; halving += 1) {
    const middle = (below + above) / 2
    if (probabilityWithin(middle, { degreesOfFreedom }) < 0.95) below = middle
    else above = middle
  }
  return above
}

/** A(t | n): with x = atan(t / sqrt n), a finite sum of cosines, odd and even n each their own. */
function probabilityWithin(
  t: number,
  { degreesOfFreedom }: { readonly degreesOfFreedom: number },
): number {
  const angle = Math.atan(t / Math.sqrt(degreesOfFreedom))
  const cosine = Math.cos(angle)
  const isOdd = degreesOfFreedom % 2 === 1
  let term = isOdd ? cosine : 1
  let sum = degreesOfFreedom === 1 ? 0 : term
  for (let k = isOdd ? 3 : 2; k <= degreesOfFreedom - 2; k += 2) {
    term *= cosine ** 2 * ((k - 1) / k)
    sum += term
  }
  const sine = Math.sin(angle)
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum
}
