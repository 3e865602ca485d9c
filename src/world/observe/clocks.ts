/**
 * A clock that differs is a fact; one that agrees is none: nobody needs to read it, or to record it. `aheadMs`: how far
 * the clock that decides, the ledger's, is ahead of the one that was compared.
 */
import { skewSecondsAtMost } from '../clock-watch.ts'
import type { ClockReader } from '../ports/clocks.ts'
import type { Fact } from '../world.ts'

export function clockFacts({ skews }: ClockReader, aheadMs: number): readonly Fact[] {
  return skews()
    .map((one) => ({ ...one, skewSeconds: one.skewSeconds + aheadMs / 1000 }))
    .filter(({ skewSeconds }) => Math.abs(skewSeconds) > skewSecondsAtMost)
    .map(({ of, host, skewSeconds, at }) => ({
      kind: 'observed',
      name: `clocks.${of}`,
      value: skewSeconds,
      source: `Date header of ${host}`,
      observedAt: at + aheadMs,
    }))
}
