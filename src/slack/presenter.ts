/**
 * Keeps every run's living message as the ledger has it. A projection: words may be late, work is
 * not. DESIGN.md, 3.
 */
import type { Journal } from '../runs/journal.ts'
import type { Run } from '../runs/stage.ts'
import type { Timers } from '../world/world.ts'
import type { SlackApi } from './api.ts'
import type { Message } from './views/blocks.ts'
import { runMessage } from './views/run.ts'

/**
 * chat.update is tier 3, about 50 a minute for the whole workspace. facts/slack.md, 2. A run changes
 * about ten times in all, and each change is drawn soon; what merely elapses is drawn seldom.
 */
const drawEveryMs = 500
/** What elapses is drawn again so often while it does. */
const elapseMs = 3_000
const retryAtMostMs = 60_000

export type Presenter = {
  readonly changed: (run: string) => void
  readonly stop: () => void
}

type Means = {
  readonly api: Pick<SlackApi, 'post' | 'update'>
  readonly journal: Journal
  readonly timers: Timers
  readonly note: string | null
  readonly onFailure: (error: unknown) => void
}

type Sheet = {
  drawing: boolean
  again: boolean
  failures: number
  last: string
  timer: { readonly cancel: () => void } | null
}

export function presentRuns(means: Means): Presenter {
  const sheets = new Map<string, Sheet>()
  let stopped = false

  function changed(id: string): void {
    const sheet = sheetOf(id)
    if (sheet.drawing) sheet.again = true
    else if (sheet.timer === null || sheet.failures === 0) schedule(id, sheet, 0)
  }

  function sheetOf(id: string): Sheet {
    const known = sheets.get(id)
    if (known !== undefined) return known
    const sheet = { drawing: false, again: false, failures: 0, last: '', timer: null }
    sheets.set(id, sheet)
    return sheet
  }

  function schedule(id: string, sheet: Sheet, waitMs: number): void {
    if (stopped) return
    sheet.timer?.cancel()
    sheet.timer = means.timers.after(waitMs, () => {
      sheet.timer = null
      sheet.drawing = true
      draw(means, id, sheet).then(
        (nextMs) => drawn(id, sheet, nextMs),
        (error) => {
          means.onFailure(error)
          sheet.failures += 1
          drawn(id, sheet, Math.min(retryAtMostMs, 1_000 * 2 ** sheet.failures))
        },
      )
    })
  }

  function drawn(id: string, sheet: Sheet, nextMs: number | null): void {
    sheet.drawing = false
    const wanted = sheet.again ? drawEveryMs : nextMs
    sheet.again = false
    if (wanted === null) sheets.delete(id)
    else schedule(id, sheet, wanted)
  }

  return {
    changed,
    stop: () => {
      stopped = true
      for (const { timer } of sheets.values()) timer?.cancel()
    },
  }
}

/** Gives when to draw again; null: when the run changes. */
async function draw(means: Means, id: string, sheet: Sheet): Promise<number | null> {
  const run = await means.journal.read(id)
  if (run === null) return null
  const now = await means.journal.now()
  const sealed = await means.journal.sealed(run)
  const message = runMessage({ run, now, sealed, note: means.note })
  const drawing = JSON.stringify(message)
  if (run.message === null) await postFirst(means, run, message)
  else if (drawing !== sheet.last) await means.api.update(run.message, message)
  sheet.last = drawing
  sheet.failures = 0
  return elapses(run) ? elapseMs : null
}

async function postFirst(means: Means, run: Run, message: Message): Promise<void> {
  const { channel, ts } = await means.api.post(run.channel, message)
  await means.journal.change<never>(run.id, () => ({
    kind: 'change',
    events: [{ type: 'message-posted', v: 1, channel, ts }],
  }))
}

function elapses({ stage }: Run): boolean {
  return ['sending', 'working', 'acted'].includes(stage.kind)
}
