/**
 * Keeps living messages as the ledger has what they are about. A projection: words may be late, work
 * is not. DESIGN.md, 3.
 */
import type { Timers } from '../world/world.ts'
import type { Place, SlackApi } from './api.ts'
import type { Message } from './views/blocks.ts'

/**
 * chat.update is tier 3, about 50 a minute for the whole workspace. facts/slack.md, 2. A run changes
 * about ten times in all, and each change is drawn soon; what merely elapses is drawn seldom.
 */
const drawEveryMs = 500
const retryAtMostMs = 60_000

export type Presenter = {
  /** What is called so has changed. */
  readonly changed: (id: string) => void
  readonly stop: () => void
}

/** What a living message shows now. */
export type Drawing = {
  readonly message: Message
  /** Null: it was never posted. */
  readonly place: Place | null
  /** Where it is posted then. */
  readonly channel: string
  /** Below which message there; absent: for everybody. */
  readonly thread?: string
  /** Records where it was posted. */
  readonly posted: (place: Place) => Promise<unknown>
  /** When to draw again; null: when it changes. */
  readonly nextMs: number | null
}

export type Means = {
  readonly api: Pick<SlackApi, 'post' | 'update'>
  readonly timers: Timers
  readonly onFailure: (error: unknown) => void
}

/** Null: there is nothing of that name. */
export type Draw = (id: string) => Promise<Drawing | null>

type Sheet = {
  drawing: boolean
  again: boolean
  failures: number
  last: string
  timer: { readonly cancel: () => void } | null
}

export function presenting(means: Means, draw: Draw): Presenter {
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
      show(means, sheet, draw(id)).then(
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

/** Gives when to draw again. */
async function show(
  { api }: Means,
  sheet: Sheet,
  asked: Promise<Drawing | null>,
): Promise<number | null> {
  const drawing = await asked
  if (drawing === null) return null
  const { message, place, channel, thread, posted, nextMs } = drawing
  const text = JSON.stringify(message)
  if (place === null) await posted(await api.post(channel, message, thread))
  else if (text !== sheet.last) await api.update(place, message)
  sheet.last = text
  sheet.failures = 0
  return nextMs
}
