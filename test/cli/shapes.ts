/** The JSON that scripts rely on, written from contract.md 3: no key more, no key less. */
import { z } from 'zod'

const severity = z.enum(['broken', 'unknown', 'tight', 'ok'])
const instant = z.iso.datetime().nullable()
const numberOrNull = z.number().nullable()
const binding = z.array(z.strictObject({ law: z.string(), subject: z.string() }))

const term = z.strictObject({
  term: z.string(),
  value: z.union([z.number(), z.string()]),
  formula: z.string(),
  source: z.string(),
})
const every = {
  law: z.string(),
  subject: z.string(),
  severity,
  derivation: z.array(term),
  /** The fact's name, where the finding is unknown. */
  missing: z.string().optional(),
}
const numbers = { demand: numberOrNull, limit: numberOrNull, headroom: numberOrNull }

const findingShape = z.discriminatedUnion('kind', [
  z.strictObject({ ...every, kind: z.literal('quantity'), ...numbers, unit: z.string() }),
  z.strictObject({
    ...every,
    kind: z.literal('rule'),
    holds: z.boolean().nullable(),
    // Some rules carry numbers too.
    ...z.object(numbers).partial().shape,
    unit: z.string().optional(),
  }),
])

const verdict = z.enum(['clear', 'review', 'block'])
const explained = {
  changes: z.string().nullable(),
  mistake: z.string().nullable(),
  levers: z.array(
    z.strictObject({
      step: z.string(),
      input: z.record(z.string(), z.json()),
      verdict,
      ...numbers,
      severity: severity.nullable(),
      supportedUsers: z.strictObject({ before: numberOrNull, after: numberOrNull }),
      costDeltaUsd: numberOrNull,
    }),
  ),
}

/** A finding with what would change it. */
export const explainShape = z.discriminatedUnion('kind', [
  findingShape.options[0].extend(explained),
  findingShape.options[1].extend(explained),
])

const cost = z.strictObject({
  monthlyUsd: z.strictObject({
    low: z.number().nullable(),
    expected: z.number().nullable(),
    high: z.number().nullable(),
  }),
  lines: z.array(z.looseObject({})),
  pricesAsOf: z.iso.date(),
})

export const statusShape = z.strictObject({
  system: z.string(),
  observedAt: instant,
  users: z.int(),
  nowUsers: z.int(),
  supportedUsers: z.int().nullable(),
  binding,
  severity,
  findings: z.array(findingShape),
  cost: cost.nullable(),
  facts: z.array(
    z.strictObject({
      name: z.string(),
      value: z.json(),
      source: z.string(),
      observedAt: instant,
      assumed: z.boolean(),
    }),
  ),
  drift: z.array(z.strictObject({ fact: z.string(), declared: z.json(), observed: z.json() })),
})

/** What a status holds besides where the document announces events, or where somebody knows the queue. */
export const announcedShape = z.looseObject({
  events: z.array(
    z.strictObject({
      name: z.string(),
      users: z.int(),
      from: instant,
      to: instant,
      supportedUsers: z.int().nullable(),
      isCarried: z.boolean().nullable(),
      breaks: binding,
      starts: z.array(
        z.strictObject({
          service: z.string(),
          minInstances: z.int(),
          instances: z.int(),
          cpus: z.number(),
        }),
      ),
      workMinutes: numberOrNull,
      restarts: numberOrNull,
      reviews: numberOrNull,
      startBy: instant,
    }),
  ),
  backlogs: z.array(
    z.strictObject({
      service: z.string(),
      backlogTasks: z.int(),
      instances: z.int(),
      nowUsers: z.int(),
      drainSeconds: numberOrNull,
      wished: z.strictObject({ seconds: z.int(), instances: z.int() }),
      maxInstances: z.int(),
      hidden: z.int(),
    }),
  ),
})

const assessment = z.strictObject({
  users: z.int(),
  nowUsers: z.int(),
  supportedUsers: z.int().nullable(),
  binding,
  severity,
  findings: z.array(findingShape),
  cost: cost.nullable().optional(),
})

export const checkShape = z.strictObject({
  step: z.string(),
  input: z.record(z.string(), z.json()),
  verdict,
  reasons: z.array(
    z.strictObject({
      code: z.string(),
      law: z.string().nullable(),
      subject: z.string().nullable(),
      text: z.string().min(1),
      before: numberOrNull,
      after: numberOrNull,
    }),
  ),
  phases: z.array(
    z.strictObject({
      name: z.string(),
      assessment: assessment.nullable(),
      disruption: z
        .strictObject({ target: z.string(), secondsMax: z.number(), source: z.string() })
        .nullable(),
    }),
  ),
  costDeltaUsd: numberOrNull,
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
})

export const planShape = z.strictObject({
  feasible: z.boolean(),
  users: z.int(),
  supportedUsers: z.int().nullable(),
  monthlyUsd: numberOrNull,
  steps: z.array(
    z.strictObject({
      step: z.string(),
      input: z.record(z.string(), z.json()),
      verdict: z.enum(['clear', 'review']),
      buys: z.string().min(1),
    }),
  ),
  binding,
})

export const reviewShape = z.strictObject({
  verdict,
  steps: z.array(
    z.strictObject({
      step: z.string(),
      input: z.record(z.string(), z.json()),
      verdict,
      reasons: checkShape.shape.reasons,
      supportedUsers: z.int().nullable(),
    }),
  ),
  supportedUsers: z.int().nullable(),
  plan: planShape.nullable(),
})
