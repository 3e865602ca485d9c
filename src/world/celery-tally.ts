/**
 * How many tasks ended, and how, counted from what workers say of themselves, and held against their
 * beats, which count ended tasks too: so silence is not taken for "none". Tried with Celery 5.6.3:
 * without `-E` no task is told of; with a pool of threads some are lost on the way.
 */
import type { CeleryEvent } from './celery-events.ts'
import type { TaskTeller } from './ports/celery.ts'

export type Tally = {
  readonly note: (event: CeleryEvent) => void
  /** Of everybody who was heard since the last taking; null: more than anybody has. */
  readonly take: () => readonly Omit<TaskTeller, 'service'>[] | null
  /** Nothing was heard for a while: what came before says nothing about what comes. */
  readonly forget: () => void
}

/** Whoever may publish there may invent names: the memory has an end. */
const workersAtMost = 1_000
/** Of the ended tasks: some tell nothing by intent (`Ignore`, `send_events = False`). */
const untoldShareAtMost = 0.01

type Entry = {
  readonly name: string
  /** By its newest beat; null: it has not beaten yet. */
  ended: number | null
  /** Of those that ended between the last two beats; they are told of before the next. */
  due: number
  /** Ends that were told of and not yet settled against a beat. */
  told: number
  period: Period
}

/** From one taking to the next. */
type Period = {
  isHeard: boolean
  hasFallen: boolean
  /** Ended tasks that were looked for among the told ones, and those that were not found. */
  settled: number
  untold: number
  succeeded: number
  failed: number
  timed: number
  runSeconds: number
}

const begun = (): Period => ({
  ...{ isHeard: false, hasFallen: false, settled: 0, untold: 0 },
  ...{ succeeded: 0, failed: 0, timed: 0, runSeconds: 0 },
})

export function tallyOfTasks(): Tally {
  const entries = new Map<string, Entry>()
  let isOverfull = false

  function entryOf({ hostname, pid }: CeleryEvent): Entry | null {
    const key = JSON.stringify([hostname, pid])
    const known = entries.get(key)
    if (known !== undefined) return known
    if (entries.size >= workersAtMost) {
      isOverfull = true
      return null
    }
    const entry = { name: hostname, ended: null, due: 0, told: 0, period: begun() }
    entries.set(key, entry)
    return entry
  }

  return {
    note: (event) => {
      const entry = entryOf(event)
      if (entry === null) return
      entry.period.isHeard = true
      if (event.kind === 'beat') settle(entry, event)
      else count(entry, event)
    },
    take: () => {
      const heard = [...entries.values()].filter(({ period }) => period.isHeard).map(tellerOf)
      const tellers = isOverfull ? null : heard
      for (const [key, entry] of entries)
        if (isOverfull && !entry.period.isHeard) entries.delete(key)
        else entry.period = begun()
      isOverfull = false
      return tellers
    },
    forget: () => {
      entries.clear()
      isOverfull = false
    },
  }
}

type Beat = CeleryEvent & { kind: 'beat' }

/** Task events come in bundles that may follow the beat which counts their tasks, and not the one after it. */
function settle(entry: Entry, { processed, active, isFirst }: Beat): void {
  const { period } = entry
  const ended = processed - active
  const before = isFirst ? null : entry.ended
  // A worker counts upwards: two speak under one name and one process number, as in containers.
  if (before !== null && ended < before) period.hasFallen = true
  const newly = before === null ? 0 : Math.max(0, ended - before)
  period.settled += entry.due
  period.untold += Math.max(0, entry.due - entry.told)
  entry.told = Math.min(Math.max(0, entry.told - entry.due), newly)
  entry.due = newly
  entry.ended = ended
}

function count(entry: Entry, event: Exclude<CeleryEvent, Beat>): void {
  const { period } = entry
  if (event.kind === 'begun') return
  entry.told += 1
  if (event.kind === 'failed') period.failed += 1
  if (event.kind !== 'succeeded') return
  period.succeeded += 1
  if (event.seconds === null) return
  period.timed += 1
  period.runSeconds += event.seconds
}

function tellerOf({ name, due, told, period }: Entry): Omit<TaskTeller, 'service'> {
  const { succeeded, failed, timed, runSeconds, hasFallen, settled, untold } = period
  const isTold = !hasFallen && untold <= untoldShareAtMost * settled
  const isLate = due - told > untoldShareAtMost * due
  const all = isLate ? 'late' : 'all'
  return { name, succeeded, failed, timed, runSeconds, told: isTold ? all : 'not-all' }
}
