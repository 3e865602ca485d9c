/**
 * The planner, and how many users are supported, against one evaluation of all laws; and what a
 * hundred thousand of them leave in memory.
 */
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { assess } from '../../src/capacity/assess.ts'
import { parseSystem } from '../../src/capacity/parse.ts'
import type { System } from '../../src/capacity/system.ts'
import { plan } from '../../src/define/planner.ts'
import { catalogue } from '../../src/steps/index.ts'
import type { Bench, Side } from './bench.ts'

const today = '2026-11-23'
/** In one sample: what takes microseconds cannot be timed alone. */
const timesPerSample = 300
const assessments = 100_000

export async function plannerBench(): Promise<Bench> {
  const system = example()
  return {
    name: 'planner',
    unit: 'ms',
    rounds: 11,
    warmUps: 5,
    subject: {
      what: 'a plan for 10,000 users, aimed at under 150 ms',
      measure: async () => timeOf(1, () => plan(system, 10_000, { today, catalogue })),
    },
    against: assessment(system),
    boundBelow: 10_000,
    close: async () => undefined,
  }
}

export async function supportedUsersBench(): Promise<Bench> {
  const system = example()
  return {
    name: 'supported-users',
    unit: 'ms',
    rounds: 21,
    warmUps: 5,
    subject: {
      what: 'all laws, and the users that they support',
      measure: async () => timeOf(timesPerSample, () => assess(system, { today })),
    },
    against: assessment(system),
    boundBelow: 40,
    close: async () => undefined,
  }
}

/** What is left after all of them, of the heap. */
export async function assessMemoryBench(): Promise<Bench> {
  const system = example()
  const collect = collector()
  return {
    name: 'assess-memory',
    unit: 'MB',
    rounds: 3,
    warmUps: 1,
    subject: {
      what: `heap that ${assessments} assessments leave`,
      measure: async () => {
        collect()
        const before = process.memoryUsage().heapUsed
        for (let times = 0; times < assessments; times += 1)
          assess(system, { today, withSupportedUsers: false })
        collect()
        return (process.memoryUsage().heapUsed - before) / 1_000_000
      },
    },
    against: null,
    boundBelow: 1,
    close: async () => undefined,
  }
}

function assessment(system: System): Side {
  return {
    what: 'all laws, evaluated once',
    measure: async () =>
      timeOf(timesPerSample, () => assess(system, { today, withSupportedUsers: false })),
  }
}

function example(): System {
  const file = new URL('../../system.yml', import.meta.url)
  const parsed = parseSystem(readFileSync(file, 'utf8'), 'system.yml')
  if (parsed.kind !== 'system') throw new Error('system.yml cannot be read')
  return parsed.system
}

function timeOf(times: number, work: () => unknown): number {
  const startedAt = performance.now()
  for (let done = 0; done < times; done += 1) work()
  return (performance.now() - startedAt) / times
}

/** The garbage collector, which Node hands out only when told to. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('no garbage collector')
  return () => void collect()
}
