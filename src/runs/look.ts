/** Looking without doing: the status, and what one step would do. Nothing is recorded. */
import type { SystemDocument } from '../capacity/system.ts'
import type { Catalogue } from '../define/catalogue.ts'
import type { BoundStep } from '../define/step.ts'
import { type Examination, examine } from '../gate/gate.ts'
import { type Status, statusOf } from '../gate/status.ts'
import { observe } from '../world/observe.ts'
import type { Clock, WorldReader } from '../world/world.ts'
import type { Headroom } from './headroom.ts'
import { reservationsOf } from './means.ts'

export type Look = {
  readonly status: () => Promise<Status>
  /** Of another document, without the world: nobody looked at it. */
  readonly statusOfDocument: (document: SystemDocument) => Promise<Status>
  readonly check: (step: BoundStep) => Promise<Examination>
}

export type LookMeans = {
  readonly document: SystemDocument
  readonly catalogue: Catalogue
  readonly read: WorldReader
  readonly clock: Clock
  /** The ledger's clock, where there is a ledger. */
  readonly now: () => Promise<number>
  readonly headroom: (system: string) => Promise<Headroom>
}

export function lookWith(means: LookMeans): Look {
  const { document, read, clock, now } = means
  const facts = () => observe(document, read, clock)
  return {
    status: async () => statusOf(document, await facts(), await now()),
    statusOfDocument: async (other) => statusOf(other, [], await now()),
    check: async (step) => {
      const headroom = await means.headroom(document.name)
      const seen = await facts()
      const at = await now()
      const reservations = reservationsOf(means, headroom, null, at)
      return examine({ document, facts: seen, step, reservations, now: at })
    },
  }
}
