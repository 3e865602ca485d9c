/** Whether one machine can play so many test users with k6. facts/workload.md, 6. */
import { ceil, isNegative } from './arithmetic.ts'

/** k6 wants a fifth of the CPU idle; the rest is memory that the system itself needs. */
const cpuCeiling = 0.8
const memoryCeiling = 0.9

export type Generator = {
  readonly users: number
  readonly mibPerUserLow: number
  readonly mibPerUserHigh: number
  readonly memoryMib: number
  readonly requestSeconds: number
  readonly thinkSeconds: number
  readonly requestsPerSecondPerCore: number
  readonly cores: number
}

export function generatorNeeds(generator: Generator) {
  const { users, requestSeconds, thinkSeconds } = generator
  const memoryLowMib = users * generator.mibPerUserLow
  const memoryHighMib = users * generator.mibPerUserHigh
  const requestsPerSecond = users / (requestSeconds + thinkSeconds)
  const most = cpuCeiling * generator.cores * generator.requestsPerSecondPerCore
  return {
    memoryLowMib,
    memoryHighMib,
    requestsPerSecond,
    fitsMemory: !isNegative(memoryCeiling * generator.memoryMib - memoryHighMib),
    fitsCpu: !isNegative(most - requestsPerSecond),
  }
}

/** Users for a constant arrival rate: fewer would drop iterations. */
export function usersForRate({
  iterationsPerSecond,
  iterationSeconds,
}: {
  iterationsPerSecond: number
  iterationSeconds: number
}): number {
  return ceil(iterationsPerSecond * iterationSeconds)
}
