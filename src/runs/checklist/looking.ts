/** An open checklist looks at the world again and again, and records what is not as it was. */
import type { SystemDocument } from '../../capacity/system.ts'
import { viewOf } from '../../gate/facts.ts'
import { dayOf } from '../../gate/gate.ts'
import { observeNow } from '../../world/observe.ts'
import type { Clock, WorldReader } from '../../world/world.ts'
import type { ChecklistJournal } from './journal.ts'
import { newSights } from './seeing.ts'

/** How often an open one asks the world. */
export const lookEveryMs = 30_000

export type Looking = {
  /** Gives when to come back, in ms from now; null: it has ended. */
  readonly advance: (checklist: string) => Promise<number | null>
  /** Something was done for one of its boxes: the next look is now. */
  readonly hurry: (checklist: string) => void
  /** When this process looked last; null: not since it began. */
  readonly lookedAt: (checklist: string) => number | null
}

export type LookingMeans = {
  readonly document: SystemDocument
  readonly checklists: ChecklistJournal
  readonly read: WorldReader
  readonly clock: Clock
  /** The ledger's clock. */
  readonly now: () => Promise<number>
}

const nothingNew = { kind: 'nothing-new' } as const

/** The sweep and every wake come more often than anybody wants the world to be asked. */
export function lookingWith(means: LookingMeans): Looking {
  const { document, checklists, read, clock } = means
  const looks = new Map<string, number>()
  const hurried = new Set<string>()

  async function advance(id: string): Promise<number | null> {
    const checklist = await checklists.read(id)
    if (checklist === null || checklist.ended !== null) {
      looks.delete(id)
      return null
    }
    const last = looks.get(id)
    const left = last === undefined ? 0 : last + lookEveryMs - clock.now()
    if (!hurried.delete(id) && left > 0) return left
    const facts = await observeNow(document, read, means)
    const now = await means.now()
    const sighting = { view: viewOf(document, facts, now), today: dayOf(now) }
    // Before anybody is told that something changed, so that what is drawn then says when it was seen.
    looks.set(id, clock.now())
    await checklists.change(id, (current) => {
      const [first, ...others] = current.ended === null ? newSights(current, sighting) : []
      return first === undefined ? nothingNew : { kind: 'change', events: [first, ...others] }
    })
    return lookEveryMs
  }

  return {
    advance,
    hurry: (id) => void hurried.add(id),
    lookedAt: (id) => looks.get(id) ?? null,
  }
}
