/** The closed model: exact against the golden numbers, and the approximation against the exact. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  type ClosedLoad,
  closedLoad,
  closedLoadInBalance,
  type Network,
} from '../../src/capacity/queueing/closed.ts'
import { casesOf, expectAnswer } from './queueing-golden.ts'

const networkOf = z
  .object({
    stations: z.array(
      z.object({ kind: z.enum(['queue', 'delay']), servers: z.int(), demand_seconds: z.number() }),
    ),
    users: z.int(),
    think_time_seconds: z.number(),
  })
  .transform(
    (given): Network => ({
      users: given.users,
      thinkSeconds: given.think_time_seconds,
      stations: given.stations.map(({ kind, servers, demand_seconds: demandSeconds }) =>
        kind === 'delay' ? { kind, demandSeconds } : { kind, servers, demandSeconds },
      ),
    }),
  )

const seconds = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const station = fc.record({
  kind: fc.constant('queue'),
  servers: fc.integer({ min: 1, max: 12 }),
  demandSeconds: seconds(0.01, 0.5),
})
const network: fc.Arbitrary<Network> = fc.record({
  stations: fc.array(station, { minLength: 1, maxLength: 3 }),
  users: fc.integer({ min: 1, max: 40 }),
  thinkSeconds: fc.oneof(fc.constant(0), seconds(0.1, 4)),
})

describe('exact', () => {
  it.each(casesOf('closed_mva'))('$id', (one) => {
    const load = loadOf(closedLoad(networkOf.parse(one.given)))
    expectAnswer(one, {
      throughput_per_second: load.throughputPerSecond,
      response_seconds: load.responseSeconds,
      station_residence_seconds: load.stations.map(({ residenceSeconds }) => residenceSeconds),
      station_mean_customers: load.stations.map(({ customers }) => customers),
      station_utilisation: load.stations.map(({ utilization }) => utilization),
    })
  })

  it('equals the product form, state by state', () => {
    fc.assert(
      fc.property(network, (one) => {
        const load = loadOf(closedLoad(one))
        const other = stateByState(one)
        expect(load.throughputPerSecond / other.throughputPerSecond).toBeCloseTo(1, 9)
        for (const [k, { customers }] of load.stations.entries())
          expect(customers).toBeCloseTo(other.customers[k] ?? Number.NaN, 8)
      }),
      { seed: 20261123, numRuns: 200 },
    )
  })

  it('10,000 users at 7,200 threads and 8 cores obey the laws that hold for any network', () => {
    const users = 10_000
    const stations = [
      { kind: 'queue', servers: 7200, demandSeconds: 0.5 },
      { kind: 'queue', servers: 8, demandSeconds: 0.0015 },
    ] as const
    const load = loadOf(closedLoad({ stations, users, thinkSeconds: 1.5 }))
    const { throughputPerSecond: perSecond, responseSeconds } = load
    expect(perSecond * (responseSeconds + 1.5)).toBeCloseTo(users, 5)
    const present = load.stations.reduce((sum, { customers }) => sum + customers, 0)
    expect(present + perSecond * 1.5).toBeCloseTo(users, 5)
    expect(perSecond).toBeLessThanOrEqual(users / 2)
  })

  it('without time it is unbounded, without servers nothing comes through', () => {
    const free = [{ kind: 'queue', servers: 1, demandSeconds: 0 }] as const
    expect(closedLoad({ stations: free, users: 1, thinkSeconds: 0 }).kind).toBe('unbounded')
    const shut = [{ kind: 'queue', servers: 0, demandSeconds: 0.1 }] as const
    for (const solve of [closedLoad, closedLoadInBalance]) {
      const load = solve({ stations: shut, users: 5, thinkSeconds: 1 })
      expect([load.kind, loadOf(load).throughputPerSecond]).toEqual(['saturated', 0])
    }
  })
})

describe('in balance', () => {
  const demandSeconds = 0.15
  const thinkSeconds = 1.5
  const errorOf = ({ servers, load }: { servers: number; load: number }): number => {
    const stations = [
      { kind: 'queue', servers, demandSeconds },
      { kind: 'queue', servers: Math.ceil(servers / 6), demandSeconds: 0.02 },
    ] as const
    const users = Math.max(1, Math.round((load * servers * (1.5 + 0.17)) / demandSeconds))
    const one = { stations, users, thinkSeconds }
    const exact = loadOf(closedLoad(one)).responseSeconds
    return loadOf(closedLoadInBalance(one)).responseSeconds / exact - 1
  }
  const loads = [0.3, 0.6, 0.8, 0.9, 1, 1.05, 1.1, 1.2, 1.5, 3]

  it.each([
    { servers: 1, errorAtMost: 0.4 },
    { servers: 4, errorAtMost: 0.25 },
    { servers: 25, errorAtMost: 0.15 },
    { servers: 100, errorAtMost: 0.08 },
    { servers: 900, errorAtMost: 0.03 },
  ])(
    'with $servers servers the response is never too low and at most $errorAtMost too high',
    ({ servers, errorAtMost }) => {
      for (const load of loads) {
        const error = errorOf({ servers, load })
        expect(error, `load ${load}`).toBeGreaterThan(-1e-6)
        expect(error, `load ${load}`).toBeLessThan(errorAtMost)
      }
    },
  )

  it('from 25 servers and below 80 % of N* the response is within 1.5 %', () => {
    for (const servers of [25, 100, 400])
      for (const load of [0.3, 0.6, 0.8])
        expect(errorOf({ servers, load }), `${servers} at ${load}`).toBeLessThan(0.015)
  })

  it('its throughput is never above the exact one, on any small network', () => {
    fc.assert(
      fc.property(network, (one) => {
        const exact = loadOf(closedLoad(one)).throughputPerSecond
        expect(loadOf(closedLoadInBalance(one)).throughputPerSecond).toBeLessThan(
          exact * (1 + 1e-9),
        )
      }),
      { seed: 20261123, numRuns: 200 },
    )
  })
})

function loadOf(load: ClosedLoad) {
  if (load.kind === 'unbounded') throw new Error('unbounded')
  return load
}

/** p(n_1, ..., n_K) ~ Z^n_0 / n_0! prod f_k(n_k), without a recurrence. Buzen 1973. */
function stateByState({ stations, users, thinkSeconds }: Network) {
  const queues = stations.filter((one) => one.kind === 'queue')
  const weights = queues.map(({ servers, demandSeconds }) => {
    const all = [1]
    for (let n = 1; n <= users; n += 1)
      all.push(((all[n - 1] ?? 0) * demandSeconds) / Math.min(n, servers))
    return all
  })
  const thinking = [1]
  for (let n = 1; n <= users; n += 1) thinking.push(((thinking[n - 1] ?? 0) * thinkSeconds) / n)
  const sums = queues.map(() => 0)
  const visit = (k: number, left: number, weight: number, present: readonly number[]): number => {
    if (k === queues.length) {
      const total = weight * (thinking[left] ?? 0)
      for (const [i, n] of present.entries()) sums[i] = (sums[i] ?? 0) + total * n
      return total
    }
    let total = 0
    for (let n = 0; n <= left; n += 1)
      total += visit(k + 1, left - n, weight * (weights[k]?.[n] ?? 0), [...present, n])
    return total
  }
  const fewer = visit(0, users - 1, 1, [])
  sums.fill(0)
  const all = visit(0, users, 1, [])
  return { throughputPerSecond: fewer / all, customers: sums.map((sum) => sum / all) }
}
