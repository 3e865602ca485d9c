/**
 * Makes a runbook, or a checklist, from its definition: typed parameters in, a list of steps, waits
 * and conditions out. Data all the way: `steps` is a pure synchronous function. DESIGN.md, 7.
 */
import { z } from 'zod'
import type { Verdict } from '../capacity/compare.ts'
import type { Catalogue } from './catalogue.ts'
import { fieldsOf, firstProblem } from './input.ts'
import { bindItems, type Condition, type PlanItem, type PlanProblem } from './plan-item.ts'
import type { BoundStep, InputField, InputProblem, Json, JsonObject } from './step.ts'

/** What stands in a runbook: a step, alone or with the reason for it, a wait, or lines on a condition. */
export type Line =
  | BoundStep
  | { readonly step: BoundStep; readonly why: string }
  | { readonly kind: 'wait'; readonly wait: Wait }
  | OnlyIf

export type Wait = {
  readonly until: { readonly fact: string; readonly is: 'below' | 'at-least'; readonly to: number }
  readonly calmMinutes: number
  /** Then the run is parked. */
  readonly atMostMinutes: number
  readonly why?: string
}

type OnlyIf = {
  readonly kind: 'only-if'
  readonly when: 'all-hold' | 'not-all-hold'
  readonly conditions: readonly Condition[]
  readonly lines: readonly Line[]
}

/** Until the number has been so for long enough. */
export function wait(wait: Wait): Line {
  return { kind: 'wait', wait }
}

/** These lines, if all that holds when they are reached. */
export function onlyIf(conditions: Condition | readonly Condition[], lines: readonly Line[]): Line {
  return { kind: 'only-if', when: 'all-hold', conditions: [conditions].flat(), lines }
}

/** These lines, if not all of it holds when they are reached. */
export function unless(conditions: Condition | readonly Condition[], lines: readonly Line[]): Line {
  return { kind: 'only-if', when: 'not-all-hold', conditions: [conditions].flat(), lines }
}

/** One box of a checklist: ticked when all its evidence holds, or by a person where there is none to see. */
export type Box = {
  readonly title: string
  readonly why: string
  readonly evidence: readonly Condition[]
  /** What an open box proposes, in order. */
  readonly offers: readonly Line[]
}

/** What a rehearsal on the System document must show. */
export type Expects = {
  readonly verdict?: Verdict
  /** The step that it stops at; null: it reaches its end. */
  readonly stopsAt?: string | null
  readonly supportedUsersAtLeast?: number
  readonly outageSecondsAtMost?: number
  readonly minutesAtMost?: number
  readonly monthlyUsdAtMost?: number
}

/** The System document, changed as the test needs it. */
export type Given = {
  readonly users?: number
  readonly nowUsers?: number
  /** Done before: another runbook's steps. */
  readonly after?: readonly Line[]
}

export type Rehearsal<Parameters> = {
  /** What it shows, as a sentence. */
  readonly claim: string
  readonly given?: Given
  readonly parameters: Parameters
  readonly expects: Expects
}

type Common<Schema extends z.ZodType> = {
  /** As its file is called. */
  readonly name: string
  readonly title: string
  /** When to use it, and why this way. */
  readonly why: string
  /** A strict object; every field is described, because help and modal are made from it. */
  readonly parameters: Schema
  /** Which of it cannot be undone, and why that is right. */
  readonly cannotUndo?: string
  readonly tests: readonly [Rehearsal<z.input<Schema>>, ...Rehearsal<z.input<Schema>>[]]
}

export type RunbookSpec<Schema extends z.ZodType> = Common<Schema> & {
  readonly steps: (parameters: z.output<Schema>) => readonly Line[]
}

export type ChecklistSpec<Schema extends z.ZodType> = Common<Schema> & {
  readonly boxes: (parameters: z.output<Schema>) => readonly Box[]
}

type Part = { readonly box: Omit<Box, 'offers'> | null; readonly lines: readonly Line[] }

/** A runbook as a library holds it. */
export type Runbook = {
  readonly form: 'runbook' | 'checklist'
  readonly name: string
  readonly title: string
  readonly why: string
  readonly fields: readonly InputField[]
  /** What a parameter is where nobody says. */
  readonly defaults: JsonObject
  readonly cannotUndo: string | null
  readonly tests: readonly Rehearsal<JsonObject>[]
  readonly write: (
    parameters: unknown,
  ) => { readonly parameters: JsonObject; readonly parts: readonly Part[] } | InputProblem
}

/** What another runbook calls: its lines are spliced into that one's. */
export type DefinedRunbook<Parameters> = Runbook & {
  readonly steps: (parameters: Parameters) => readonly Line[]
}

export function defineRunbook<Schema extends z.ZodType>(
  spec: RunbookSpec<Schema>,
): DefinedRunbook<z.input<Schema>> {
  return defined('runbook', spec, (parameters) => [{ box: null, lines: spec.steps(parameters) }])
}

export function defineChecklist<Schema extends z.ZodType>(
  spec: ChecklistSpec<Schema>,
): DefinedRunbook<z.input<Schema>> {
  return defined('checklist', spec, (parameters) =>
    spec.boxes(parameters).map(({ offers, ...box }) => ({ box, lines: offers })),
  )
}

function defined<Schema extends z.ZodType>(
  form: Runbook['form'],
  spec: Common<Schema>,
  partsOf: (parameters: z.output<Schema>) => readonly Part[],
): DefinedRunbook<z.input<Schema>> {
  const schema = z.toJSONSchema(spec.parameters, { io: 'input' })
  const fields = fieldsOf(schema)
  const write: Runbook['write'] = (given) => {
    const parsed = spec.parameters.safeParse(given)
    if (!parsed.success) return firstProblem(parsed.error, given, fields)
    return { parameters: plainJson(parsed.data), parts: partsOf(parsed.data) }
  }
  const { name, title, why, cannotUndo = null } = spec
  const tests = spec.tests.map((one) => ({ ...one, parameters: plainJson(one.parameters) }))
  const words = { form, name, title, why, cannotUndo, fields, defaults: defaultsOf(schema) }
  const runbook = { ...words, tests, write, steps: spliced(name, write) }
  made.add(runbook)
  return runbook
}

/** A caller's mistake is the calling runbook's: its own binding says so. */
function spliced(name: string, write: Runbook['write']) {
  return (parameters: unknown): readonly Line[] => {
    const written = write(parameters)
    if (!('kind' in written)) return written.parts.flatMap(partLines)
    throw new Error(`${name}: ${written.field} must be ${written.expected}, not ${written.value}`)
  }
}

/** A file may export anything: a runbook is what was made here. */
const made = new WeakSet<object>()

export function isRunbook(value: unknown): value is Runbook {
  return typeof value === 'object' && value !== null && made.has(value)
}

/** A box of a bound checklist; `from`: the index of its first item, `count` of them are its own. */
export type BoundBox = Omit<Box, 'offers'> & { readonly from: number; readonly count: number }

export type BoundRunbook = {
  readonly kind: 'bound-runbook'
  readonly name: string
  readonly title: string
  /** With every default filled in. */
  readonly parameters: JsonObject
  readonly items: readonly PlanItem[]
  /** Empty where it is no checklist. */
  readonly boxes: readonly BoundBox[]
}

/** Its `steps` threw, or gave no list: the file's own mistake. */
export type BrokenRunbook = {
  readonly kind: 'broken-runbook'
  readonly name: string
  readonly message: string
}

export type RunbookProblem = InputProblem | PlanProblem | BrokenRunbook

/** The items of a runbook for these parameters, each bound by the catalogue. */
export function bindRunbook(
  runbook: Runbook,
  parameters: unknown,
  catalogue: Catalogue,
): BoundRunbook | RunbookProblem {
  const written = writtenBy(runbook, parameters)
  if ('kind' in written) return written
  const items = bindItems(written.items, catalogue)
  if ('kind' in items) return items
  const { name, title } = runbook
  const { parameters: filled, boxes } = written
  return { kind: 'bound-runbook', name, title, parameters: filled, items, boxes }
}

/** Lines that stand in no runbook, bound like one's. */
export function bindLines(
  lines: readonly Line[],
  catalogue: Catalogue,
): readonly PlanItem[] | PlanProblem {
  return bindItems(lines.flatMap(itemsOfLine), catalogue)
}

type Written = {
  readonly parameters: JsonObject
  readonly items: readonly unknown[]
  readonly boxes: readonly BoundBox[]
}

/** Somebody's file runs here: whatever it throws is its own mistake, not ours. */
function writtenBy(runbook: Runbook, given: unknown): Written | InputProblem | BrokenRunbook {
  try {
    const written = runbook.write(given)
    if ('kind' in written) return written
    const items: unknown[] = []
    const boxes: BoundBox[] = []
    for (const part of written.parts) {
      const own = partLines(part).flatMap(itemsOfLine)
      if (part.box !== null) boxes.push({ ...part.box, from: items.length, count: own.length })
      items.push(...own)
    }
    return { parameters: written.parameters, items, boxes }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { kind: 'broken-runbook', name: runbook.name, message }
  }
}

/** What a box proposes is done where its evidence is not there yet. */
function partLines({ box, lines }: Part): readonly Line[] {
  return box === null || box.evidence.length === 0 ? lines : [unless(box.evidence, lines)]
}

function itemsOfLine(line: Line): readonly unknown[] {
  if (!('kind' in line)) return [stepItem('step' in line ? line : { step: line, why: null })]
  if (line.kind === 'wait') return [{ kind: 'wait', ...line.wait, why: line.wait.why ?? null }]
  const { kind, when, conditions, lines } = line
  const items = lines.flatMap(itemsOfLine)
  return [{ kind, when, conditions, skips: items.length }, ...items]
}

function stepItem({ step: { name, input }, why }: { step: BoundStep; why: string | null }) {
  return { kind: 'step', step: name, input, why }
}

const jsonObject = z.record(z.string(), z.json())

function plainJson(value: unknown): JsonObject {
  return jsonObject.parse(JSON.parse(JSON.stringify(value)))
}

const withDefaults = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ default: z.json().optional() })),
})

function defaultsOf(schema: unknown): JsonObject {
  const given: Record<string, Json> = {}
  for (const [name, property] of Object.entries(withDefaults.parse(schema).properties))
    if (property.default !== undefined) given[name] = property.default
  return given
}
