/**
 * What a plan is a list of: steps, waits, and conditions that jump over what follows them. Data:
 * kept in the ledger as it is, bound to the catalogue's steps when it is read. Pure.
 */
import { z } from 'zod'
import { laws } from '../capacity/laws/catalogue.ts'
import type { Catalogue, UnknownStep } from './catalogue.ts'
import type { BoundStep, InputProblem, JsonObject } from './step.ts'

/** Nobody reads a longer plan before saying yes to it. */
export const itemsAtMost = 100
const minutesAtMost = 24 * 60
const conditionsAtMost = 20

const path = z
  .string()
  .max(300)
  .regex(/^[^.\s]+(\.[^.\s]+)+$/, 'the path of a fact, such as databases.tuki-db-prod.tier')

const numeric = z.strictObject({ fact: path, is: z.enum(['below', 'at-least']), to: z.number() })

export const conditionSchema = z.union([
  z.strictObject({ fact: path, is: z.enum(['set', 'unset']) }),
  z.strictObject({ fact: path, is: z.enum(['equal', 'different']), to: z.json() }),
  numeric,
  z.strictObject({
    law: z.enum(laws.map(({ id }) => id)),
    subject: path,
    is: z.enum(['ok', 'not-ok']),
  }),
])

/** What is so, of a fact's value or of a law on its subject. */
export type Condition = Readonly<z.infer<typeof conditionSchema>>

const why = z.string().min(1).max(500).nullable()

export const waitSchema = z.strictObject({
  kind: z.literal('wait'),
  until: numeric,
  /** So long without a break. */
  calmMinutes: z.number().min(0).max(minutesAtMost),
  /** Then the run is parked. */
  atMostMinutes: z.number().positive().max(minutesAtMost),
  why,
})

export const onlyIfSchema = z.strictObject({
  kind: z.literal('only-if'),
  when: z.enum(['all-hold', 'not-all-hold']),
  conditions: z.array(conditionSchema).min(1).max(conditionsAtMost),
  /** How many of the items after it are passed over where that is not so. Judged once, here. */
  skips: z.int().min(1).max(itemsAtMost),
})

const storedStepSchema = z.strictObject({
  kind: z.literal('step'),
  step: z.string().min(1),
  input: z.record(z.string(), z.json()),
  why,
})

/** What the ledger keeps. */
const storedItemsSchema = z
  .array(z.discriminatedUnion('kind', [storedStepSchema, waitSchema, onlyIfSchema]))
  .min(1)
  .max(itemsAtMost)
export type WaitItem = Readonly<z.infer<typeof waitSchema>>
export type OnlyIfItem = Readonly<z.infer<typeof onlyIfSchema>>
export type StepItem = {
  readonly kind: 'step'
  readonly step: BoundStep
  readonly why: string | null
}

export type PlanItem = StepItem | WaitItem | OnlyIfItem

/** As the ledger keeps it. */
export type StoredItem =
  | {
      readonly kind: 'step'
      readonly step: string
      readonly input: JsonObject
      readonly why: string | null
    }
  | WaitItem
  | OnlyIfItem

/** What is wrong with a plan, and at which of its items, from 1. A value; a face says it. */
export type PlanProblem = { readonly kind: 'plan-problem'; readonly position: number } & (
  | { readonly code: 'no-items' }
  | { readonly code: 'too-many-items'; readonly count: number; readonly most: number }
  | { readonly code: 'malformed'; readonly message: string }
  | { readonly code: 'skips-too-far' }
  | { readonly code: 'step'; readonly step: string; readonly problem: UnknownStep | InputProblem }
)

/** The items with the catalogue's own steps: every input is judged by its schema again. */
export function bindItems(items: unknown, catalogue: Catalogue): readonly PlanItem[] | PlanProblem {
  const parsed = storedItemsSchema.safeParse(items)
  if (!parsed.success) return malformed(parsed.error, items)
  const bound: PlanItem[] = []
  const ends: number[] = []
  for (const [index, item] of parsed.data.entries()) {
    const position = index + 1
    while (ends.at(-1) === index) ends.pop()
    if (item.kind === 'step') {
      const step = catalogue.bind(item.step, item.input)
      if ('kind' in step)
        return { kind: 'plan-problem', position, code: 'step', step: item.step, problem: step }
      bound.push({ kind: 'step', step, why: item.why })
      continue
    }
    bound.push(item)
    if (item.kind === 'wait') continue
    const end = position + item.skips
    // A condition inside another one ends with it at the latest.
    if (end > (ends.at(-1) ?? parsed.data.length))
      return { kind: 'plan-problem', position, code: 'skips-too-far' }
    ends.push(end)
  }
  return bound
}

/** What the ledger keeps of it; `bindItems` gives it back. */
export function storedItems(items: readonly PlanItem[]): readonly StoredItem[] {
  return items.map((item) =>
    item.kind === 'step'
      ? { kind: 'step', step: item.step.name, input: item.step.input, why: item.why }
      : item,
  )
}

function malformed({ issues }: z.ZodError, items: unknown): PlanProblem {
  const count = Array.isArray(items) ? items.length : 0
  if (count === 0) return { kind: 'plan-problem', position: 1, code: 'no-items' }
  const most = itemsAtMost
  if (count > most)
    return { kind: 'plan-problem', position: most + 1, code: 'too-many-items', count, most }
  const [issue] = issues
  const [index, ...field] = issue?.path ?? []
  const where = field.length === 0 ? '' : `${field.join('.')}: `
  const message = `${where}${issue?.message ?? 'it is no item'}`
  const position = typeof index === 'number' ? index + 1 : 1
  return { kind: 'plan-problem', position, code: 'malformed', message }
}
