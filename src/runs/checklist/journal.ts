/** A checklist's way into the ledger: read, decide, append at that version, again when somebody else was first. */
import type { Append, Ledger } from '../../ledger/ledger.ts'
import { LostRaces } from '../journal.ts'
import {
  type Checklist,
  checklistOf,
  checklistOfStream,
  checklistStream,
  evolve,
} from './checklist.ts'
import type { ChecklistEvent } from './events.ts'

export type ChecklistChange = { readonly kind: 'change'; readonly events: ChecklistEvents }
type ChecklistEvents = readonly [ChecklistEvent, ...ChecklistEvent[]]

export type ChecklistChanged = {
  readonly kind: 'checklist-changed'
  readonly checklist: Checklist
}

type No = { readonly kind: string }

export type ChecklistJournal = {
  readonly read: (checklist: string) => Promise<Checklist | null>
  /** The newest that are open. */
  readonly open: () => Promise<readonly Checklist[]>
  readonly start: (
    event: Extract<ChecklistEvent, { type: 'checklist-started' }>,
  ) => Promise<ChecklistChanged>
  /** `work` sees the state that its events will follow, and says what to append or why not. */
  readonly change: <Why extends No>(
    checklist: string,
    work: (checklist: Checklist) => ChecklistChange | Why,
  ) => Promise<ChecklistChanged | Why>
  /** The same as part of somebody else's append, which is told to `changed` by whoever made it. */
  readonly appendOf: (checklist: Checklist, event: ChecklistEvent) => Promise<Append>
}

/** Two people and two processes make fewer. */
const racesAtMost = 20
/** Whoever keeps more of them open reads none. */
const openAtMost = 200

/** `system`: whose checklists there are for this process; absent: all of them. */
export function checklistsOn(
  ledger: Ledger,
  changed: (checklist: string) => void,
  system?: string,
): ChecklistJournal {
  const read = async (id: string) => {
    const checklist = checklistOf(await ledger.read(checklistStream(id)))
    return system === undefined || checklist?.system === system ? checklist : null
  }
  const commit = async (id: string, before: Checklist | null, events: ChecklistEvents) => {
    const { after, append } = await appendOf(ledger, id, before, events)
    const result = await ledger.append([append])
    if (result.kind === 'conflict') return null
    changed(id)
    return after
  }
  return {
    read,
    open: async () => {
      const ids = (await ledger.newest(checklistStream(''), openAtMost)).map(checklistOfStream)
      const all = await Promise.all(ids.map(read))
      return all.filter((one) => one !== null).filter(({ ended }) => ended === null)
    },
    start: async (event) => {
      const checklist = await commit(event.checklist, null, [event])
      if (checklist === null) throw new Error(`${event.checklist} was started before`)
      return { kind: 'checklist-changed', checklist }
    },
    change: async (id, work) => {
      for (let race = 0; race < racesAtMost; race += 1) {
        const before = await read(id)
        if (before === null) throw new Error(`no checklist ${id}`)
        const result = work(before)
        if (!isChange(result)) return result
        const checklist = await commit(id, before, result.events)
        if (checklist !== null) return { kind: 'checklist-changed', checklist }
      }
      throw new LostRaces(checklistStream(id))
    },
    appendOf: async (checklist, event) =>
      (await appendOf(ledger, checklist.id, checklist, [event])).append,
  }
}

async function appendOf(
  ledger: Ledger,
  id: string,
  before: Checklist | null,
  events: ChecklistEvents,
): Promise<{ readonly after: Checklist; readonly append: Append }> {
  const at = await ledger.now()
  const [first, ...others] = events
  const after = others.reduce(
    (checklist, event) => evolve(checklist, { at, event }),
    evolve(before, { at, event: first }),
  )
  const append = {
    stream: checklistStream(id),
    expectedVersion: before?.version ?? 0,
    events,
    // An open one is always due: whoever begins looks at it first, and how often is up to who looks.
    dueAt: after.ended === null ? at : null,
  }
  return { after, append }
}

function isChange<Why extends No>(result: ChecklistChange | Why): result is ChecklistChange {
  return result.kind === 'change'
}
