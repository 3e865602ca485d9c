/** The queueing cases of golden/capacity.json, each with its tolerance. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { z } from 'zod'

const file = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      group: z.string(),
      given: z.record(z.string(), z.unknown()),
      expect: z.record(z.string(), z.unknown()),
      tolerance: z.object({ absolute: z.number(), relative: z.number() }).optional(),
    }),
  ),
})

type Case = z.infer<typeof file>['cases'][number]

const { cases } = file.parse(
  JSON.parse(readFileSync(new URL('../golden/capacity.json', import.meta.url), 'utf8')),
)

/** The cases of a group; none is a fault of the test. */
export function casesOf(group: string): readonly Case[] {
  const found = cases.filter((one) => one.group === group)
  if (found.length === 0) throw new Error(`no golden cases of ${group}`)
  return found
}

/** A number of the case's input. */
export function given({ given: input, id }: Case, name: string): number {
  const value = input[name]
  if (typeof value !== 'number') throw new Error(`${id} has no ${name}`)
  return value
}

/** Every expected key is answered, and within the case's tolerance. */
export function expectAnswer(one: Case, answer: Readonly<Record<string, unknown>>): void {
  for (const [key, expected] of Object.entries(one.expect))
    expectWithin(answer[key], { expected, one, path: `${one.id} ${key}` })
}

function expectWithin(
  actual: unknown,
  { expected, one, path }: { expected: unknown; one: Case; path: string },
): void {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    expect(actual.length, path).toBe(expected.length)
    for (const [i, each] of expected.entries())
      expectWithin(actual[i], { expected: each, one, path: `${path} ${i}` })
    return
  }
  if (typeof expected !== 'number' || typeof actual !== 'number') {
    expect(actual, path).toEqual(expected)
    return
  }
  const { absolute, relative } = one.tolerance ?? { absolute: 0, relative: 0 }
  const most = Math.max(absolute, relative * Math.abs(expected))
  expect(Math.abs(actual - expected), `${path}: ${actual}`).toBeLessThanOrEqual(most)
}
