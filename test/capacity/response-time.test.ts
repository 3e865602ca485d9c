/** The response's layers against a simulation of them, and the finding that they make. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atUsers } from '../../src/capacity/at-users.ts'
import type { Finding } from '../../src/capacity/finding.ts'
import { latencyOf } from '../../src/capacity/latency.ts'
import { responseTime as law } from '../../src/capacity/laws/response-time.ts'
import {
  type Latency,
  type Layer,
  type LayerId,
  responseTime,
} from '../../src/capacity/queueing/layers.ts'
import type { System, WebService } from '../../src/capacity/system.ts'
import { traceReads } from '../../src/capacity/trace.ts'
import { golden, today } from './golden.ts'
import { randomSystem } from './random-system.ts'
import { type Measured, type Simulated, type Stage, simulate } from './simulation.ts'

const seed = 20261123
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })

/** Random layers, none far wider than the narrowest; `load` in users over those that saturate. */
const randomLatency = (load: readonly [number, number]): fc.Arbitrary<Latency> =>
  fc
    .record({
      requestSeconds: between(0.05, 0.5),
      thinkSeconds: between(0.3, 4),
      threads: fc.integer({ min: 8, max: 200 }),
      shares: fc.tuple(between(0.02, 0.4), between(0.02, 0.5), between(0.02, 0.6)),
      rooms: fc.tuple(between(0.7, 4), between(0.7, 4), between(0.7, 4)),
      isPooled: fc.boolean(),
      load: between(load[0], load[1]),
    })
    .map(({ requestSeconds, thinkSeconds, threads, shares, rooms, isPooled, load: wanted }) => {
      const databaseSeconds = requestSeconds * shares[1]
      const busy = (holdSeconds: number) => (threads * holdSeconds) / requestSeconds
      const layer = (id: LayerId, holdSeconds: number, room: number): Layer => ({
        id,
        servers: Math.ceil(busy(holdSeconds) * room),
        holdSeconds,
        arrivalsPerRequest: 1,
      })
      const latency: Latency = {
        users: 1,
        thinkSeconds,
        requestSeconds,
        databaseSeconds,
        timeoutSeconds: 1e6,
        threads: layer('web-threads', requestSeconds, 1),
        webCpu: layer('web-cpu', requestSeconds * shares[0], rooms[0]),
        sessions: isPooled ? layer('database-sessions', databaseSeconds, rooms[1]) : null,
        databaseCpu: layer('database-cpu', databaseSeconds * shares[2], rooms[2]),
      }
      const most = responseTime(latency).maxThroughputPerSecond * (thinkSeconds + requestSeconds)
      return { ...latency, users: Math.max(2, Math.round(wanted * most)) }
    })

describe('against a simulation of the same layers', () => {
  it.each([
    { load: [0.2, 0.69], low: -0.03, high: 0.2, throughput: 0.04 },
    { load: [0.71, 2], low: -0.03, high: 1.2, throughput: 0.25 },
    { load: [2.01, 5], low: -0.03, high: 0.35, throughput: 0.15 },
  ] as const)(
    'at $load of the saturating users mean and p95 are off by $low to $high',
    { timeout: 240_000 },
    ({ load, low, high, throughput }) => {
      fc.assert(
        fc.property(randomLatency(load), (latency) => {
          const estimate = responseTime(latency)
          const judge = simulated(latency)
          const answered = judge.throughputPerSecond
          expect(estimate.throughputPerSecond).toBeLessThan(answered.mean + answered.margin)
          expect(errorOf(estimate.throughputPerSecond, answered).high).toBeGreaterThan(-throughput)
          for (const [seconds, measured] of [
            [estimate.meanSeconds, judge.response],
            [estimate.p95Seconds, judge.p95],
          ] as const) {
            const error = errorOf(seconds, measured)
            expect(error.high).toBeGreaterThan(low)
            expect(error.low).toBeLessThan(high)
          }
          expect(errorOf(estimate.p99Seconds, judge.p99).high).toBeGreaterThan(-0.08)
          const { lowSeconds, highSeconds } = estimate.p95Between
          expect(judge.p95.mean + judge.p95.margin).toBeGreaterThan(lowSeconds)
          expect(judge.p95.mean - judge.p95.margin).toBeLessThan(highSeconds)
        }),
        { seed, numRuns: 16, endOnFailure: true },
      )
    },
  )

  it('with hundreds of threads and a database of 8 cores mean and p95 are within a seventh', () => {
    const layer = (id: LayerId, servers: number, holdSeconds: number): Layer => ({
      id,
      servers,
      holdSeconds,
      arrivalsPerRequest: 1,
    })
    for (const users of [330, 590, 720, 1_000, 2_000]) {
      const latency: Latency = {
        users,
        thinkSeconds: 1.5,
        requestSeconds: 0.15,
        databaseSeconds: 0.04,
        timeoutSeconds: 300,
        threads: layer('web-threads', 400, 0.15),
        webCpu: layer('web-cpu', 100, 0.02),
        sessions: null,
        databaseCpu: layer('database-cpu', 8, 0.02),
      }
      const estimate = responseTime(latency)
      const judge = simulated(latency)
      expect(errorOf(estimate.meanSeconds, judge.response).low).toBeLessThan(1 / 7)
      expect(errorOf(estimate.p95Seconds, judge.p95).low).toBeLessThan(1 / 7)
      expect(errorOf(estimate.p95Seconds, judge.p95).high).toBeGreaterThan(-0.03)
    }
  })
})

describe('the finding', () => {
  it('of the example is saturated at the database CPU, finite, ok and assumed', () => {
    const [finding] = findingsOf(golden('today'))
    expect(finding).toMatchObject({
      law: 'response-time',
      subject: 'services.backend',
      unit: 'ms',
      limit: 500,
      severity: 'ok',
      assumed: true,
    })
    expect(finding?.demand).toBeGreaterThan(3_000)
    const state = finding?.derivation().find(({ term }) => term === 'answered per second')
    expect(state?.formula).toBe(
      'saturated; narrowest: a core of the database, 2000 requests per second at most',
    )
  })

  it('is advice: no verdict, no plan and no number of supported users rests on it', () => {
    expect([law.advice, law.depends, law.capacity]).toEqual([true, 'configuration', false])
  })

  it('has a severity once the workload is measured', () => {
    const [finding] = findingsOf(measuredOf(golden('today')))
    expect([finding?.severity, finding?.assumed]).toEqual(['broken', false])
    const few = golden('today')
    const [calm] = findingsOf(measuredOf({ ...few, workload: { ...few.workload, users: 300 } }))
    expect(calm?.severity).toBe('ok')
  })

  it('where the tier cannot be read is unknown, with the field', () => {
    const system = golden('today')
    const database = system.databases['tuki-db-prod']
    if (database === undefined) throw new Error('no database')
    const databases = { 'tuki-db-prod': { ...database, tier: 'huge' } }
    expect(findingsOf({ ...system, databases })[0]).toMatchObject({
      severity: 'unknown',
      missing: 'databases.tuki-db-prod.tier',
      demand: null,
    })
    const trace = traceReads(system)
    const unknown = ['workload.databaseCpuSeconds']
    const [hidden] = findingsOf(trace.system, { trace, unknown })
    expect([hidden?.severity, hidden?.missing]).toEqual(['unknown', unknown[0]])
  })

  it('on any System is finite, never NaN, and ends in its derivation', () => {
    fc.assert(
      fc.property(randomSystem, fc.constantFrom('maximum', 'needed'), (system, scale) => {
        for (const one of [system, measuredOf(system)])
          for (const finding of findingsOf(one, { scale })) {
            if (finding.severity === 'unknown') continue
            const [demand, limit] = ['demand', 'limit'].map(
              (side) => finding.derivation().find(({ term }) => term === side)?.value,
            )
            expect([demand, limit]).toEqual([finding.demand, finding.limit])
            expect(JSON.parse(JSON.stringify(finding)).demand).toBe(finding.demand)
            expect(Number.isFinite(finding.demand)).toBe(true)
            expect(finding.demand).toBeGreaterThanOrEqual(0)
            for (const { value } of finding.derivation())
              if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
          }
      }),
      { seed, numRuns: 500 },
    )
  })

  it('never falls when users rise', () => {
    fc.assert(
      fc.property(randomSystem, fc.integer({ min: 1, max: 5_000 }), (system, more) => {
        const users = system.workload.users + more
        const demands = (one: System) => findingsOf(one).map(({ demand }) => demand ?? null)
        const before = demands(system)
        const busier = demands({ ...system, workload: { ...system.workload, users } })
        for (const [i, demand] of before.entries()) {
          if (demand === null) continue
          expect(busier[i]).toBeGreaterThan(demand * (1 - 1e-6) - 1e-9)
        }
      }),
      { seed, numRuns: 300 },
    )
  })

  it('counts what other services ask of the same database', () => {
    const system = golden('today')
    const backend = system.services.backend
    if (backend?.kind !== 'web') throw new Error('no backend')
    const half: WebService = { ...backend, share: 0.5 }
    const two = { ...system, services: { ...system.services, backend: half, other: half } }
    const at = atUsers(two, { users: 10_000, scale: 'maximum', today })
    const [web] = at.webs
    if (web === undefined) throw new Error('no web service')
    expect(latencyOf(at, web)).toMatchObject({
      users: 5_000,
      databaseCpu: { servers: 2, arrivalsPerRequest: 2 },
      sessions: null,
    })
  })
})

function findingsOf(
  system: System,
  {
    scale = 'maximum',
    trace = undefined,
    unknown = [],
  }: {
    scale?: 'maximum' | 'needed'
    trace?: ReturnType<typeof traceReads> | undefined
    unknown?: readonly string[]
  } = {},
): readonly Finding[] {
  const findings: Finding[] = []
  const at = atUsers(system, { users: system.workload.users, scale, today })
  law.evaluate(at, { sourceOf: () => 'system.yml', unknown, trace }, findings)
  return findings
}

function measuredOf(system: System): System {
  return { ...system, workload: { ...system.workload, source: 'measured' } }
}

function simulated(latency: Latency): Simulated {
  const { threads, webCpu, sessions, databaseCpu, requestSeconds, databaseSeconds } = latency
  if (databaseCpu === null) throw new Error('no database')
  const held = (pool: string, stages: readonly Stage[]): readonly Stage[] => [
    { kind: 'acquire', pool },
    ...stages,
    { kind: 'release', pool },
  ]
  const spend = (seconds: number): Stage => ({ kind: 'spend', seconds })
  const inSession = [
    spend(databaseSeconds - databaseCpu.holdSeconds),
    ...held('databaseCpu', [spend(databaseCpu.holdSeconds)]),
  ]
  return simulate({
    seed,
    responses: 30_000,
    population: { kind: 'closed', users: latency.users, thinkSeconds: latency.thinkSeconds },
    servers: {
      threads: threads.servers,
      webCpu: webCpu.servers,
      sessions: sessions?.servers ?? 0,
      databaseCpu: databaseCpu.servers,
    },
    stages: held('threads', [
      ...held('webCpu', [spend(webCpu.holdSeconds)]),
      spend(requestSeconds - webCpu.holdSeconds - databaseSeconds),
      ...(sessions === null ? inSession : held('sessions', inSession)),
    ]),
  })
}

/** Of an estimate against what was measured: as small and as large as the interval allows. */
function errorOf(estimate: number, { mean, margin }: Measured) {
  return { low: estimate / (mean + margin) - 1, high: estimate / (mean - margin) - 1 }
}
