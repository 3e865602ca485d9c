/** What can happen to a checklist, as it is written in the ledger: a stream of its own beside the runs'. */
import { z } from 'zod'
import { conditionSchema } from '../../define/plan-item.ts'
import { event, itemSchema } from '../events.ts'
import { json, jsonObject, numberOrNull } from '../shown-schemas.ts'

/** What a condition was judged by. */
const readingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('value'), value: json }),
  z.object({
    kind: z.literal('law'),
    demand: numberOrNull,
    limit: numberOrNull,
    unit: z.string().nullable(),
  }),
])

const seenBy = { reading: readingSchema, source: z.string(), observedAt: z.number() }

/** Why nobody looked. */
const blindSchema = z.discriminatedUnion('code', [
  z.object({ code: z.literal('no-source') }),
  z.object({ code: z.literal('baked-into-image'), where: z.string() }),
  z.object({ code: z.literal('silent'), source: z.string(), said: z.string() }),
  z.object({ code: z.literal('too-old'), source: z.string() }),
  z.object({ code: z.literal('no-such-fact') }),
])

/** One condition of a box as the world answered it. */
const sightSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('so'), condition: conditionSchema, ...seenBy }),
  z.object({ kind: z.literal('not-so'), condition: conditionSchema, ...seenBy }),
  z.object({
    kind: z.literal('unseen'),
    condition: conditionSchema,
    fact: z.string(),
    why: blindSchema,
  }),
])

/** The boxes as they were written when it was started: a later version of the file changes none. */
const boxSchema = z.object({
  title: z.string(),
  why: z.string(),
  evidence: z.array(conditionSchema),
  /** What it offers, in order. */
  items: z.array(itemSchema),
  /** Nothing of that is ours to do. */
  manual: z.boolean(),
})

const by = { by: z.string() }
const box = { box: z.int().min(0) }

export const checklistEventSchema = z.discriminatedUnion('type', [
  event('checklist-started', {
    checklist: z.string(),
    name: z.string(),
    title: z.string(),
    parameters: jsonObject,
    /** Of the checklist's file. */
    digest: z.string(),
    system: z.string(),
    document: z.string(),
    ...by,
    channel: z.string(),
    boxes: z.array(boxSchema).min(1),
  }),
  event('message-posted', { channel: z.string(), ts: z.string() }),
  /** Recorded when it is another answer than the one before; `is` is what the sights come to. */
  event('box-seen', {
    ...box,
    is: z.enum(['ticked', 'open', 'unknown']),
    sights: z.array(sightSchema).min(1),
  }),
  event('box-ticked', { ...box, ...by, reason: z.string().nullable() }),
  event('box-skipped', { ...box, ...by, reason: z.string() }),
  /** A person's tick, or skip, taken back. */
  event('box-unticked', { ...box, ...by }),
  /** What it offers was asked for, as this run. */
  event('box-applied', { ...box, ...by, run: z.string() }),
  event('checklist-ended', { ...by }),
])

export type ChecklistEvent = z.infer<typeof checklistEventSchema>
export type Sight = Readonly<z.infer<typeof sightSchema>>
export type Blind = Readonly<z.infer<typeof blindSchema>>
export type Reading = Readonly<z.infer<typeof readingSchema>>
