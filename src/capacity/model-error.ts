/**
 * What the model predicts beside what was observed, with the model's own error as a number: on the
 * samples of a calibration it is the error of the fit, on those of a later run that of a prediction.
 */
import { latencyDuring, type Measurements, type Sample } from './measured.ts'
import { type Latency, responseTime } from './queueing/layers.ts'

export const comparedQuantities = [
  'requestsPerSecond',
  'responseSeconds',
  'p95Seconds',
  'webCpuCores',
  'busySessions',
  'databaseCpuCores',
] as const satisfies readonly (keyof Sample)[]
export type ComparedQuantity = (typeof comparedQuantities)[number]

export type Pair = { readonly predicted: number; readonly observed: number }

export type Comparison = {
  readonly quantity: ComparedQuantity
  /** In the order of the samples that hold it. */
  readonly pairs: readonly Pair[]
  /** Mean of |predicted - observed| / observed, over those observed above 0. */
  readonly meanAbsoluteError: number
}

export type ModelError =
  /** Only what somebody measured, in samples that count their users. */
  | { readonly kind: 'compared'; readonly comparisons: readonly Comparison[] }
  | { readonly kind: 'no-samples' }
  | { readonly kind: 'no-model'; readonly service: string }

export function modelError({ system, service, samples, today }: Measurements): ModelError {
  const counted = samples.filter(
    ({ users = 0, requestsPerSecond }) => users * requestsPerSecond > 0,
  )
  if (counted.length === 0) return { kind: 'no-samples' }
  const predicted: (Readonly<Record<ComparedQuantity, number>> & { readonly sample: Sample })[] = []
  for (const sample of counted) {
    const latency = latencyDuring(sample, { system, service, today })
    if (latency === null) return { kind: 'no-model', service }
    predicted.push({ sample, ...predictionOf(latency) })
  }
  const comparisons = comparedQuantities.flatMap((quantity): readonly Comparison[] => {
    const pairs = predicted.flatMap((one): readonly Pair[] => {
      const observed = one.sample[quantity]
      return observed === undefined || observed <= 0 ? [] : [{ predicted: one[quantity], observed }]
    })
    return pairs.length === 0 ? [] : [{ quantity, pairs, meanAbsoluteError: errorOf(pairs) }]
  })
  return { kind: 'compared', comparisons }
}

function predictionOf(latency: Latency): Readonly<Record<ComparedQuantity, number>> {
  const { throughputPerSecond, meanSeconds, p95Seconds, layers } = responseTime(latency)
  const cpuWait = layers.find(({ id }) => id === 'database-cpu')?.waitSeconds ?? 0
  return {
    requestsPerSecond: throughputPerSecond,
    responseSeconds: meanSeconds,
    p95Seconds,
    webCpuCores: throughputPerSecond * latency.webCpu.holdSeconds,
    busySessions: throughputPerSecond * (latency.databaseSeconds + cpuWait),
    databaseCpuCores: throughputPerSecond * (latency.databaseCpu?.holdSeconds ?? 0),
  }
}

function errorOf(pairs: readonly Pair[]): number {
  const errors = pairs.map(({ predicted, observed }) => Math.abs(predicted / observed - 1))
  return errors.reduce((sum, one) => sum + one, 0) / errors.length
}
