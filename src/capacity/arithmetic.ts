/**
 * Arithmetic that behaves as exact: what floating point adds or takes below 1e-9 decides nothing.
 * capacity.md, 2.
 */

const tolerance = 1e-9

/** The smallest whole number that is not below `value` by more than the tolerance. Never -0. */
export function ceil(value: number): number {
  return Math.ceil(value - tolerance) + 0
}

export function floor(value: number): number {
  return Math.floor(value + tolerance) + 0
}

/** Whether headroom is gone: a demand within 1e-9 of its limit is not over it. */
export function isNegative(headroom: number): boolean {
  return headroom < -tolerance
}

export function isPositive(value: number): boolean {
  return value > tolerance
}
