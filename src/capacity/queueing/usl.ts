/**
 * Gunther's universal scalability law: what contention and coherency take from throughput as
 * concurrency grows, and its fit to measured points. facts/workload.md, 8.
 */
import { levenbergMarquardt } from 'ml-levenberg-marquardt'
import { type Estimate, pointsAtLeast, studentT95 } from './confidence.ts'

export type Scalability = {
  /** lambda: throughput at concurrency 1. */
  readonly throughputAtOne: number
  /** sigma: the share of work that waits for others. */
  readonly contention: number
  /** kappa: the work of keeping each informed of each other. */
  readonly coherency: number
}

/** X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1)). Gunther 2007, 4. */
export function throughputAtConcurrency(
  { throughputAtOne, contention, coherency }: Scalability,
  concurrency: number,
): number {
  return (throughputAtOne * concurrency) / slowdown({ contention, coherency, concurrency })
}

/** X(N) / (lambda N). Gunther 2007, 4. */
export function efficiencyAtConcurrency(scalability: Scalability, concurrency: number): number {
  return 1 / slowdown({ ...scalability, concurrency })
}

function slowdown({
  contention,
  coherency,
  concurrency,
}: Omit<Scalability, 'throughputAtOne'> & { readonly concurrency: number }): number {
  return 1 + contention * (concurrency - 1) + coherency * concurrency * (concurrency - 1)
}

export type Peak =
  /** More concurrency gives less from here. */
  | { readonly kind: 'peak'; readonly concurrency: number; readonly throughput: number }
  /** Without coherency it only flattens, towards Amdahl's limit lambda / sigma. */
  | { readonly kind: 'limit'; readonly throughput: number }
  | { readonly kind: 'linear' }

/** N* = sqrt((1 - sigma) / kappa). Gunther 2007, 4. */
export function peakOf(scalability: Scalability): Peak {
  const { throughputAtOne, contention, coherency } = scalability
  if (coherency > 0) {
    const concurrency = Math.sqrt(Math.max(0, 1 - contention) / coherency)
    const throughput = throughputAtConcurrency(scalability, concurrency)
    return { kind: 'peak', concurrency, throughput }
  }
  if (contention > 0) return { kind: 'limit', throughput: throughputAtOne / contention }
  return { kind: 'linear' }
}

export type ScalabilityPoint = { readonly concurrency: number; readonly throughput: number }

export type ScalabilityFit =
  | {
      readonly kind: 'fit'
      readonly scalability: Scalability
      readonly intervals: {
        readonly throughputAtOne: Estimate
        readonly contention: Estimate
        readonly coherency: Estimate
      }
      /** Mean of |fitted - measured| / measured. */
      readonly meanRelativeError: number
      readonly points: number
    }
  | { readonly kind: 'too-few-points'; readonly points: number; readonly pointsAtLeast: number }
  /** So few different concurrencies, or throughputs of 0, that three parameters do not follow. */
  | { readonly kind: 'undetermined' }

/**
 * Least squares of relative errors, by Levenberg-Marquardt, with sigma and kappa not below 0; the
 * intervals from s^2 (J'J)^-1 at the best fit and Student's t, cut at 0.
 */
export function fitScalability(measured: readonly ScalabilityPoint[]): ScalabilityFit {
  const points = measured.filter(({ concurrency, throughput }) => concurrency > 0 && throughput > 0)
  if (points.length < pointsAtLeast)
    return { kind: 'too-few-points', points: points.length, pointsAtLeast }
  if (new Set(points.map(({ concurrency }) => concurrency)).size < 4)
    return { kind: 'undetermined' }
  const most = Math.max(...points.map(({ concurrency }) => concurrency))
  const unit = scaleOf(points)
  const measuredAt = (index: number): ScalabilityPoint =>
    points[index] ?? { concurrency: 1, throughput: unit }
  // Relative to what was measured, so that the weights stay 1: with others, version 5.1.0 steps by
  // 1 / w^2 and judges the step by w^2.
  const { parameterValues } = levenbergMarquardt(
    { x: [...points.keys()], y: points.map(() => 1) },
    (scaled) => (index) => {
      const { concurrency, throughput } = measuredAt(index)
      return throughputAtConcurrency(unscaled(scaled, { most, unit }), concurrency) / throughput
    },
    {
      initialValues: [1, 1 / most, 1],
      weights: 1,
      minValues: [1e-9, 0, 0],
      maxValues: [1e9, 1e9, 1e9],
      jacobianFunction: (scaled) => (index) => gradient(scaled, { most, unit }, measuredAt(index)),
      damping: 1e-2,
      dampingStepDown: 9,
      dampingStepUp: 11,
      improvementThreshold: 1e-3,
      maxIterations: 300,
      errorTolerance: 1e-14,
    },
  )
  return fitted(points, { parameterValues, most, unit })
}

type Scaling = { readonly most: number; readonly unit: number }

/** Throughput per unit of concurrency where it is least disturbed, so that lambda is near 1. */
function scaleOf(points: readonly ScalabilityPoint[]): number {
  return Math.max(...points.map(({ concurrency, throughput }) => throughput / concurrency))
}

/** All three near 1: kappa is counted at the largest concurrency. */
function unscaled(scaled: readonly number[], { most, unit }: Scaling): Scalability {
  const [throughputAtOne = 0, contention = 0, coherency = 0] = scaled
  return { throughputAtOne: throughputAtOne * unit, contention, coherency: coherency / most ** 2 }
}

/** d(X / measured) / d(lambda, sigma, kappa), in the scaled parameters. */
function gradient(
  scaled: readonly number[],
  { most, unit }: Scaling,
  { concurrency, throughput }: ScalabilityPoint,
): number[] {
  const { throughputAtOne, contention, coherency } = unscaled(scaled, { most, unit })
  const slower = slowdown({ contention, coherency, concurrency })
  const perSlowdown = (-throughputAtOne * concurrency) / slower ** 2 / throughput
  return [
    (unit * concurrency) / slower / throughput,
    perSlowdown * (concurrency - 1),
    (perSlowdown * concurrency * (concurrency - 1)) / most ** 2,
  ]
}

function fitted(
  points: readonly ScalabilityPoint[],
  { parameterValues, most, unit }: Scaling & { readonly parameterValues: readonly number[] },
): ScalabilityFit {
  const scalability = unscaled(parameterValues, { most, unit })
  const normal = [0, 1, 2].map(() => [0, 0, 0])
  let squares = 0
  let absolute = 0
  for (const point of points) {
    const { concurrency, throughput } = point
    const error = throughputAtConcurrency(scalability, concurrency) / throughput - 1
    squares += error ** 2
    absolute += Math.abs(error)
    const slopes = gradient(parameterValues, { most, unit }, point)
    for (const [i, row] of normal.entries())
      for (const j of row.keys()) row[j] = (row[j] ?? 0) + (slopes[i] ?? 0) * (slopes[j] ?? 0)
  }
  const variances = inverseDiagonal(normal)
  if (variances === null) return { kind: 'undetermined' }
  const degrees = points.length - parameterValues.length
  const margins = variances.map((one) => studentT95(degrees) * Math.sqrt((one * squares) / degrees))
  const [atOne = 0, contention = 0, coherency = 0] = margins
  return {
    kind: 'fit',
    scalability,
    intervals: {
      throughputAtOne: within(scalability.throughputAtOne, atOne * unit),
      contention: within(scalability.contention, contention),
      coherency: within(scalability.coherency, coherency / most ** 2),
    },
    meanRelativeError: absolute / points.length,
    points: points.length,
  }
}

function within(value: number, margin: number): Estimate {
  return { value, low: Math.max(0, value - margin), high: value + margin }
}

/** The diagonal of a symmetric 3 x 3 matrix's inverse, by cofactors; null where it has none. */
function inverseDiagonal(matrix: readonly (readonly number[])[]): readonly number[] | null {
  const at = (i: number, j: number): number => matrix[i % 3]?.[j % 3] ?? 0
  const minor = (i: number, j: number): number =>
    at(i + 1, j + 1) * at(i + 2, j + 2) - at(i + 1, j + 2) * at(i + 2, j + 1)
  const determinant = at(0, 0) * minor(0, 0) + at(0, 1) * minor(0, 1) + at(0, 2) * minor(0, 2)
  const size = at(0, 0) * at(1, 1) * at(2, 2)
  if (!(determinant > 1e-13 * size)) return null
  return [0, 1, 2].map((i) => minor(i, i) / determinant)
}
