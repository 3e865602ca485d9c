/** A clock that differs is a fact; one that agrees is none: nobody needs to read it, or to record it. */
import { skewSecondsAtMost } from '../clock-watch.ts'
import type { ClockReader } from '../ports/clocks.ts'
import type { Fact } from '../world.ts'

export function clockFacts({ skews }: ClockReader): readonly Fact[] {
  return skews()
    .filter(({ skewSeconds }) => Math.abs(skewSeconds) > skewSecondsAtMost)
    .map(({ of, host, skewSeconds, at }) => ({
      kind: 'observed',
      name: `clocks.${of}`,
      value: skewSeconds,
      source: `Date header of ${host}`,
      observedAt: at,
    }))
}
