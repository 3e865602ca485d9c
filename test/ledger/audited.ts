/** Ledgers of several runs, some ended and some not, in a real file: for auditors, and for those who tamper. */
import { digestOf } from '../../src/gate/digest.ts'
import type { RunEvent } from '../../src/runs/events.ts'
import { type Journal, journalOn } from '../../src/runs/journal.ts'
import type { Run } from '../../src/runs/stage.ts'
import { event, historyTo } from '../runs/histories.ts'
import { opened } from './temporary.ts'

export const fates = ['done', 'rejected', 'aborted', 'blocked', 'waiting', 'claimed'] as const
export type Fate = (typeof fates)[number]

const document = { name: 'tuki' }
const histories: Readonly<Record<Fate, readonly RunEvent[]>> = {
  done: historyTo.ended,
  rejected: [...historyTo.waiting, event('approval-rejected')],
  aborted: [...historyTo.waiting, event('run-aborted')],
  blocked: [...historyTo.judged, event('step-blocked')],
  waiting: historyTo.waiting,
  claimed: historyTo.claimed,
}

export type Plot = {
  readonly fates: readonly Fate[]
  /** Whose turn it is, again and again; by chance. */
  readonly turns: readonly number[]
  /** One event that is not what it should be: its run's place, and who is said to have asked. */
  readonly forged?: { readonly run: number; readonly by: string }
}

export type Story = { readonly journal: Journal; readonly runs: readonly Run[] }

/** Written by the journal, one event at a time, the runs in turns; the ledger is closed. */
export async function writtenIn(folder: string, plot: Plot): Promise<Story> {
  let at = 1_000_000
  const ledger = opened(folder, { now: () => (at += 1_000) })
  const journal = journalOn(ledger, () => undefined)
  const digest = digestOf(document)
  await journal.keepDocument(digest, document)
  const left = plot.fates.map((fate, index) => ({ id: `r${index}`, events: [...histories[fate]] }))
  const turns = [...plot.turns, ...left.flatMap(({ events }, index) => events.map(() => index))]
  for (const turn of turns) {
    const run = left[turn % left.length]
    const next = run?.events.shift()
    if (run === undefined || next === undefined) continue
    if (next.type === 'run-started') {
      const by = plot.forged?.run === turn % left.length ? plot.forged.by : next.by
      await journal.start<never>({ ...next, run: run.id, document: digest, by }, () => null)
    } else {
      const claim = next.type === 'step-claimed'
      await journal.change<never>(run.id, () => ({ kind: 'change', events: [next], claim }))
    }
  }
  const runs = await Promise.all(left.map(({ id }) => journal.read(id)))
  return { journal, runs: runs.filter((run) => run !== null) }
}
