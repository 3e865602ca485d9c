/**
 * The workload's parameters from measurements (a load test, Monitoring, pg_stat_activity), each with
 * its interval, and what the measurements do not determine. Laws of Little and of utilization:
 * Denning & Buzen 1978; facts/workload.md, 8.
 */
import { latencyDuring, type Measurements, type Sample } from './measured.ts'
import { type Estimate, meanEstimate, pointsAtLeast } from './queueing/confidence.ts'
import { type LayerId, waitsAt } from './queueing/layers.ts'
import type { System } from './system.ts'

export const parameters = [
  'thinkSeconds',
  'requestSeconds',
  'requestCpuSeconds',
  'databaseSeconds',
  'databaseCpuSeconds',
] as const
export type Parameter = (typeof parameters)[number]

export type Undetermined = {
  readonly parameter: Parameter
  /**
   * `too-few`: of the samples that hold what is needed. `overloaded`: in all others a request
   * waits for more than a tenth of its time, which says more of the queue than of the request.
   * `impossible`: below what it can be, so that the samples contradict one another.
   */
  readonly why: 'too-few' | 'overloaded' | 'impossible'
  readonly samples: number
  readonly needs: readonly (keyof Sample)[]
}

export type Calibration =
  | {
      readonly kind: 'calibrated'
      /**
       * With the determined parameters. It is `measured` only where all five are: an assumed one
       * among them is still a guess.
       */
      readonly workload: System['workload']
      readonly intervals: Readonly<Partial<Record<Parameter, Estimate>>>
      readonly undetermined: readonly Undetermined[]
      readonly samples: number
    }
  | {
      readonly kind: 'too-few-samples'
      readonly samples: number
      readonly samplesAtLeast: number
    }
  /** Not a web service of this System, or its database's tier cannot be read. */
  | { readonly kind: 'no-model'; readonly service: string }

/** The share of a response that may be waiting before a sample says nothing of the request. */
const waitShareAtMost = 0.1
/** Waits depend on the parameters, which depend on the waits; the third round changes nothing. */
const rounds = 4

export function calibrate({ system, service, samples, today }: Measurements): Calibration {
  const answered = samples.filter((one) => one.requestsPerSecond > 0)
  if (answered.length < pointsAtLeast)
    return {
      kind: 'too-few-samples',
      samples: answered.length,
      samplesAtLeast: pointsAtLeast,
    }
  let workload = system.workload
  let fits: readonly Fit[] = []
  for (let round = 0; round < rounds; round += 1) {
    const waiting = waitingOf({ ...system, workload }, { service, samples: answered, today })
    if (waiting === null) return { kind: 'no-model', service }
    fits = parameters.map((parameter) => fitOf(parameter, waiting))
    workload = { ...system.workload, ...valuesOf(fits) }
  }
  const undetermined = fits.filter((one) => one.kind === 'undetermined')
  const isMeasured = undetermined.length === 0
  return {
    kind: 'calibrated',
    workload: { ...workload, source: isMeasured ? 'measured' : 'assumed' },
    intervals: Object.fromEntries(determined(fits).map((one) => [one.parameter, one.estimate])),
    undetermined: undetermined.map(({ parameter, why, samples: count, needs }) => {
      return { parameter, why, samples: count, needs }
    }),
    samples: answered.length,
  }
}

/** A sample with the waits that the model expects at its throughput; null: it is saturated. */
type Waiting = {
  readonly sample: Sample
  readonly waits: { readonly all: number; readonly inSession: number } | null
}

function waitingOf(
  system: System,
  { service, samples, today }: Omit<Measurements, 'system'>,
): readonly Waiting[] | null {
  const all: Waiting[] = []
  for (const sample of samples) {
    const latency = latencyDuring(sample, { system, service, today })
    if (latency === null) return null
    const layers = waitsAt(latency, sample.requestsPerSecond)
    const waitOf = (id: LayerId): number => layers?.find((one) => one.id === id)?.waitSeconds ?? 0
    const waited = layers?.reduce((sum, one) => sum + one.waitSeconds, 0)
    all.push({
      sample,
      waits: waited === undefined ? null : { all: waited, inSession: waitOf('database-cpu') },
    })
  }
  return all
}

type Fit =
  | { readonly kind: 'determined'; readonly parameter: Parameter; readonly estimate: Estimate }
  | ({ readonly kind: 'undetermined' } & Undetermined)

type Reading = {
  readonly needs: readonly (keyof Sample)[]
  /** 0 is possible for all but the request, which lasts. */
  readonly isPossible: (value: number) => boolean
  /** Null: not measured; `overloaded`: measured, but in a queue. */
  readonly read: (waiting: Waiting) => number | 'overloaded' | null
}

const notNegative = (value: number): boolean => value >= 0

const readings: Readonly<Record<Parameter, Reading>> = {
  /** Z = N / X - R: the interactive response time law. */
  thinkSeconds: {
    needs: ['users', 'responseSeconds'],
    isPossible: notNegative,
    read: ({ sample: { users, responseSeconds, requestsPerSecond: perSecond } }) =>
      users === undefined || responseSeconds === undefined
        ? null
        : users / perSecond - responseSeconds,
  },
  /** What is left of the response without the waits. */
  requestSeconds: {
    needs: ['responseSeconds'],
    isPossible: (value) => value > 0,
    read: ({ sample: { responseSeconds }, waits }) => {
      if (responseSeconds === undefined) return null
      if (waits === null || waits.all > waitShareAtMost * responseSeconds) return 'overloaded'
      return responseSeconds - waits.all
    },
  },
  /** U = X D: the utilization law. */
  requestCpuSeconds: {
    needs: ['webCpuCores'],
    isPossible: notNegative,
    read: ({ sample }) => perRequest(sample, sample.webCpuCores),
  },
  /** Busy sessions = X S: Little's law, less the wait for the database's CPU while they are held. */
  databaseSeconds: {
    needs: ['busySessions'],
    isPossible: notNegative,
    read: ({ sample, waits }) => {
      const heldSeconds = perRequest(sample, sample.busySessions)
      if (heldSeconds === null) return null
      if (waits === null || waits.inSession > waitShareAtMost * heldSeconds) return 'overloaded'
      return heldSeconds - waits.inSession
    },
  },
  databaseCpuSeconds: {
    needs: ['databaseCpuCores'],
    isPossible: notNegative,
    read: ({ sample }) => perRequest(sample, sample.databaseCpuCores),
  },
}

function perRequest(sample: Sample, amount: number | undefined): number | null {
  return amount === undefined ? null : amount / sample.requestsPerSecond
}

/** The mean of what each sample says: least squares where the errors are relative ones. */
function fitOf(parameter: Parameter, samples: readonly Waiting[]): Fit {
  const { needs, isPossible, read } = readings[parameter]
  const values: number[] = []
  let overloaded = 0
  for (const one of samples) {
    const value = read(one)
    if (value === 'overloaded') overloaded += 1
    else if (value !== null) values.push(value)
  }
  const inCommon = { kind: 'undetermined', parameter, samples: values.length, needs } as const
  if (values.length < pointsAtLeast)
    return { ...inCommon, why: overloaded > 0 ? 'overloaded' : 'too-few' }
  const estimate = meanEstimate(values)
  if (!isPossible(estimate.value)) return { ...inCommon, why: 'impossible' }
  return { kind: 'determined', parameter, estimate }
}

function determined(fits: readonly Fit[]) {
  return fits.filter((one) => one.kind === 'determined')
}

function valuesOf(fits: readonly Fit[]): Partial<Record<Parameter, number>> {
  return Object.fromEntries(determined(fits).map((one) => [one.parameter, one.estimate.value]))
}
