/** The formulas against the golden numbers, and outside their domain. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  asymptoticBounds,
  customersPresent,
  interactiveLoad,
} from '../../src/capacity/queueing/bounds.ts'
import { erlang, erlangB, squareRootStaffing } from '../../src/capacity/queueing/erlang.ts'
import {
  lossyPool,
  poolAtRest,
  type Quantile,
  responseQuantile,
  waitQuantile,
} from '../../src/capacity/queueing/mmc.ts'
import { casesOf, expectAnswer, given } from './queueing-golden.ts'

const seed = 20261123

describe('golden', () => {
  it.each(casesOf('erlang_c'))('$id', (one) => {
    const servers = given(one, 'servers')
    const answer = erlang({ servers, offeredLoad: given(one, 'offered_load_erlangs') })
    expectAnswer(one, {
      saturated: answer.kind === 'saturated',
      utilisation: answer.utilization,
      probability_of_waiting: answer.probabilityOfWaiting,
      probability_of_blocking_erlang_b:
        answer.kind === 'stable' ? answer.probabilityOfBlocking : undefined,
    })
  })

  it.each(casesOf('mmc_wait'))('$id', (one) => {
    const pool = poolOf(one)
    const rest = poolAtRest(pool)
    if (rest.kind === 'saturated') {
      expectAnswer(one, {
        saturated: true,
        utilisation: rest.utilization,
        mean_wait_seconds: null,
        maximum_throughput_per_second: rest.maxThroughputPerSecond,
      })
      expect(waitQuantile({ ...pool, share: 0.95 }).kind).toBe('saturated')
      return
    }
    expectAnswer(one, {
      saturated: false,
      utilisation: rest.utilization,
      probability_of_waiting: rest.probabilityOfWaiting,
      mean_wait_seconds: rest.waitSeconds,
      mean_response_seconds: rest.responseSeconds,
      mean_queue_length: rest.customersWaiting,
      mean_number_in_system: rest.customersPresent,
      wait_p95_seconds: secondsOf(waitQuantile({ ...pool, share: 0.95 })),
      wait_p99_seconds: secondsOf(waitQuantile({ ...pool, share: 0.99 })),
    })
  })

  it.each(casesOf('mmck_loss'))('$id', (one) => {
    const capacity = given(one, 'capacity_including_service')
    const answer = lossyPool({ ...poolOf(one), capacity })
    expectAnswer(one, {
      probability_of_loss: answer.probabilityOfLoss,
      throughput_per_second: answer.throughputPerSecond,
      mean_number_in_system: answer.customersPresent,
      mean_queue_length: answer.customersWaiting,
      mean_response_seconds: answer.responseSeconds,
      mean_wait_seconds: answer.waitSeconds,
      utilisation: answer.utilization,
    })
  })

  it.each(casesOf('asymptotic_bounds'))('$id', (one) => {
    const demands = one.given.demands_seconds
    if (!Array.isArray(demands)) throw new Error('no demands')
    const bounds = asymptoticBounds({
      demandsSeconds: demands.map(Number),
      users: given(one, 'users'),
      thinkSeconds: given(one, 'think_time_seconds'),
    })
    expectAnswer(one, {
      throughput_upper_per_second: bounds.throughputUpperPerSecond,
      throughput_lower_per_second: bounds.throughputLowerPerSecond,
      response_lower_seconds: bounds.responseLowerSeconds,
      saturation_users: bounds.saturationUsers,
      bottleneck_index: bounds.bottleneckIndex,
    })
  })

  it.each(casesOf('littles_law'))('$id', (one) => {
    if ('arrival_rate_per_second' in one.given) {
      const residenceSeconds = given(one, 'residence_seconds')
      const arrivalsPerSecond = given(one, 'arrival_rate_per_second')
      const present = customersPresent({ arrivalsPerSecond, residenceSeconds })
      expectAnswer(one, { mean_number_in_system: present })
      return
    }
    const load = interactiveLoad({
      users: given(one, 'users'),
      thinkSeconds: given(one, 'think_time_seconds'),
      responseSeconds: given(one, 'response_seconds'),
    })
    if (load.kind === 'unbounded') throw new Error('unbounded')
    expectAnswer(one, {
      throughput_per_second: load.throughputPerSecond,
      requests_in_flight: load.requestsInFlight,
      users_thinking: load.usersThinking,
    })
  })

  it.each(casesOf('square_root_staffing'))('$id', (one) => {
    const offeredLoad = given(one, 'offered_load_erlangs')
    const servers = squareRootStaffing({ offeredLoad, beta: given(one, 'beta') })
    const answer = erlang({ servers, offeredLoad })
    expectAnswer(one, {
      servers,
      utilisation: answer.utilization,
      probability_of_waiting: answer.probabilityOfWaiting,
    })
  })
})

describe('Erlang', () => {
  it('B summed from the top equals the forward recurrence, to 10,000 servers', () => {
    for (const servers of [1, 2, 10, 171, 400, 3_000, 10_000])
      for (const share of [0.5, 0.9, 0.98, 1, 1.1]) {
        const offeredLoad = share * servers
        let forward = 1
        for (let k = 1; k <= servers; k += 1)
          forward = (offeredLoad * forward) / (k + offeredLoad * forward)
        const blocking = erlangB({ servers, offeredLoad })
        if (forward < 1e-30) expect(blocking).toBe(0)
        else expect(blocking / forward, `${servers} at ${share}`).toBeCloseTo(1, 10)
      }
  })

  it('a probability is one for any load, and 0 only where it is below 1e-30', () => {
    const load = fc.double({ min: 0, max: 20_000, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), load, (servers, offeredLoad) => {
        const answer = erlang({ servers, offeredLoad })
        expect(answer.probabilityOfWaiting).toBeGreaterThanOrEqual(0)
        expect(answer.probabilityOfWaiting).toBeLessThanOrEqual(1)
        expect(answer.kind === 'saturated').toBe(offeredLoad >= servers)
      }),
      { seed, numRuns: 300 },
    )
  })
})

describe('outside the domain', () => {
  it('a pool at or above its load is saturated, and says what it can do', () => {
    const pool = { arrivalsPerSecond: 10, serviceSeconds: 0.1, servers: 1 }
    const saturated = { kind: 'saturated', maxThroughputPerSecond: 10 }
    expect(poolAtRest(pool)).toEqual({ ...saturated, utilization: 1 })
    expect(responseQuantile({ ...pool, share: 0.95 })).toEqual(saturated)
    expect(poolAtRest({ ...pool, servers: 0 })).toEqual({
      kind: 'saturated',
      utilization: null,
      maxThroughputPerSecond: 0,
    })
  })

  it('without time there is no throughput to give', () => {
    const nothing = { users: 3, thinkSeconds: 0 }
    expect(interactiveLoad({ ...nothing, responseSeconds: 0 })).toEqual({ kind: 'unbounded' })
    const bounds = asymptoticBounds({ ...nothing, demandsSeconds: [0] })
    expect([bounds.kind, bounds.throughputUpperPerSecond]).toEqual(['unbounded', null])
  })

  it('of a single server the response is exponential: p = 1 - e^{-(mu - lambda) t}', () => {
    const seconds = secondsOf(
      responseQuantile({ arrivalsPerSecond: 8, serviceSeconds: 0.1, servers: 1, share: 0.95 }),
    )
    expect(seconds).toBeCloseTo(-Math.log(0.05) / 2, 9)
  })
})

function poolOf(one: ReturnType<typeof casesOf>[number]) {
  return {
    arrivalsPerSecond: given(one, 'arrival_rate_per_second'),
    serviceSeconds: 1 / given(one, 'service_rate_per_second_per_server'),
    servers: given(one, 'servers'),
  }
}

function secondsOf(quantile: Quantile): number {
  if (quantile.kind === 'saturated') throw new Error('saturated')
  return quantile.seconds
}
