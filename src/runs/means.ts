/** What the executor acts with, and how it looks before it acts. */
import type { SystemDocument } from '../capacity/system.ts'
import type { Catalogue } from '../define/catalogue.ts'
import type { BoundStep, WriteAct } from '../define/step.ts'
import { type Examination, examine, type Reservation } from '../gate/gate.ts'
import { observe } from '../world/observe.ts'
import type { Clock, Fact, World } from '../world/world.ts'
import { claimsOfOthers, type Headroom } from './headroom.ts'
import type { Change, Changed, Journal } from './journal.ts'
import type { Run } from './run.ts'

export type Means = {
  readonly document: SystemDocument
  readonly catalogue: Catalogue
  readonly world: World
  readonly journal: Journal
  readonly clock: Clock
  /** Whoever is in a user group now. Throws a Fault when nobody answers. */
  readonly membersOf: (group: string) => Promise<readonly string[]>
  readonly newId: () => string
}

/** What an action came to: an append, or nothing new for so long; `again`: somebody else was first. */
export type Done = Changed | { readonly kind: 'rest'; readonly forMs: number } | Again

export type Again = { readonly kind: 'again' }

export const again: Again = { kind: 'again' }

export function rest(forMs: number): Done {
  return { kind: 'rest', forMs }
}

/** Appends only if the run is still as it was when the action was decided on. */
export async function decided(
  means: Means,
  run: Run,
  work: (now: number) => Change,
): Promise<Done> {
  return means.journal.change<Again>(run.id, (current, _headroom, now) =>
    current.version === run.version ? work(now) : again,
  )
}

/** The step that the run has reached, bound anew by the code of today. Null where it refuses the stored input. */
export function plannedStep(means: Means, run: Run): BoundStep | null {
  const planned = run.plan[run.index]
  if (planned === undefined) return null
  const step = means.catalogue.bind(planned.step, planned.input)
  return 'kind' in step ? null : step
}

export function writeOf(step: BoundStep): WriteAct {
  if (step.act.kind !== 'write') throw new Error(`${step.name} writes nothing`)
  return step.act
}

export type Look = {
  readonly step: BoundStep
  readonly facts: readonly Fact[]
  readonly examination: Examination
  readonly headroom: Headroom
}

/** Fresh facts, everybody else's claims, and what the step would do to that. */
export async function lookAt(means: Means, run: Run, step: BoundStep): Promise<Look> {
  const { document, world, clock, journal } = means
  const headroom = await journal.headroom(run.system)
  const facts = await observe(document, world.read, clock)
  const now = await journal.now()
  const reservations = reservationsOf(means, headroom, run.id, now)
  return {
    step,
    facts,
    headroom,
    examination: examine({ document, facts, step, reservations, now }),
  }
}

/** A claim whose step this code no longer knows still holds its target; it reserves nothing that could be computed. */
export function reservationsOf(
  means: Pick<Means, 'catalogue'>,
  headroom: Headroom,
  run: string | null,
  now: number,
): readonly Reservation[] {
  return claimsOfOthers(headroom, run, now).map((claim) => {
    const step = means.catalogue.bind(claim.step, claim.input)
    if ('kind' in step) throw new Error(`the claim of ${claim.run} is on a step that is not known`)
    return { run: claim.run, step }
  })
}
