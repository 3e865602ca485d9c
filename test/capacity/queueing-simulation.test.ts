/** A simulation that knows no formula, as the second judge of the formulas. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { closedLoad } from '../../src/capacity/queueing/closed.ts'
import { lossyPool, poolAtRest, responseQuantile } from '../../src/capacity/queueing/mmc.ts'
import { isWithin, simulate } from './simulation.ts'

const seed = 20261123
const responses = 40_000
const servers = fc.integer({ min: 1, max: 12 })
const serviceSeconds = fc.double({ min: 0.01, max: 0.5, noNaN: true })
const load = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const stages = (seconds: number) =>
  [
    { kind: 'acquire', pool: 'pool' },
    { kind: 'spend', seconds },
    { kind: 'release', pool: 'pool' },
  ] as const

it('M/M/c: wait, response, p95 and p99 are within the interval', () => {
  fc.assert(
    fc.property(servers, serviceSeconds, load(0.3, 0.85), (pool, seconds, rho) => {
      const one = { arrivalsPerSecond: (rho * pool) / seconds, serviceSeconds: seconds }
      const judge = simulate({
        seed,
        servers: { pool },
        stages: stages(seconds),
        population: { kind: 'open', ...one, most: Number.POSITIVE_INFINITY },
        responses,
      })
      const rest = poolAtRest({ ...one, servers: pool })
      if (rest.kind === 'saturated') throw new Error('saturated')
      expect(isWithin(rest.waitSeconds, judge.wait)).toBe(true)
      expect(isWithin(rest.responseSeconds, judge.response)).toBe(true)
      for (const [share, measured] of [
        [0.95, judge.p95],
        [0.99, judge.p99],
      ] as const) {
        const quantile = responseQuantile({ ...one, servers: pool, share })
        if (quantile.kind === 'saturated') throw new Error('saturated')
        expect(isWithin(quantile.seconds, measured)).toBe(true)
      }
      expect(judge.response.margin, 'the judge is sharp').toBeLessThan(0.2 * judge.response.mean)
    }),
    { seed, numRuns: 10, endOnFailure: true },
  )
})

it('M/M/c/K: loss, throughput and wait are within the interval, below and above the load', () => {
  fc.assert(
    fc.property(servers, fc.integer({ min: 0, max: 20 }), load(0.5, 2), (pool, places, rho) => {
      const serving = { arrivalsPerSecond: (rho * pool) / 0.1, serviceSeconds: 0.1 }
      const capacity = pool + places
      const judge = simulate({
        seed,
        servers: { pool },
        stages: stages(0.1),
        population: { kind: 'open', ...serving, most: capacity },
        responses,
      })
      const theory = lossyPool({ ...serving, servers: pool, capacity })
      // A loss too rare for 20 batches has no interval.
      if (theory.probabilityOfLoss < 0.01) expect(judge.lost.mean).toBeLessThan(0.02)
      else expect(isWithin(theory.probabilityOfLoss, judge.lost)).toBe(true)
      expect(isWithin(theory.throughputPerSecond, judge.throughputPerSecond)).toBe(true)
      expect(isWithin(theory.waitSeconds, judge.wait)).toBe(true)
    }),
    { seed, numRuns: 10, endOnFailure: true },
  )
})

it('a closed network: throughput and response are within the interval, saturated too', () => {
  fc.assert(
    fc.property(servers, servers, load(0.4, 2), (web, database, users) => {
      const narrowest = Math.min(web / 0.1, database / 0.06)
      const network = {
        users: Math.ceil(users * narrowest * 1.16),
        thinkSeconds: 1,
        stations: [
          { kind: 'queue', servers: web, demandSeconds: 0.1 },
          { kind: 'queue', servers: database, demandSeconds: 0.06 },
        ],
      } as const
      const judge = simulate({
        seed,
        servers: { web, database },
        stages: [
          { kind: 'acquire', pool: 'web' },
          { kind: 'spend', seconds: 0.1 },
          { kind: 'release', pool: 'web' },
          { kind: 'acquire', pool: 'database' },
          { kind: 'spend', seconds: 0.06 },
          { kind: 'release', pool: 'database' },
        ],
        population: { kind: 'closed', users: network.users, thinkSeconds: 1 },
        responses,
      })
      const theory = closedLoad(network)
      if (theory.kind === 'unbounded') throw new Error('unbounded')
      expect(isWithin(theory.throughputPerSecond, judge.throughputPerSecond)).toBe(true)
      expect(isWithin(theory.responseSeconds, judge.response)).toBe(true)
    }),
    { seed, numRuns: 12, endOnFailure: true },
  )
})
