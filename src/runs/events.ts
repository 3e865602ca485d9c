/**
 * What can happen to a run, as it is written in the ledger. A newer event than this code knows is
 * refused. DESIGN.md, 3.
 */
import { z } from 'zod'
import { onlyIfSchema, waitSchema } from '../define/plan-item.ts'
import {
  factSchema,
  forecastSchema,
  holdsSchema,
  json,
  jsonObject,
  numberOrNull,
  planForecastSchema,
  type plannedSchema,
  type rowSchema,
} from './shown-schemas.ts'

/** As the plan is kept; a step of an older ledger has no kind. */
export const itemSchema = z.union([
  waitSchema,
  onlyIfSchema,
  z.object({
    kind: z.literal('step').optional(),
    step: z.string(),
    input: jsonObject,
    why: z.string().nullable().optional(),
  }),
])

const evidenceSchema = z.object({
  fact: z.string(),
  predicted: json,
  observed: json,
  outcome: z.enum(['confirmed', 'contradicted', 'not-observed']),
  source: z.string(),
  observedAt: numberOrNull,
  /** How to let it be seen, where it was not. */
  remedy: z.string().nullable(),
  holds: holdsSchema,
})

const intentSchema = z.object({
  id: z.string(),
  target: z.string(),
  version: z.string().nullable(),
  intendedAt: z.number(),
  sendBefore: z.number(),
})

const progressSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('absent') }),
  z.object({ kind: z.literal('running'), operation: z.string() }),
  z.object({ kind: z.literal('done'), by: z.enum(['me', 'as-wished']) }),
  z.object({ kind: z.literal('unknown'), why: z.string(), operation: z.string().nullable() }),
])

const roleSchema = z.enum(['approve', 'breakGlass'])

const movedSchema = z.object({ what: z.string(), before: json, after: json })

const parkedSchema = z.discriminatedUnion('code', [
  z.object({ code: z.literal('undecided'), why: z.string() }),
  z.object({ code: z.literal('operation-failed'), error: z.string() }),
  z.object({ code: z.literal('contradicted') }),
  /** A step of a plan, now that it is reached. */
  z.object({ code: z.literal('blocked') }),
  /** Done, and not everything could be seen: the steps after it do not start by themselves. */
  z.object({ code: z.literal('not-verified') }),
  /** What is held could not be let go. */
  z.object({ code: z.literal('not-released'), why: z.string() }),
  z.object({ code: z.literal('not-sent'), why: z.string() }),
  z.object({ code: z.literal('cannot-look'), why: z.string() }),
  /** A wait of a plan that was not over in its time. */
  z.object({ code: z.literal('not-calm'), fact: z.string(), minutes: z.number() }),
  z.object({ code: z.literal('stored-input-refused'), why: z.string() }),
  z.object({
    code: z.literal('nobody-may-approve'),
    needed: z.int(),
    /** Absent: those who approve. */
    role: roleSchema.optional(),
  }),
  /** A defect of ours: nothing goes on until a person has seen it. */
  z.object({ code: z.literal('broken'), why: z.string() }),
])

export function event<Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) {
  return z.object({ type: z.literal(type), v: z.literal(1), ...shape })
}

const approval = { approval: z.string() }
const by = { by: z.string() }

export const runEventSchema = z.discriminatedUnion('type', [
  event('run-started', {
    run: z.string(),
    system: z.string(),
    document: z.string(),
    ...by,
    channel: z.string(),
    plan: z.array(itemSchema).min(1),
    /** The runbook that the plan was made from; its file's digest: a run keeps the version that it was started with. */
    runbook: z.object({ name: z.string(), parameters: jsonObject, digest: z.string() }).optional(),
    /** The box of a checklist that it was asked for from. */
    box: z.object({ checklist: z.string(), box: z.int().min(0) }).optional(),
    /** Nothing is written before; judged again then. */
    notBefore: z.number().optional(),
    /** Why the wait is removed: break-glass. The record is not. */
    breakGlass: z.object({ reason: z.string() }).optional(),
  }),
  event('plan-forecast', { forecast: planForecastSchema }),
  event('plan-blocked', {}),
  /** Agreed to by enough people, or needing nobody: its first step is reached. */
  event('plan-accepted', {}),
  event('message-posted', { channel: z.string(), ts: z.string() }),
  event('step-forecast', { forecast: forecastSchema }),
  event('step-blocked', {}),
  event('step-unneeded', {}),
  event('approval-requested', {
    ...approval,
    token: z.string(),
    needed: z.int().min(1),
    /** Absent: those who approve. */
    role: roleSchema.optional(),
    /** Who was in the role when it was asked; at the click they must be in it still. */
    approvers: z.array(z.string()),
    expiresAt: z.number(),
    /** Of a plan's step: why the yes to the plan does not cover it. */
    strayed: z.array(movedSchema).optional(),
  }),
  event('consent-given', { ...approval, ...by }),
  event('approval-rejected', { ...approval, ...by }),
  event('approval-expired', { ...approval }),
  event('approval-voided', { moved: z.array(movedSchema) }),
  /** `byPlan`: no approval of its own, the plan's covers it. */
  event('step-claimed', { facts: z.array(factSchema), byPlan: z.boolean().optional() }),
  /** `skips`: how many items are passed over where it is not so. */
  event('condition-judged', { isMet: z.boolean(), skips: z.int(), facts: z.array(factSchema) }),
  event('watch-begun', {}),
  event('calm-began', { value: numberOrNull }),
  event('calm-ended', { value: numberOrNull }),
  event('watch-over', {}),
  event('person-asked', {}),
  event('person-answered', { ...by }),
  /** Before anything is held, so that whoever comes after a crash knows to let it go. */
  event('hold-intended', { target: z.string(), until: z.number(), instance: z.string() }),
  event('hold-taken', {}),
  event('hold-released', {}),
  event('write-withheld', {}),
  event('write-intended', { intent: intentSchema, facts: z.array(factSchema) }),
  event('write-resent', { intent: z.string(), sendBefore: z.number() }),
  event('write-accepted', { intent: z.string(), operation: z.string().nullable() }),
  event('write-faulted', {
    intent: z.string(),
    code: z.string(),
    sent: z.enum(['yes', 'no', 'unknown']),
    message: z.string(),
    /** How long the other side asked us to wait. */
    retryAfterMs: z.number().min(0).optional(),
  }),
  event('write-probed', { intent: z.string(), progress: progressSchema }),
  event('operation-ended', { operation: z.string(), error: z.string().nullable() }),
  event('step-verified', { evidence: z.array(evidenceSchema) }),
  event('run-parked', { why: parkedSchema }),
  event('run-resumed', { ...by, choice: z.enum(['resume', 'retry']) }),
  /** A parked step is left as it is, and the next one reached. */
  event('step-skipped', { ...by, reason: z.string() }),
  event('run-aborted', { ...by }),
  /** Recorded before it is said, so that it is said once. */
  event('person-reminded', {}),
  /** That it was said, how many of them then, and of which stand (`wait.version`). */
  event('reminder-posted', { stand: z.int(), reminders: z.int().min(1) }),
  /** What became of a broken glass. */
  event('followed-up', { ...by, what: z.string() }),
  /** Whether what the gate prevented was rightly prevented; the last word counts. */
  event('no-judged', { ...by, isRight: z.boolean(), why: z.string() }),
])

export type RunEvent = z.infer<typeof runEventSchema>
export type ShownForecast = Readonly<z.infer<typeof forecastSchema>>

export type ShownRow = Readonly<z.infer<typeof rowSchema>>
export type PlanForecast = Readonly<z.infer<typeof planForecastSchema>>
export type PlannedItem = Readonly<z.infer<typeof plannedSchema>>
export type Evidence = Readonly<z.infer<typeof evidenceSchema>>
export type Parked = Readonly<z.infer<typeof parkedSchema>>
export type Moved = Readonly<z.infer<typeof movedSchema>>
export type RecordedFact = Readonly<z.infer<typeof factSchema>>

const parkedRun = { run: z.string(), target: z.string() }

/** What can happen to a System's headroom: each claim carries its reservation. */
export const headroomEventSchema = z.discriminatedUnion('type', [
  event('claimed', { ...parkedRun, step: z.string(), input: jsonObject }),
  /** `until`: a write given up undecided keeps its claim so long. */
  event('released', { ...parkedRun, until: z.number().nullable() }),
  /** The global stop switch: nothing is written until two people have lifted it. Releases are exempt. */
  event('stopped', { ...by, reason: z.string() }),
  event('stop-lifting', { ...by }),
  /** Where a run that ended stands: with the System's own chain it shows what becomes of it. */
  event('run-sealed', { run: z.string(), version: z.int(), head: z.string() }),
])

export type HeadroomEvent = z.infer<typeof headroomEventSchema>
