/** The JSON of the runbook verbs, as docs/write-a-runbook.md names it: no key more, no key less. */
import { z } from 'zod'

const users = z.int().nullable()
const usd = z.number().nullable()
const verdict = z.enum(['clear', 'review', 'block'])
const minutes = z.strictObject({ usual: z.number(), most: z.number() })
const binding = z.array(z.strictObject({ law: z.string(), subject: z.string() }))
const input = z.record(z.string(), z.json())
const digest = z.string().regex(/^[0-9a-f]{64}$/)
const disruption = { target: z.string(), secondsMax: z.number(), source: z.string() }
const reasons = z.array(
  z.strictObject({
    code: z.string(),
    law: z.string().nullable(),
    subject: z.string().nullable(),
    text: z.string().min(1),
    before: z.number().nullable(),
    after: z.number().nullable(),
  }),
)

export const listShape = z.array(
  z.strictObject({
    name: z.string(),
    title: z.string(),
    form: z.enum(['runbook', 'checklist']),
    parameters: z.array(z.string()),
    digest,
  }),
)

const condition = z.looseObject({ is: z.string() })
const wait = {
  kind: z.literal('wait'),
  until: z.strictObject({ fact: z.string(), is: z.string(), to: z.number() }),
  calmMinutes: z.number(),
  atMostMinutes: z.number(),
  why: z.string().nullable(),
}
const onlyIf = {
  kind: z.literal('only-if'),
  when: z.enum(['all-hold', 'not-all-hold']),
  conditions: z.array(condition),
  skips: z.int(),
}
const step = {
  kind: z.literal('step'),
  step: z.string(),
  input,
  why: z.string().nullable(),
}

export const showShape = z.strictObject({
  name: z.string(),
  title: z.string(),
  why: z.string(),
  form: z.enum(['runbook', 'checklist']),
  parameters: z.array(z.looseObject({ name: z.string(), default: z.json() })),
  cannotUndo: z.string().nullable(),
  digest,
  items: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject(step),
        z.strictObject(wait),
        z.strictObject(onlyIf),
      ]),
    )
    .nullable(),
  boxes: z
    .array(
      z.strictObject({
        title: z.string(),
        why: z.string(),
        evidence: z.array(condition),
        from: z.int(),
        count: z.int(),
      }),
    )
    .nullable(),
})

const position = z.int()
const rehearsedStep = z.strictObject({
  ...step,
  position,
  effect: z.string(),
  verdict,
  reasons,
  phases: z.array(
    z.strictObject({
      name: z.string(),
      supportedUsers: users,
      broken: binding,
      disruption: z.strictObject(disruption).nullable(),
    }),
  ),
  supportedUsers: users,
  monthlyUsd: usd,
  startsAt: minutes,
  asks: z.int(),
  unable: z.string().nullable(),
  ifItFails: z.array(
    z.strictObject({
      at: z.string(),
      supportedUsers: users,
      broken: binding,
      isSound: z.boolean(),
    }),
  ),
  undo: z.looseObject({ kind: z.string() }).nullable(),
})

export const rehearsedShape = z.strictObject({
  runbook: z.string(),
  digest,
  parameters: input,
  verdict,
  stop: z
    .strictObject({
      position,
      code: z.string(),
      step: z.string().nullable(),
      input: input.nullable(),
      text: z.string().min(1),
      reasons,
    })
    .nullable(),
  unreached: z.int(),
  supportedUsers: z.strictObject({ before: users, after: users, lowest: users }),
  monthlyUsd: z.strictObject({ before: usd, after: usd }),
  minutes,
  longestOutage: z.strictObject({ ...disruption, position }).nullable(),
  planAsks: z.int(),
  items: z.array(
    z.discriminatedUnion('kind', [
      rehearsedStep,
      z.strictObject({ ...wait, position, startsAt: minutes }),
      z.strictObject({ ...onlyIf, position, isMet: z.boolean() }),
    ]),
  ),
  headroom: z.strictObject({
    columns: z.array(
      z.strictObject({
        position: position.nullable(),
        step: z.string().nullable(),
        phase: z.string(),
        users,
        supportedUsers: users,
        outageSeconds: z.number().nullable(),
        isBlocked: z.boolean(),
      }),
    ),
    rows: z.array(
      z.strictObject({
        law: z.string(),
        subject: z.string(),
        unit: z.string(),
        cells: z.array(
          z
            .strictObject({ demand: z.number(), limit: z.number(), severity: z.string() })
            .nullable(),
        ),
      }),
    ),
  }),
})

export const lintShape = z.array(
  z.strictObject({
    runbook: z.string(),
    findings: z.array(
      z.strictObject({
        code: z.string(),
        position: position.nullable(),
        step: z.string().nullable(),
        text: z.string().min(1),
      }),
    ),
  }),
)

export const testShape = z.array(
  z.strictObject({
    runbook: z.string(),
    claim: z.string(),
    passed: z.boolean(),
    misses: z.array(
      z.strictObject({
        expected: z.string(),
        wanted: z.union([z.string(), z.number()]).nullable(),
        got: z.union([z.string(), z.number()]).nullable(),
      }),
    ),
    text: z.string().nullable(),
  }),
)
