/** What a step is: one typed unit of work. Types only; `define-step.ts` makes them. DESIGN.md, 5. */
import type { Prediction } from '../capacity/prediction.ts'
import type { Refusal } from '../capacity/refusal.ts'
import type { System } from '../capacity/system.ts'
import type { Clearance } from '../world/clearance.ts'
import type { World, WorldReader } from '../world/world.ts'

/** How much a mistake would hurt: it decides how many people must say yes. */
export type Risk = 'read' | 'safe' | 'disruptive' | 'irreversible'

/** What the world offers against a second write. writes.md. */
export type Guard = 'version' | 'name' | 'absolute' | 'none'

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** One exact write, recorded before it is sent; its id marks the write in the world. */
export type Intent = {
  readonly id: string
  readonly target: string
  /** The target's version when it was decided; sent again with the same one, never with a fresh one. */
  readonly version: string | null
  readonly intendedAt: number
  /** Milliseconds since the epoch: never written to the wire after this. */
  readonly sendBefore: number
}

/** The answer to "did it happen?", read only. */
export type Progress =
  | { readonly kind: 'absent' }
  | { readonly kind: 'running'; readonly operation: string }
  | { readonly kind: 'done'; readonly by: 'me' | 'as-wished' }
  /** `operation`: one that is under way and may be this write; it is waited for. */
  | { readonly kind: 'unknown'; readonly why: string; readonly operation: string | null }

/** What a write was answered: a long-running operation to poll, or done at once. */
export type Sent =
  | { readonly kind: 'operation'; readonly operation: string }
  | { readonly kind: 'done' }

export type OperationStatus =
  | { readonly kind: 'running' }
  | { readonly kind: 'ended'; readonly error: string | null }

/** What will be read after the operation ended, and what it should say. `fact` is the name of a fact. */
export type Expectation = {
  readonly fact: string
  readonly predicted: Json
  /** The fact is a list, and what is predicted is how many of its rows are such: texts equal, numbers at least. */
  readonly rows?: Readonly<Record<string, string | number>>
  /** What the world forgets when the process that holds it starts anew. */
  readonly holds?: 'until-restart'
  /** A number is as predicted when it is no higher; so is a bound that was seen in every part (`bound.ts`). */
  readonly atMost?: boolean | undefined
}

/** A step's one sentence for the approver, as data. */
export type Effect = {
  readonly code:
    | 'resize'
    | 'look-at-connections'
    | 'change-celery'
    | 'set-flag'
    | 'unset-flag'
    | 'back-up'
    | 'create-replica'
    | 'delete-replica'
    | 'terminate-sessions'
    | 'route'
    | 'set-pooler'
    | 'set-gunicorn'
    | 'set-django'
    | 'scale'
    | 'roll-back'
    | 'create-alert'
    | 'retarget-alert'
    | 'apply-dashboards'
    | 'start-load'
    | 'stop-load'
    | 'confirm'
  readonly values: Readonly<Record<string, string | number>>
}

export type Undo =
  | { readonly kind: 'step'; readonly step: string; readonly input: JsonObject }
  | { readonly kind: 'cannot'; readonly because: string }

/** Reads and changes nothing: it needs no claim, no intent and no clearance. */
export type ReadAct = {
  readonly kind: 'read'
  /** The facts whose values are the answer. */
  readonly shows: readonly string[]
}

/** Why a step that can be foreseen cannot be performed here, with what to do instead. A value; a face says it. */
export type Unable =
  | {
      readonly kind: 'unable'
      readonly code: 'baked-into-image'
      readonly service: string
      /** The file and line that hold the setting, as the binding names them. */
      readonly where: string
      readonly setting: string
      readonly value: string | number
    }
  | {
      readonly kind: 'unable'
      /** The document does not say where the setting lives. */
      readonly code: 'no-binding'
      readonly service: string
      readonly setting: string
      /** The path in the document, and the line to add there. */
      readonly under: string
      readonly line: string
    }
  /** Only the size of a prefork pool can be changed while it runs. */
  | { readonly kind: 'unable'; readonly code: 'not-live'; readonly service: string }
  | { readonly kind: 'unable'; readonly code: 'no-pooler'; readonly database: string }
  /** It would act on what nobody can see here. */
  | {
      readonly kind: 'unable'
      readonly code: 'source-not-configured'
      readonly fact: string
      readonly remedy: string
    }
  | { readonly kind: 'unable'; readonly code: 'no-load-test-host' }
  | {
      readonly kind: 'unable'
      readonly code: 'load-too-long'
      readonly minutes: number
      readonly most: number
    }
  | {
      readonly kind: 'unable'
      readonly code: 'load-too-large'
      readonly users: number
      /** What one machine plays, or the job that the document names. */
      readonly most: number
      readonly isShared: boolean
    }

/**
 * What must be let go whatever happens: clients that a pooler holds while the database restarts.
 * Approved with its step; its release is exempt from freeze, limits, expiry and stop. DESIGN.md, 3.
 */
export type Hold = {
  /** Whose clearance it spends. */
  readonly target: string
  /** What is held, for whoever reads it: `poolers.pgbouncer`. */
  readonly holds: string
  /** Let go at the latest so long after it was taken. */
  readonly secondsMax: number
  /** Throws a Fault: then nothing that depends on it is sent, and it is let go. */
  readonly take: (clearance: Clearance, world: World) => Promise<void>
  /** Safe to repeat, and to send where nothing is held. Throws a Fault. */
  readonly release: (clearance: Clearance, world: World) => Promise<void>
}

/** Changes the world once, under its guard. */
export type WriteAct = {
  readonly kind: 'write'
  readonly guard: Guard
  /** Why it cannot be performed on this System although it can be predicted; null where it can. */
  readonly unable: (system: System) => Unable | null
  readonly probe: (intent: Intent, read: WorldReader) => Promise<Progress>
  /** The one write; `system` is the one that it was cleared on. Throws a Fault. */
  readonly perform: (
    clearance: Clearance,
    intent: Intent,
    world: World,
    system: System,
  ) => Promise<Sent>
  readonly poll: (operation: string, read: WorldReader) => Promise<OperationStatus>
  readonly expects: (after: System) => readonly Expectation[]
  readonly undo: (before: System) => Undo
  /** Null where nothing is held. */
  readonly hold: (system: System) => Hold | null
}

/** A person does it and says so; where the world can show that it was done, it is looked for. */
export type ManualAct = {
  readonly kind: 'manual'
  readonly expects: (after: System) => readonly Expectation[]
}

/** A step closed over its typed input: what plans, gate and runs hold. */
export type BoundStep = {
  readonly name: string
  readonly title: string
  readonly risk: Risk
  /** How long it usually takes. */
  readonly minutes: number
  readonly input: JsonObject
  /** The path of what is claimed while it runs. */
  readonly target: string
  /** The facts that must be observed, and fresh, before it is performed. */
  readonly needs: readonly string[]
  /** What the input names and this document lacks. */
  readonly missing: (system: System) => Refusal | null
  readonly effect: (system: System) => Effect
  readonly predict: (system: System) => Prediction | Refusal
  /** What it is after: settings of the System, nothing, or what the System does not hold. */
  readonly acts: 'changes' | 'reads' | 'elsewhere'
  readonly act: ReadAct | WriteAct | ManualAct
}

/** One field of a step's input, for help, modal and command line. */
export type InputField = {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'object'
  readonly required: boolean
  readonly nullable: boolean
  readonly description: string
  readonly choices: readonly string[] | null
  readonly minimum: number | null
  /** It must be more than this. */
  readonly above: number | null
  readonly maximum: number | null
  /** What each part of an object must be, in words. */
  readonly parts: Readonly<Record<string, string>>
}

/** What was wrong with an input: which field, which value, what would be right. */
export type InputProblem = {
  readonly kind: 'input-problem'
  readonly field: string
  readonly value: string
  readonly expected: string
  /** The fields that there are, where the field is none of them. */
  readonly known?: readonly string[]
}

/** A step as the catalogue holds it. */
export type StepEntry = {
  readonly name: string
  readonly title: string
  readonly risk: Risk
  readonly minutes: number
  readonly fields: readonly InputField[]
  readonly examples: readonly JsonObject[]
  readonly parse: (input: unknown) => BoundStep | InputProblem
}
