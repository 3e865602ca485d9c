/**
 * What Cloud Run takes of an instance (vCPUs, memory, requests at once) and how many of them it
 * starts. facts/workload.md, 2.
 */
import { ceil } from './arithmetic.ts'

/** Whole vCPUs with their memory in GiB. */
const shapes: Readonly<Record<number, { readonly leastGib: number; readonly mostGib: number }>> = {
  1: { leastGib: 0, mostGib: 4 },
  2: { leastGib: 0, mostGib: 8 },
  4: { leastGib: 2, mostGib: 16 },
  6: { leastGib: 4, mostGib: 24 },
  8: { leastGib: 4, mostGib: 32 },
}
export const wholeVcpus = Object.keys(shapes).map(Number)

export const concurrencyMax = 1000
const concurrencyDefault = 80

export type ShapeProblem =
  | { readonly kind: 'no-such-cpu' }
  | { readonly kind: 'memory'; readonly leastGib: number; readonly mostGib: number }

/** Why there is no instance of this shape; null: there is one. Less than one vCPU is as one. */
export function shapeProblem({
  vcpus,
  memoryGib,
}: {
  vcpus: number
  memoryGib: number
}): ShapeProblem | null {
  const shape = shapes[vcpus < 1 ? 1 : vcpus]
  if (shape === undefined) return { kind: 'no-such-cpu' }
  const isWithin = memoryGib >= shape.leastGib && memoryGib <= shape.mostGib
  return isWithin ? null : { kind: 'memory', ...shape }
}

/** Requests at once; 0 is the API's own default. Null: out of range. */
export function effectiveConcurrency(wished: number): number | null {
  if (wished === 0) return concurrencyDefault
  return Number.isInteger(wished) && wished >= 1 && wished <= concurrencyMax ? wished : null
}

/** Cloud Run aims at 60 % of both. facts/workload.md, 2. */
export const autoscalingTarget = 0.6

export type AutoscalingLoad = {
  readonly cpuUsed: number
  readonly vcpusPerInstance: number
  readonly inFlight: number
  readonly concurrency: number
  readonly minInstances: number
  readonly maxInstances: number
}

/** The larger of two drivers, each rounded up; requests that queue inside an instance count too. */
export function autoscaledInstances(load: AutoscalingLoad) {
  const forCpu = ceil(load.cpuUsed / load.vcpusPerInstance / autoscalingTarget)
  const forConcurrency = ceil(load.inFlight / (load.concurrency * autoscalingTarget))
  const wished = Math.max(forCpu, forConcurrency)
  const instances = Math.min(Math.max(wished, load.minInstances), load.maxInstances)
  return { forCpu, forConcurrency, wished, instances, isLimited: wished > load.maxInstances }
}
