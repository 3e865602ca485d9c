/** Looking without doing: the status, and what one step would do. Nothing is recorded. */
import type { Finding } from '../capacity/finding.ts'
import type { System, SystemDocument } from '../capacity/system.ts'
import type { Catalogue } from '../define/catalogue.ts'
import { type Lever, leversOf } from '../define/levers.ts'
import { type Plan, plan } from '../define/planner.ts'
import { type Proposal, type Review, review, type WrongProposal } from '../define/review.ts'
import type { BoundStep } from '../define/step.ts'
import { type DriftReport, driftReport } from '../gate/drift.ts'
import { viewOf } from '../gate/facts.ts'
import { dayOf, type Examination, examine } from '../gate/gate.ts'
import { viewAt } from '../gate/meeting.ts'
import { type Status, statusOf } from '../gate/status.ts'
import { observeNow } from '../world/observe.ts'
import type { Clock, WorldReader } from '../world/world.ts'
import { type Advice, adviseOn } from './advice.ts'
import type { Headroom } from './headroom.ts'
import { reservationsOf } from './means.ts'

export type Look = {
  /** `backlogTasks`: how many tasks wait, where a person says so. */
  readonly status: (given?: { backlogTasks: number | null }) => Promise<Status>
  /** What to do about it: plans are made, and nothing is looked at. */
  readonly advise: (status: Status) => Advice
  /** Of another document, without the world: nobody looked at it. */
  readonly statusOfDocument: (document: SystemDocument) => Promise<Status>
  /** Where document and world differ. */
  readonly drift: () => Promise<DriftReport>
  readonly check: (step: BoundStep) => Promise<Examination>
  /** Of the System as it is seen. */
  readonly plan: (users: number, budgetUsd: number | null) => Promise<Planned>
  /** The System as it is seen now: what a runbook is rehearsed on. */
  readonly seen: () => Promise<Seen>
  /** What would change a finding of this status, and by how much; nothing where its numbers are unknown. */
  readonly levers: (status: Status, finding: Finding) => readonly Lever[]
  /** Somebody's list of steps, one after the other. */
  readonly review: (proposal: Proposal) => Promise<Reviewed>
}

export type Sight = {
  /** Of the oldest that was seen; null: nobody looked, or nobody answered. */
  readonly observedAt: number | null
  /** Facts for which the document had to stand in. */
  readonly unknown: readonly string[]
}

export type Seen = Sight & {
  readonly system: System
  readonly now: number
  readonly today: string
}

export type Planned = Sight & { readonly system: string; readonly plan: Plan }

export type Reviewed = Sight & { readonly review: Review | WrongProposal }

export type LookMeans = {
  readonly document: SystemDocument
  readonly catalogue: Catalogue
  readonly read: WorldReader
  /** Whatever must be loaded before the sources can be asked in time. */
  readonly load: () => Promise<void>
  readonly clock: Clock
  /** The ledger's clock, where there is a ledger. */
  readonly now: () => Promise<number>
  readonly headroom: (system: string) => Promise<Headroom>
}

export function lookWith(means: LookMeans): Look {
  const { document, read, now } = means
  const facts = async () => {
    await means.load()
    return observeNow(document, read, means)
  }
  const view = async () => {
    const seen = await facts()
    const at = await now()
    const moment = { now: at, stepMinutes: 0 }
    const { system, unknown, observedAt } = viewAt(viewOf(document, seen, at), moment)
    return { system, unknown, observedAt, now: at, today: dayOf(at) }
  }
  return {
    status: async (given) => {
      const seen = await facts()
      return statusOf(document, seen, { now: await now(), ...given })
    },
    drift: async () => {
      const seen = await facts()
      return driftReport(viewOf(document, seen, await now()))
    },
    advise: (status) => adviseOn(status, means),
    plan: async (users, budgetUsd) => {
      const { system, unknown, observedAt, today } = await view()
      const budget = budgetUsd === null ? {} : { budgetUsd }
      const found = plan(system, users, { today, catalogue: means.catalogue, ...budget })
      return { system: document.name, plan: found, unknown, observedAt }
    },
    seen: view,
    review: async (proposal) => {
      const { system, observedAt, ...seen } = await view()
      const { catalogue } = means
      const found = review(system, proposal, { ...seen, catalogue })
      return { review: found, observedAt, unknown: seen.unknown }
    },
    levers: ({ view: seen, now: at }, finding) =>
      finding.severity === 'unknown'
        ? []
        : leversOf(seen.system, finding, {
            today: dayOf(at),
            catalogue: means.catalogue,
            unknown: seen.unknown,
          }),
    statusOfDocument: async (other) => statusOf(other, [], { now: await now() }),
    check: async (step) => {
      const headroom = await means.headroom(document.name)
      const seen = await facts()
      const at = await now()
      const reservations = reservationsOf(means, headroom, null, at)
      return examine({
        ...{ document, facts: seen, step, reservations, now: at },
        ...{ history: headroom, run: null },
      })
    },
  }
}
