/** Which machines can play so many test users with k6. facts/workload.md, 6. */
import { ceil, floor, isNegative } from './arithmetic.ts'
import type { LoadTestJob } from './policy-document.ts'

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

export type Machine = { readonly cores: number; readonly memoryMib: number }
export type Users = Omit<Generator, 'users' | keyof Machine>

/** As many as fit its CPU and its memory, and as one process plays. */
export function mostUsersOn(machine: Machine, users: Users): number {
  const { mibPerUserHigh, requestsPerSecondPerCore, thinkSeconds, requestSeconds } = users
  const perSecond = cpuCeiling * machine.cores * requestsPerSecondPerCore
  return Math.min(
    mostUsersOfOne,
    floor((memoryCeiling * machine.memoryMib) / mibPerUserHigh),
    floor(perSecond * (thinkSeconds + requestSeconds)),
  )
}

/** One big machine plays so many at most. facts/workload.md, 6. */
export const mostUsersOfOne = 30_000

/** What may play a test: this machine, where it has k6, and the tasks of a job, where one is named. */
export type Players = { readonly here: Machine | null; readonly job: LoadTestJob | null }

/** As many as all tasks of a job play together. */
export function mostUsersOfJob(job: LoadTestJob, users: Users): number {
  return job.maxTasks * mostUsersOn(taskOf(job), users)
}

const taskOf = ({ cpu, memoryGib }: LoadTestJob): Machine => ({
  cores: cpu,
  memoryMib: memoryGib * 1_024,
})

/** This machine where it can, else as few tasks as can; null: more users than any of them plays. */
export function playerOf(
  { here, job }: Players,
  users: Users & { readonly users: number },
): { readonly tasks: number | null } | null {
  if (here !== null && users.users <= mostUsersOn(here, users)) return { tasks: null }
  if (job === null) return null
  const each = mostUsersOn(taskOf(job), users)
  return users.users <= job.maxTasks * each ? { tasks: ceil(users.users / each) } : null
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
