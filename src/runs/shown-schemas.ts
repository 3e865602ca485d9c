/**
 * What a person is shown and decides on, as it is written in the ledger: forecasts of one step and
 * of a whole plan, with the facts that were read for them.
 */
import { z } from 'zod'
import type { Reason } from '../capacity/reason.ts'
import type { Refusal } from '../capacity/refusal.ts'
import type { Json } from '../define/step.ts'
import type { GateReason } from '../gate/reason.ts'

export const json: z.ZodType<Json> = z.json()
export const jsonObject = z.record(z.string(), json)
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
export const numberOrNull = z.number().nullable()

export const factSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('observed'),
    name: z.string(),
    value: json,
    source: z.string(),
    observedAt: z.number(),
  }),
  z.object({
    kind: z.literal('unavailable'),
    name: z.string(),
    source: z.string(),
    why: z.string(),
  }),
])

const reasonShape = z.object({
  code: z.string(),
  weight: z.enum(['block', 'review', 'note']),
  law: z.string().nullable(),
  subject: z.string().nullable(),
  before: numberOrNull,
  after: numberOrNull,
  values: jsonObject,
})

/** Ours, and kept as it was: its shape is judged, its values are those that the gate wrote. */
const reasonSchema = z.custom<Reason | GateReason>((value) => reasonShape.safeParse(value).success)

/** One law of the table that an approver sees: demand and limit now and after. */
export const rowSchema = z.object({
  law: z.string(),
  subject: z.string(),
  unit: z.string(),
  now: z.object({ demand: numberOrNull, limit: numberOrNull, severity: z.string() }),
  after: z.object({ demand: numberOrNull, limit: numberOrNull, severity: z.string() }),
})

const undoSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('step'), step: z.string(), input: jsonObject }),
  z.object({ kind: z.literal('cannot'), because: z.string() }),
])

/** What is verified in the world, and forgotten by it when the process that holds it starts anew. */
export const holdsSchema = z.literal('until-restart').exactOptional()

const expectationSchema = z.object({
  fact: z.string(),
  predicted: json,
  rows: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
  atMost: z.boolean().optional(),
  holds: holdsSchema,
})

/** Whom the document announced for the moment. */
const crowdSchema = z.object({
  users: z.number(),
  event: z.object({ name: z.string(), users: z.number(), until: z.string() }).nullable(),
})

/** A forecast as a person was shown it, with the facts that were read for it. */
export const forecastSchema = z.object({
  step: z.string(),
  input: jsonObject,
  target: z.string(),
  effect: z.object({ code: z.string(), values: z.record(z.string(), scalar) }),
  verdict: z.enum(['clear', 'review', 'block']),
  reasons: z.array(reasonSchema),
  rows: z.array(rowSchema),
  users: z.number(),
  nowUsers: z.number(),
  supportedUsers: z.object({ now: numberOrNull, after: numberOrNull }),
  disruption: z
    .object({ target: z.string(), secondsMax: z.number(), source: z.string() })
    .nullable(),
  costDeltaUsd: numberOrNull,
  /** Null too where it was recorded before events counted: any crowd is then more than was shown. */
  crowd: crowdSchema.nullable().default(null),
  fingerprint: z.string(),
  version: z.string().nullable(),
  facts: z.array(factSchema),
  expects: z.array(expectationSchema),
  undo: undoSchema.nullable(),
  /** Digest of the System document that it was judged with. */
  document: z.string(),
  policy: z.string(),
})

/** One item of a plan as the first approval shows it, a step forecast on the state that the ones before leave. */
export const plannedSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('step'),
    /** In the plan, from 1. */
    position: z.int(),
    step: z.string(),
    input: jsonObject,
    effect: z.object({ code: z.string(), values: z.record(z.string(), scalar) }),
    verdict: z.enum(['clear', 'review', 'block']),
    reasons: z.array(reasonSchema),
    supportedUsers: numberOrNull,
    disruptionSeconds: z.number(),
    costDeltaUsd: numberOrNull,
    /** How long it usually takes. */
    minutes: z.number(),
    /** A person has to do it. */
    manual: z.boolean(),
    writes: z.boolean(),
  }),
  z.object({ kind: z.literal('wait'), position: z.int() }),
  z.object({ kind: z.literal('only-if'), position: z.int(), isMet: z.boolean() }),
])

const refusalSchema = z.custom<Refusal>(
  (value) => z.object({ kind: z.literal('refusal'), code: z.string() }).safeParse(value).success,
)

/** A whole plan as it was shown, with the facts that were read for it. */
export const planForecastSchema = z.object({
  items: z.array(plannedSchema),
  /** Why it would go no further. */
  stop: z
    .object({
      position: z.int(),
      code: z.string(),
      step: z.string().nullable(),
      reasons: z.array(reasonSchema),
      refusal: refusalSchema.optional(),
      fact: z.string().optional(),
    })
    .nullable(),
  /** What stands in the way of its first write at this moment. */
  reasons: z.array(reasonSchema),
  verdict: z.enum(['clear', 'review', 'block']),
  users: z.number(),
  supportedUsers: z.object({ now: numberOrNull, after: numberOrNull }),
  outageSeconds: z.number(),
  minutes: z.object({ usual: z.number(), most: z.number() }),
  costDeltaUsd: numberOrNull,
  fingerprint: z.string(),
  facts: z.array(factSchema),
  document: z.string(),
})
