/** The universal scalability law, its fit, and the t of its intervals. */
import { describe, expect, it } from 'vitest'
import { studentT95 } from '../../src/capacity/queueing/confidence.ts'
import {
  efficiencyAtConcurrency,
  fitScalability,
  peakOf,
  throughputAtConcurrency,
} from '../../src/capacity/queueing/usl.ts'
import { casesOf, expectAnswer, given } from './queueing-golden.ts'
import { normalNumbers } from './simulation.ts'

const known = { throughputAtOne: 995.6486, contention: 0.02671591, coherency: 0.000769 }
const concurrencies = [1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48]
const exactly = concurrencies.map((concurrency) => ({
  concurrency,
  throughput: throughputAtConcurrency(known, concurrency),
}))

it.each(casesOf('usl'))('golden: $id', (one) => {
  const scalability = {
    throughputAtOne: given(one, 'throughput_at_one'),
    contention: given(one, 'contention_sigma'),
    coherency: given(one, 'coherency_kappa'),
  }
  const concurrency = given(one, 'concurrency')
  const peak = peakOf(scalability)
  expectAnswer(one, {
    throughput: throughputAtConcurrency(scalability, concurrency),
    efficiency: efficiencyAtConcurrency(scalability, concurrency),
    peak_concurrency: peak.kind === 'peak' ? peak.concurrency : null,
    peak_throughput: peak.kind === 'peak' ? peak.throughput : null,
    amdahl_limit_throughput: peak.kind === 'limit' ? peak.throughput : null,
  })
})

it("Student's t is the table's", () => {
  const table = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228] as const
  for (const [i, t] of table.entries()) expect(studentT95(i + 1)).toBeCloseTo(t, 3)
  expect(studentT95(30)).toBeCloseTo(2.042, 3)
  expect(studentT95(10_000)).toBeCloseTo(1.9602, 3)
})

describe('the fit', () => {
  it('gives back the law that made the points', () => {
    const fit = fitScalability(exactly)
    if (fit.kind !== 'fit') throw new Error(fit.kind)
    expect(fit.scalability.throughputAtOne).toBeCloseTo(known.throughputAtOne, 3)
    expect(fit.scalability.contention).toBeCloseTo(known.contention, 6)
    expect(fit.scalability.coherency).toBeCloseTo(known.coherency, 7)
    expect(fit.meanRelativeError).toBeLessThan(1e-6)
  })

  it('holds each parameter in its interval in about 95 of 100 noisy measurements', () => {
    const noise = normalNumbers(7)
    const runs = 400
    const held = { throughputAtOne: 0, contention: 0, coherency: 0 }
    const names = ['throughputAtOne', 'contention', 'coherency'] as const
    for (let run = 0; run < runs; run += 1) {
      const fit = fitScalability(
        exactly.map((one) => ({ ...one, throughput: one.throughput * (1 + 0.03 * noise()) })),
      )
      if (fit.kind !== 'fit') throw new Error(fit.kind)
      for (const name of names) {
        const { low, high } = fit.intervals[name]
        if (low <= known[name] && known[name] <= high) held[name] += 1
      }
    }
    for (const name of names) {
      expect(held[name] / runs, name).toBeGreaterThan(0.92)
      expect(held[name] / runs, name).toBeLessThan(0.985)
    }
  })

  it("finds that pgbench's throughput falls beyond its peak", () => {
    const points = [
      [1, 100],
      [5, 400],
      [25, 1275],
      [50, 1250],
      [100, 1150],
      [200, 1000],
      [400, 801],
    ].map(([concurrency = 0, throughput = 0]) => ({ concurrency, throughput }))
    const fit = fitScalability(points)
    if (fit.kind !== 'fit') throw new Error(fit.kind)
    const peak = peakOf(fit.scalability)
    if (peak.kind !== 'peak') throw new Error(peak.kind)
    expect(peak.concurrency).toBeGreaterThan(25)
    expect(peak.concurrency).toBeLessThan(150)
  })

  it('is refused with fewer than 6 points, or where they do not tell three parameters apart', () => {
    const five = exactly.slice(0, 5)
    expect(fitScalability(five)).toEqual({ kind: 'too-few-points', points: 5, pointsAtLeast: 6 })
    const same = exactly.map((one) => ({ ...one, concurrency: 8 }))
    expect(fitScalability(same)).toEqual({ kind: 'undetermined' })
  })
})
