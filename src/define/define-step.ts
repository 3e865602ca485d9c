/** Makes a step from its definition: `step(input)` and `step.parse(unknown)` give a bound step. DESIGN.md, 5. */
import { z } from 'zod'
import type { Prediction } from '../capacity/prediction.ts'
import type { Refusal } from '../capacity/refusal.ts'
import type { System } from '../capacity/system.ts'
import type { Clearance } from '../world/clearance.ts'
import type { World, WorldReader } from '../world/world.ts'
import { fieldsOf, firstProblem } from './input.ts'
import type {
  BoundStep,
  Effect,
  Expectation,
  Guard,
  Hold,
  InputProblem,
  Intent,
  JsonObject,
  ManualAct,
  OperationStatus,
  Progress,
  ReadAct,
  Risk,
  Sent,
  StepEntry,
  Unable,
  Undo,
  WriteAct,
} from './step.ts'

/** `NoInfer`: the schema alone says what the input is. */
type Common<I> = {
  readonly name: string
  readonly title: string
  readonly minutes: number
  /** Where the input says how long it takes. */
  readonly minutesOf?: (input: NoInfer<I>) => number
  /** A strict object; every field is described, because help and modal are made from it. */
  readonly input: z.ZodType<I>
  readonly examples: readonly NoInfer<I>[]
  readonly target: (input: NoInfer<I>) => string
  readonly needs: (input: NoInfer<I>) => readonly string[]
  readonly missing: (system: System, input: NoInfer<I>) => Refusal | null
  readonly effect: (system: System, input: NoInfer<I>) => Effect
  readonly predict: (system: System, input: NoInfer<I>) => Prediction | Refusal
  /** What it is after is nothing that the System holds: a backup, a dashboard, a person's word. */
  readonly acts?: 'elsewhere'
}

export type ReadStep<I> = Common<I> & {
  readonly risk: 'read'
  readonly shows: (input: NoInfer<I>) => readonly string[]
}

export type WriteStep<I> = Common<I> & {
  readonly risk: Exclude<Risk, 'read'>
  readonly guard: Guard | ((input: NoInfer<I>) => Guard)
  readonly unable: (system: System, input: NoInfer<I>) => Unable | null
  readonly probe: (intent: Intent, input: NoInfer<I>, read: WorldReader) => Promise<Progress>
  readonly perform: (
    clearance: Clearance,
    intent: Intent,
    input: NoInfer<I>,
    world: World,
    system: System,
  ) => Promise<Sent>
  readonly poll: (operation: string, read: WorldReader) => Promise<OperationStatus>
  readonly expects: (after: System, input: NoInfer<I>) => readonly Expectation[]
  readonly undo: (before: System, input: NoInfer<I>) => Undo
  /** What must be let go whatever happens; absent: nothing is held. */
  readonly hold?: (system: System, input: NoInfer<I>) => Hold | null
}

/** A person does it and says so. */
export type ManualStep<I> = Common<I> & {
  readonly risk: Exclude<Risk, 'read'>
  readonly doneBy: 'person'
  readonly expects?: (after: System, input: NoInfer<I>) => readonly Expectation[]
}

export type Step<I> = ((input: I) => BoundStep) & StepEntry

type Spec<I> = ReadStep<I> | WriteStep<I> | ManualStep<I>

/** Why a backup has no undo: it took nothing away. */
export const nothingChanged = 'nothing-changed'

export function defineStep<I>(spec: Spec<I>): Step<I> {
  const bind = (input: I): BoundStep => ({
    name: spec.name,
    title: spec.title,
    risk: spec.risk,
    minutes: spec.minutesOf?.(input) ?? spec.minutes,
    input: plainJson(input),
    target: spec.target(input),
    needs: spec.needs(input),
    missing: (system) => spec.missing(system, input),
    effect: (system) => spec.effect(system, input),
    predict: (system) => spec.predict(system, input),
    acts: spec.risk === 'read' ? 'reads' : (spec.acts ?? 'changes'),
    act: actOf(spec, input),
  })
  const fields = fieldsOf(z.toJSONSchema(spec.input))
  const parse = (input: unknown): BoundStep | InputProblem => {
    const parsed = spec.input.safeParse(input)
    return parsed.success ? bind(parsed.data) : firstProblem(parsed.error, input, fields)
  }
  const { title, risk, minutes } = spec
  const examples = spec.examples.map(plainJson)
  const step = Object.assign(bind, { title, risk, minutes, fields, examples, parse })
  // A function's own name is read-only to assignment, not to definition.
  return Object.defineProperty(step, 'name', { value: spec.name })
}

const jsonObject = z.record(z.string(), z.json())

/** As it is recorded: an optional field that was left out is not there. */
function plainJson(input: unknown): JsonObject {
  return jsonObject.parse(JSON.parse(JSON.stringify(input)))
}

function actOf<I>(spec: Spec<I>, input: I): ReadAct | WriteAct | ManualAct {
  if ('doneBy' in spec)
    return { kind: 'manual', expects: (after) => spec.expects?.(after, input) ?? [] }
  if (spec.risk === 'read') return { kind: 'read', shows: spec.shows(input) }
  return writeAct(spec, input)
}

function writeAct<I>(spec: WriteStep<I>, input: I): WriteAct {
  return {
    kind: 'write',
    guard: typeof spec.guard === 'function' ? spec.guard(input) : spec.guard,
    unable: (system) => spec.unable(system, input),
    probe: (intent, read) => spec.probe(intent, input, read),
    perform: (clearance, intent, world, system) =>
      spec.perform(clearance, intent, input, world, system),
    poll: spec.poll,
    expects: (after) => spec.expects(after, input),
    undo: (before) => spec.undo(before, input),
    hold: (system) => spec.hold?.(system, input) ?? null,
  }
}
