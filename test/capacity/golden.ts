/** The golden files, read once through schemas that say what a test may expect of them. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type System, systemSchema } from '../../src/capacity/system.ts'

/** The day of all golden cases. */
export const today = '2026-11-23'

const systemsFile = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      system: z.unknown(),
      expect: z.object({
        findings: z.array(z.record(z.string(), z.unknown())),
        supportedUsers: z.number().nullable(),
        binding: z.array(z.object({ law: z.string(), subject: z.string() })),
      }),
    }),
  ),
})

const verdictsFile = z.object({
  systems: z.record(z.string(), z.unknown()),
  cases: z.array(
    z.object({
      system: z.string(),
      step: z.string(),
      input: z.record(z.string(), z.unknown()),
      verdict: z.enum(['clear', 'review', 'block']),
    }),
  ),
})

const capacityFile = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      group: z.string(),
      given: z.record(z.string(), z.unknown()),
      expect: z.record(z.string(), z.unknown()),
    }),
  ),
})

export type CapacityCase = z.infer<typeof capacityFile>['cases'][number]

export const systemCases = systemsFile
  .parse(read('systems'))
  .cases.map(({ id, system, expect }) => ({ id, system: systemSchema.parse(system), expect }))

const verdicts = verdictsFile.parse(read('verdicts'))

export const verdictCases = verdicts.cases.map((one) => ({
  ...one,
  title: `${one.system}: ${one.step} ${JSON.stringify(one.input)}`,
  now: systemSchema.parse(verdicts.systems[one.system]),
}))

export const capacityCases: readonly CapacityCase[] = capacityFile.parse(read('capacity')).cases

/** The System of a golden case, by its id. */
export function golden(id: string): System {
  const found = systemCases.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no golden system ${id}`)
  return found.system
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8'))
}
