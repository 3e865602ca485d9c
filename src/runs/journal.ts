/** A run's way into the ledger: read, decide, append at that version, again when somebody else was first. */
import { z } from 'zod'
import type { Append, Ledger, Recorded, Seal } from '../ledger/ledger.ts'
import { dueAt, keepClaimMs } from './decide.ts'
import type { HeadroomEvent, RunEvent } from './events.ts'
import { type Headroom, headroomOf, headroomStream } from './headroom.ts'
import { evolve, isRunStream, runOf, runOfStream, runStream } from './run.ts'
import type { Stage } from './stage.ts'
import { mayStillLand, type Run } from './stage.ts'

/** What is to be appended. A claim goes into the System's headroom stream in the same append. */
export type Change = {
  readonly kind: 'change'
  readonly events: readonly RunEvent[]
  readonly claim?: boolean
}

/** The hashes that cover a run that ended, and the whole System's stream with every run sealed before. */
export type Sealed = { readonly run: string; readonly system: string }

export type Changed = { readonly kind: 'changed'; readonly run: Run }

/** What must stand in the same append as a start, judged anew in each race; or why there is none. */
export type Beside<No extends { readonly kind: string }> = () => Promise<readonly Append[] | No>

export type Journal = {
  readonly now: () => Promise<number>
  /** Null: there is none, or it is of another System. */
  readonly read: (run: string) => Promise<Run | null>
  /** The newest runs by name, at most so many. */
  readonly newest: (limit: number) => Promise<readonly string[]>
  /** Those that wait for a time or a person, at most so many: all that have not ended, and some that have. */
  readonly open: (limit: number) => Promise<readonly string[]>
  /** Other Systems with open runs in this ledger: nobody here brings those forward. */
  readonly strangers: () => Promise<readonly string[]>
  readonly headroom: (system: string) => Promise<Headroom>
  /** Null while it goes on, and where it has changed since it was read. */
  readonly sealed: (run: Run) => Promise<Sealed | null>
  readonly keepDocument: (digest: string, document: unknown) => Promise<void>
  /** `judge` sees who holds what, and says why the run may not begin; null: it may. One that there is begins once. */
  readonly start: <No extends { readonly kind: string }>(
    event: Extract<RunEvent, { type: 'run-started' }>,
    judge: (headroom: Headroom, now: number) => No | null,
    beside?: Beside<No>,
  ) => Promise<Changed | No>
  /** The stop switch of a System, in its headroom stream. */
  readonly switchStop: <No extends { readonly kind: string }>(
    system: string,
    work: (headroom: Headroom) => HeadroomEvent | No,
  ) => Promise<{ readonly kind: 'switched'; readonly headroom: Headroom } | No>
  /** `work` sees the state that its events will follow, and says what to append or why not. */
  readonly change: <No extends { readonly kind: string }>(
    run: string,
    work: (run: Run, headroom: Headroom, now: number) => Change | No,
  ) => Promise<Changed | No>
}

/** Lost races in a row: more than two people and two processes can make. */
const racesAtMost = 20

export class LostRaces extends Error {
  constructor(stream: string) {
    super(`lost ${racesAtMost} races for ${stream} in a row`)
    this.name = 'LostRaces'
  }
}

/** What this process appended to a run, once. */
type Heard = (run: Run, events: readonly RunEvent[]) => void

/** `system`: whose runs there are for this process; absent: all of them. */
export function journalOn(ledger: Ledger, changed: Heard, system?: string): Journal {
  const read = readingOf(ledger, system)
  const headroom = async (system: string) => headroomOf(await ledger.read(headroomStream(system)))
  const commit = async (state: State, change: Change, beside: readonly Append[] = []) => {
    const run = await committed(ledger, state, change, beside)
    if (run !== null) changed(run, change.events)
    return run
  }
  return {
    now: ledger.now,
    read,
    newest: async (limit) => (await ledger.newest(runStream(''), limit)).map(runOfStream),
    open: (limit) => openRuns(ledger, limit),
    strangers: () => strangersIn(ledger, system),
    headroom,
    sealed: (run) => sealedOf(ledger, run),
    keepDocument: (digest, document) => ledger.keepDocument(digest, JSON.stringify(document)),
    start: async (event, judge, beside) => {
      for (let race = 0; race < racesAtMost; race += 1) {
        const there = await read(event.run)
        if (there !== null) return { kind: 'changed', run: there }
        const [held, now] = [await headroom(event.system), await ledger.now()]
        const no = judge(held, now)
        if (no !== null) return no
        const also = beside === undefined ? [] : await beside()
        if ('kind' in also) return also
        const state = { id: event.run, before: null, held, now }
        const run = await commit(state, { kind: 'change', events: [event] }, also)
        if (run !== null) return { kind: 'changed', run }
      }
      throw new LostRaces(runStream(event.run))
    },
    switchStop: async (system, work) => {
      const stream = headroomStream(system)
      for (let race = 0; race < racesAtMost; race += 1) {
        const held = await headroom(system)
        const result = work(held)
        if ('kind' in result) return result
        const append = { stream, expectedVersion: held.version, events: [result], dueAt: null }
        const appended = await ledger.append([append])
        if (appended.kind === 'appended')
          return { kind: 'switched', headroom: await headroom(system) }
      }
      throw new LostRaces(stream)
    },
    change: async (id, work) => {
      for (let race = 0; race < racesAtMost; race += 1) {
        const before = await read(id)
        if (before === null) throw new Error(`no run ${id}`)
        const held = await headroom(before.system)
        const now = await ledger.now()
        const result = work(before, held, now)
        if (!isChange(result)) return result
        const run = await commit({ id, before, held, now }, result)
        if (run !== null) return { kind: 'changed', run }
      }
      throw new LostRaces(runStream(id))
    },
  }
}

/** A ledger may carry several Systems: a run of another one is judged and performed by whoever has its document. */
function readingOf(ledger: Ledger, ours: string | undefined): Journal['read'] {
  return async (id) => {
    const records = await ledger.read(runStream(id))
    return ours === undefined || ours === systemOf(records) ? runOf(records) : null
  }
}

/** By its first event alone: the others may be of newer code. Null: nobody can say. */
function systemOf([first]: readonly Recorded[]): string | null {
  const begun = begunSchema.safeParse(first?.event)
  return begun.success ? begun.data.system : null
}

const begunSchema = z.object({ system: z.string() })

async function strangersIn(ledger: Ledger, ours: string | undefined): Promise<readonly string[]> {
  const open = await openRuns(ledger, strangersAtMost)
  const systems = await Promise.all(
    open.map(async (id) => systemOf(await ledger.read(runStream(id)))),
  )
  return [...new Set(systems)].filter((system) => system !== null).filter((one) => one !== ours)
}

/** Enough to name whose they are. */
const strangersAtMost = 200

async function openRuns(ledger: Ledger, limit: number): Promise<readonly string[]> {
  const streams = await ledger.due(Number.MAX_SAFE_INTEGER, limit)
  return streams.filter(isRunStream).map(runOfStream)
}

async function sealedOf(ledger: Ledger, run: Run): Promise<Sealed | null> {
  if (run.stage.kind !== 'ended') return null
  const own = await ledger.head(runStream(run.id))
  const system = await ledger.head(headroomStream(run.system))
  if (own === null || system === null || own.version !== run.version) return null
  return { run: own.hash, system: system.hash }
}

/** What the writer saw: its events follow exactly this. */
type State = {
  readonly id: string
  readonly before: Run | null
  readonly held: Headroom
  readonly now: number
}

/** Null: somebody else was first. */
async function committed(
  ledger: Ledger,
  state: State,
  change: Change,
  beside: readonly Append[],
): Promise<Run | null> {
  const { id, before, held, now } = state
  const run = change.events.reduce<Run | null>(
    (one, event) => evolve(one, { at: now, event }),
    before,
  )
  if (run === null) throw new Error('a change without events')
  const claims = claimEvents(run, state, change)
  const ofRun: Append = {
    stream: runStream(id),
    expectedVersion: before?.version ?? 0,
    events: change.events,
    dueAt: dueAt(run, now),
    ...(run.stage.kind === 'ended' ? { seal: sealOf(run) } : {}),
  }
  const ofHeadroom: Append = {
    stream: headroomStream(run.system),
    expectedVersion: held.version,
    events: claims,
    dueAt: null,
  }
  const own = claims.length > 0 ? [ofRun, ofHeadroom] : [ofRun]
  const result = await ledger.append([...own, ...beside])
  return result.kind === 'appended' ? run : null
}

/** Whatever is appended to a run that has ended is sealed again: nothing can follow unseen. */
function sealOf({ id, system }: Run): Seal {
  return {
    stream: headroomStream(system),
    event: ({ version, hash }) => {
      const sealed: HeadroomEvent = { type: 'run-sealed', v: 1, run: id, version, head: hash }
      return sealed
    },
  }
}

function isChange<No extends { readonly kind: string }>(result: Change | No): result is Change {
  return result.kind === 'change'
}

/** A claim lives from the grant until the step is verified or given up; it ends with the stage that ends it. */
export function claimEvents(
  run: Run,
  { before, held, now }: State,
  change: Change,
): readonly HeadroomEvent[] {
  const target = run.record.forecast?.target ?? before?.record.forecast?.target
  if (target === undefined) return []
  const planned = run.plan[run.index]
  const mine = held.claims.find((claim) => claim.run === run.id && claim.target === target)
  if (change.claim === true && planned?.kind === 'step') {
    const { step, input } = planned
    return [{ type: 'claimed', v: 1, run: run.id, target, step, input }]
  }
  if (mine === undefined || mine.until !== null || holds(run.stage)) return []
  const undecided = before !== null && mayStillLand(before.stage)
  const until = undecided ? now + keepClaimMs : null
  return [{ type: 'released', v: 1, run: run.id, target, until }]
}

function holds(stage: Stage): boolean {
  switch (stage.kind) {
    case 'claimed':
    case 'sending':
    case 'working':
    case 'acted':
      return true
    case 'parked':
      return holds(stage.from)
    default:
      return false
  }
}
