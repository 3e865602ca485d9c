/** Parameters from measurements that a known system made, with noise. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calibrate, type Parameter, parameters } from '../../src/capacity/calibration.ts'
import { latencyDuring, type Sample } from '../../src/capacity/measured.ts'
import { type ComparedQuantity, modelError } from '../../src/capacity/model-error.ts'
import { responseTime } from '../../src/capacity/queueing/layers.ts'
import { type System, systemSchema } from '../../src/capacity/system.ts'
import { golden, today } from './golden.ts'
import { normalNumbers, simulate } from './simulation.ts'

const service = 'backend'
/** What somebody guessed, off by a third and more in every parameter. */
const assumed = golden('today')
const truth: System['workload'] = {
  ...assumed.workload,
  thinkSeconds: 2.2,
  requestSeconds: 0.11,
  requestCpuSeconds: 0.031,
  databaseSeconds: 0.016,
  databaseCpuSeconds: 0.0007,
}
const known = { ...assumed, workload: truth }

describe('from a known system with noise', () => {
  it('each parameter is in its interval in about 95 of 100 calibrations', () => {
    const runs = 400
    const held = new Map<Parameter, number>()
    for (let run = 0; run < runs; run += 1) {
      const samples = samplesOf(known, { count: 12, noise: 0.05, seed: run })
      const calibration = calibrated({ system: assumed, samples })
      for (const parameter of parameters) {
        const interval = calibration.intervals[parameter]
        if (interval === undefined) throw new Error(`${parameter} is not determined`)
        const isHeld = interval.low <= truth[parameter] && truth[parameter] <= interval.high
        held.set(parameter, (held.get(parameter) ?? 0) + (isHeld ? 1 : 0))
      }
    }
    for (const parameter of parameters) {
      expect((held.get(parameter) ?? 0) / runs, parameter).toBeGreaterThan(0.92)
      expect((held.get(parameter) ?? 0) / runs, parameter).toBeLessThan(0.98)
    }
  })

  it('without noise the parameters come back, whatever was assumed', () => {
    const factor = fc.double({ min: 0.3, max: 3, noNaN: true })
    fc.assert(
      fc.property(fc.array(factor, { minLength: 5, maxLength: 5 }), (factors) => {
        const own = parameters.map((parameter, i) => [
          parameter,
          truth[parameter] * (factors[i] ?? 1),
        ])
        const system = systemSchema.parse({
          ...assumed,
          workload: { ...assumed.workload, ...Object.fromEntries(own) },
        })
        const samples = samplesOf(known, { count: 8, noise: 0, seed: 1 })
        const { workload, undetermined } = calibrated({ system, samples })
        expect(undetermined).toEqual([])
        for (const parameter of parameters)
          expect(workload[parameter] / truth[parameter]).toBeCloseTo(1, 4)
      }),
      { seed: 20261123, numRuns: 50 },
    )
  })

  it('the System then says measured, and remains a valid document', () => {
    const samples = samplesOf(known, { count: 12, noise: 0.05, seed: 3 })
    const { workload } = calibrated({ system: assumed, samples })
    expect(workload.source).toBe('measured')
    expect(workload.users).toBe(assumed.workload.users)
    expect(systemSchema.safeParse({ ...assumed, workload }).success).toBe(true)
  })

  it('of a simulated database that is half busy, the request comes out within a hundredth', () => {
    const samples = Array.from({ length: 8 }, (_, i): Sample => {
      const users = 100 + 100 * i
      const judge = simulate({
        seed: i,
        servers: { cpu: 2 },
        stages: [
          { kind: 'spend', seconds: truth.requestSeconds - 0.004 },
          { kind: 'acquire', pool: 'cpu' },
          { kind: 'spend', seconds: 0.004 },
          { kind: 'release', pool: 'cpu' },
        ],
        population: { kind: 'closed', users, thinkSeconds: truth.thinkSeconds },
        responses: 40_000,
      })
      const requestsPerSecond = judge.throughputPerSecond.mean
      return {
        users,
        requestsPerSecond,
        responseSeconds: judge.response.mean,
        databaseCpuCores: requestsPerSecond * 0.004,
      }
    })
    const { workload } = calibrated({ system: known, samples })
    expect(workload.databaseCpuSeconds).toBeCloseTo(0.004, 9)
    expect(workload.requestSeconds / truth.requestSeconds).toBeCloseTo(1, 1.7)
    expect(workload.thinkSeconds / truth.thinkSeconds).toBeCloseTo(1, 1.7)
  })
})

describe('what the data do not determine', () => {
  it('fewer than 6 samples are refused with the number that is needed', () => {
    const samples = samplesOf(known, { count: 5, noise: 0, seed: 1 })
    const idle: Sample = { requestsPerSecond: 0, users: 10 }
    expect(calibrate({ system: assumed, service, samples: [...samples, idle], today })).toEqual({
      kind: 'too-few-samples',
      samples: 5,
      samplesAtLeast: 6,
    })
  })

  it('is named, stays as it was, and keeps the workload assumed', () => {
    const samples = samplesOf(known, { count: 9, noise: 0, seed: 1 }).map(
      ({ requestsPerSecond, databaseCpuCores = 0 }) => ({ requestsPerSecond, databaseCpuCores }),
    )
    const { workload, undetermined, intervals } = calibrated({ system: assumed, samples })
    expect(Object.keys(intervals)).toEqual(['databaseCpuSeconds'])
    expect(undetermined.map(({ parameter, why, needs }) => [parameter, why, needs])).toEqual([
      ['thinkSeconds', 'too-few', ['users', 'responseSeconds']],
      ['requestSeconds', 'too-few', ['responseSeconds']],
      ['requestCpuSeconds', 'too-few', ['webCpuCores']],
      ['databaseSeconds', 'too-few', ['busySessions']],
    ])
    expect(workload.source).toBe('assumed')
    expect(workload.requestSeconds).toBe(assumed.workload.requestSeconds)
  })

  it('an overloaded system says nothing of the request alone', () => {
    const users = 60_000
    const samples = samplesOf(known, { count: 9, noise: 0, seed: 1, users })
    const { undetermined } = calibrated({ system: assumed, samples })
    expect(undetermined.map(({ parameter, why }) => [parameter, why])).toEqual([
      ['requestSeconds', 'overloaded'],
      ['databaseSeconds', 'overloaded'],
    ])
  })

  it('users too few for their own throughput are a contradiction', () => {
    const samples = samplesOf(known, { count: 9, noise: 0, seed: 1 }).map((one) => ({
      ...one,
      users: 1,
    }))
    const { undetermined } = calibrated({ system: assumed, samples })
    expect(undetermined[0]).toMatchObject({ parameter: 'thinkSeconds', why: 'impossible' })
  })

  it('a service that is no web service has no model', () => {
    const samples = samplesOf(known, { count: 9, noise: 0, seed: 1 })
    const none = { kind: 'no-model', service: 'celery-beat' }
    expect(calibrate({ system: assumed, service: 'celery-beat', samples, today })).toEqual(none)
    expect(modelError({ system: assumed, service: 'celery-beat', samples, today })).toEqual(none)
  })
})

describe("the model's own error", () => {
  it('is the noise for the calibrated System, and far more for the guess', () => {
    const samples = samplesOf(known, { count: 40, noise: 0.05, seed: 5 })
    const { workload } = calibrated({ system: assumed, samples })
    const later = samplesOf(known, { count: 40, noise: 0.05, seed: 6 })
    // The mean of |a normal number| is 0.8 of its deviation.
    for (const error of errorsOf({ ...assumed, workload }, later).values()) {
      expect(error).toBeGreaterThan(0.02)
      expect(error).toBeLessThan(0.08)
    }
    const guessed = errorsOf(assumed, later)
    expect(guessed.get('requestsPerSecond')).toBeGreaterThan(0.25)
    expect(guessed.get('responseSeconds')).toBeGreaterThan(0.25)
  })

  it('keeps what was predicted beside what was observed, and only that', () => {
    const samples: Sample[] = [
      { requestsPerSecond: 100, users: 240, responseSeconds: 0.2 },
      { requestsPerSecond: 50 },
    ]
    const result = modelError({ system: known, service, samples, today })
    if (result.kind !== 'compared') throw new Error(result.kind)
    expect(result.comparisons.map(({ quantity, pairs }) => [quantity, pairs.length])).toEqual([
      ['requestsPerSecond', 1],
      ['responseSeconds', 1],
    ])
    const [throughput, response] = result.comparisons
    expect(throughput?.pairs[0]?.predicted).toBeCloseTo(240 / 2.31, 1)
    expect(response?.meanAbsoluteError).toBeCloseTo(0.45, 2)
    expect(modelError({ system: known, service, samples: [], today }).kind).toBe('no-samples')
  })
})

function calibrated({ system, samples }: { system: System; samples: readonly Sample[] }) {
  const calibration = calibrate({ system, service, samples, today })
  if (calibration.kind !== 'calibrated') throw new Error(calibration.kind)
  return calibration
}

function errorsOf(system: System, samples: readonly Sample[]): Map<ComparedQuantity, number> {
  const result = modelError({ system, service, samples, today })
  if (result.kind !== 'compared') throw new Error(result.kind)
  return new Map(
    result.comparisons.map(({ quantity, meanAbsoluteError }) => [quantity, meanAbsoluteError]),
  )
}

/** What a load test that climbs to 1,500 users would measure, each number with relative noise. */
function samplesOf(
  system: System,
  {
    count,
    noise,
    seed,
    users: most = 1_500,
  }: { count: number; noise: number; seed: number; users?: number },
): readonly Sample[] {
  const random = normalNumbers(seed)
  const noisy = (value: number): number => value * (1 + noise * random())
  return Array.from({ length: count }, (_, i): Sample => {
    const users = Math.round((most * (0.5 + (i + 1) / count)) / 1.5)
    const latency = latencyDuring({ requestsPerSecond: 1, users }, { system, service, today })
    if (latency === null) throw new Error('no model')
    const { throughputPerSecond, meanSeconds, p95Seconds, layers } = responseTime(latency)
    const { requestCpuSeconds, databaseSeconds, databaseCpuSeconds } = system.workload
    const onCpu = layers.find(({ id }) => id === 'database-cpu')?.waitSeconds ?? 0
    return {
      users,
      requestsPerSecond: noisy(throughputPerSecond),
      responseSeconds: noisy(meanSeconds),
      p95Seconds: noisy(p95Seconds),
      webCpuCores: noisy(throughputPerSecond * requestCpuSeconds),
      busySessions: noisy(throughputPerSecond * (databaseSeconds + onCpu)),
      databaseCpuCores: noisy(throughputPerSecond * databaseCpuSeconds),
    }
  })
}
