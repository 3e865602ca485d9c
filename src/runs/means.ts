/** What the executor acts with, and how it looks before it acts. */
import type { SystemDocument } from '../capacity/system.ts'
import type { Catalogue } from '../define/catalogue.ts'
import type { BoundStep, WriteAct } from '../define/step.ts'
import { isSeen } from '../gate/facts.ts'
import { type Examination, examine, type Reservation } from '../gate/gate.ts'
import { observeNow } from '../world/observe.ts'
import type { Clock, Fact, World } from '../world/world.ts'
import type { RunEvent, ShownForecast } from './events.ts'
import { claimsOfOthers, type Headroom } from './headroom.ts'
import type { Changed, Journal } from './journal.ts'
import type { Run, Stage } from './stage.ts'

export type Means = {
  readonly document: SystemDocument
  readonly catalogue: Catalogue
  readonly world: World
  readonly journal: Journal
  readonly clock: Clock
  /** Whoever is in a user group now. Throws a Fault when nobody answers. */
  readonly membersOf: (group: string) => Promise<readonly string[]>
  readonly newId: () => string
  /** This process: what another one holds is let go first. */
  readonly instance: string
}

/** One run at the step that it has reached, bound anew by the code of today. */
export type Task = { readonly means: Means; readonly run: Run; readonly step: BoundStep }

/** What an action came to: an append, or nothing new for so long; `again`: somebody else was first. */
export type Done = Changed | { readonly kind: 'rest'; readonly forMs: number } | Again
export type Again = { readonly kind: 'again' }

export const again: Again = { kind: 'again' }

export function rest(forMs: number): Done {
  return { kind: 'rest', forMs }
}

/** Appends only if the run is still as it was when the action was decided on. */
export function decided(
  { means, run }: Pick<Task, 'means' | 'run'>,
  ...events: readonly RunEvent[]
): Promise<Done> {
  return means.journal.change<Again>(run.id, (current) =>
    current.version === run.version ? { kind: 'change', events } : again,
  )
}

/** The same, and only if nobody claimed anything since the look: a lost race is a new forecast. */
export function decidedOn(
  { headroom }: Look,
  { means, run }: Task,
  event: RunEvent,
  { claim }: { claim: boolean } = { claim: false },
): Promise<Done> {
  return means.journal.change<Again>(run.id, (current, held) =>
    current.version === run.version && held.changes === headroom.changes
      ? { kind: 'change', events: [event], claim }
      : again,
  )
}

/** What happened is recorded whatever else was appended meanwhile, unless another instance found it out before. */
export function happened(
  { means, run }: Pick<Task, 'means' | 'run'>,
  event: Answer,
): Promise<Done> {
  return means.journal.change<Again>(run.id, ({ stage }) =>
    isAwaited(stage, event) ? { kind: 'change', events: [event] } : again,
  )
}

export type Answer = Extract<
  RunEvent,
  { type: 'write-accepted' | 'write-faulted' | 'operation-ended' }
>

/** Whoever was frozen may hear of a write, or of an operation, that the run has left behind. */
export function isAwaited(stage: Stage, event: Answer): boolean {
  return event.type === 'operation-ended'
    ? stage.kind === 'working' && stage.operation === event.operation
    : stage.kind === 'sending' && stage.intent.id === event.intent
}

/** Null where the code of today refuses the stored input. */
export function plannedStep(
  { catalogue }: Pick<Means, 'catalogue'>,
  run: Run,
  index = run.index,
): BoundStep | null {
  const planned = run.plan[index]
  if (planned?.kind !== 'step') return null
  const step = catalogue.bind(planned.step, planned.input)
  return 'kind' in step ? null : step
}

export function writeOf({ step }: Task): WriteAct {
  if (step.act.kind !== 'write') throw new Error(`${step.name} writes nothing`)
  return step.act
}

/** What was shown at this step; every stage after the forecast has one. */
export function forecastOf({ run }: Task): ShownForecast {
  const { forecast } = run.record
  if (forecast === null) throw new Error(`${run.id} has no forecast`)
  return forecast
}

export type Look = {
  readonly facts: readonly Fact[]
  readonly examination: Examination
  readonly headroom: Headroom
  /** Whether everything that the step needs was seen just now. */
  readonly isClear: boolean
}

/** Fresh facts, everybody else's claims, and what the step would do to that. */
export async function lookAt({ means, run, step }: Task): Promise<Look> {
  const { document, world, journal } = means
  const headroom = await journal.headroom(run.system)
  const facts = await observeNow(document, world.read, { ...means, now: journal.now })
  const now = await journal.now()
  const reservations = reservationsOf(means, headroom, run.id, now)
  const examination = examine({
    ...{ document, facts, step, reservations, now },
    ...{ history: headroom, run: run.id, notBefore: run.notBefore },
  })
  const isClear = step.needs.every((name) => isSeen(examination.view, name, now))
  return { facts, headroom, examination, isClear }
}

export function reservationsOf(
  { catalogue }: Pick<Means, 'catalogue'>,
  headroom: Headroom,
  run: string | null,
  now: number,
): readonly Reservation[] {
  return claimsOfOthers(headroom, run, now).map((claim) => {
    const step = catalogue.bind(claim.step, claim.input)
    return { run: claim.run, target: claim.target, step: 'kind' in step ? null : step }
  })
}
