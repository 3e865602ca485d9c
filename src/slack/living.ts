/** What living messages are about: runs and checklists, each drawn from the ledger. */
import { z } from 'zod'
import type { Policy } from '../capacity/system.ts'
import type { Checklist } from '../runs/checklist/checklist.ts'
import type { ChecklistJournal } from '../runs/checklist/journal.ts'
import type { Looking } from '../runs/checklist/looking.ts'
import type { Journal } from '../runs/journal.ts'
import type { Run } from '../runs/stage.ts'
import type { Place, SlackApi } from './api.ts'
import { linkTo } from './links.ts'
import { type Means, type Presenter, presenting } from './presenter.ts'
import { checklistMessage } from './views/checklist.ts'
import { reminderMessage } from './views/reminder.ts'
import { type Holder, runMessage } from './views/run.ts'

/** What elapses is drawn again so often while it does. */
const elapseMs = 3_000
/** An open checklist says when it looked last. */
const lookedEveryMs = 300_000

/** `note`: marks every message of a local cloud. */
type RunMeans = Means & {
  readonly api: Pick<SlackApi, 'permalink'>
  readonly journal: Journal
  readonly note: string | null
}

type ChecklistMeans = RunMeans & {
  readonly checklists: ChecklistJournal
  readonly looking: Pick<Looking, 'lookedAt'>
}

export function presentRuns(means: RunMeans): Presenter {
  const { journal, note } = means
  return presenting(means, async (id) => {
    const run = await journal.read(id)
    if (run === null) return null
    const now = await journal.now()
    const sealed = await journal.sealed(run)
    const holder = await holderOf(means, run)
    return {
      message: runMessage({ run, now, sealed, note, holder }),
      ...{ place: run.message, channel: run.channel },
      posted: (place) =>
        journal.change<never>(id, () => ({ kind: 'change', events: [posted(place)] })),
      isCurrent: async () => (await journal.read(id))?.version === run.version,
      nextMs: elapses(run) ? elapseMs : null,
    }
  })
}

/**
 * Says each reminder in its run's thread. It is recorded before and after: whoever hears that it is due
 * says it, and where that process dies meanwhile, whoever draws everything again does.
 */
export function presentReminders(means: RunMeans & { readonly policy: Policy }): Presenter {
  const { journal, note, policy } = means
  return presenting(means, async (id) => {
    const run = await journal.read(id)
    const place = run?.message ?? null
    if (run === null || place === null || run.wait.posted >= run.wait.reminders) return null
    const message = reminderMessage({ run, policy, note, now: await journal.now() })
    if (message === null) return null
    const { channel, ts: thread } = place
    const { version: stand, reminders } = run.wait
    const said = { type: 'reminder-posted', v: 1, stand, reminders } as const
    const posted = () => journal.change<never>(id, () => ({ kind: 'change', events: [said] }))
    return { message, place: null, channel, thread, posted, nextMs: null }
  })
}

function elapses({ stage }: Run): boolean {
  return ['sending', 'working', 'acted'].includes(stage.kind)
}

/** Whose run is in the way of this one, and where to see it; null: none is. */
async function holderOf(means: RunMeans, { record }: Run): Promise<Holder | null> {
  const claimed = record.forecast?.reasons.find(({ code }) => code === 'target-claimed')
  if (claimed === undefined) return null
  const run = await means.journal.read(heldBySchema.parse(claimed.values).run)
  if (run === null) return null
  const { id, by, message } = run
  const link = message === null ? null : await linkTo(means, message, `run ${id}`)
  return { run: id, by, link }
}

const heldBySchema = z.object({ run: z.string() })

export function presentChecklists(means: ChecklistMeans): Presenter {
  const { checklists, looking, journal, note } = means
  return presenting(means, async (id) => {
    const checklist = await checklists.read(id)
    if (checklist === null) return null
    const runs = await runsOf(checklist, journal)
    const lookedAt = looking.lookedAt(id)
    return {
      message: checklistMessage({ checklist, runs, lookedAt, note }),
      ...{ place: checklist.message, channel: checklist.channel },
      posted: (place) =>
        checklists.change<never>(id, () => ({ kind: 'change', events: [posted(place)] })),
      isCurrent: async () => (await checklists.read(id))?.version === checklist.version,
      nextMs: checklist.ended === null ? lookedEveryMs : null,
    }
  })
}

async function runsOf({ boxes }: Checklist, { read }: Journal): Promise<ReadonlyMap<string, Run>> {
  const names = boxes.flatMap(({ run }) => (run === null ? [] : [run.id]))
  const runs = await Promise.all(names.map(read))
  return new Map(runs.flatMap((run) => (run === null ? [] : [[run.id, run] as const])))
}

type Drawn = {
  readonly journal: Pick<Journal, 'newest' | 'open'>
  readonly checklists: Pick<ChecklistJournal, 'open'>
  readonly presenter: Presenter
  readonly reminders: Presenter
  readonly checklistPresenter: Presenter
  readonly dispatcher: { readonly wake: (run: string) => void }
}

/** What ended while nobody drew is among the newest. */
const newestAtMost = 20
const openAtMost = 1_000

/** Draws whatever may have changed while nobody drew: before this process began, or since another one died. */
export function redrawing({ journal, dispatcher, ...drawn }: Drawn): () => Promise<void> {
  return async () => {
    const runs = [...(await journal.newest(newestAtMost)), ...(await journal.open(openAtMost))]
    for (const run of new Set(runs)) {
      drawn.presenter.stale(run)
      // One that an older version left without a reminder gets its time.
      dispatcher.wake(run)
      drawn.reminders.stale(run)
    }
    for (const { id } of await drawn.checklists.open()) drawn.checklistPresenter.stale(id)
  }
}

function posted({ channel, ts }: Place) {
  return { type: 'message-posted', v: 1, channel, ts } as const
}
