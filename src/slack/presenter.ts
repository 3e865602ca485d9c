/**
 * Keeps living messages as the ledger has what they are about. A projection: words may be late, work
 * is not. DESIGN.md, 3.
 */
import type { Timers } from '../world/world.ts'
import { type Place, type SlackApi, waitAskedFor } from './api.ts'
import type { Pace } from './pace.ts'
import type { Message } from './views/blocks.ts'

/** One message is drawn so often at most; what changes meanwhile is drawn then, as it is then. */
const drawEveryMs = 500
const retryAtMostMs = 60_000

export type Presenter = {
  /** What is called so has changed. */
  readonly changed: (id: string) => void
  /** It may have changed while nobody drew: shown when there is a turn to spare. */
  readonly stale: (id: string) => void
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
  /** Whether what was drawn is still what the ledger has; absent: it is posted once and never updated. */
  readonly isCurrent?: () => Promise<boolean>
  /** When to draw again; null: when it changes. */
  readonly nextMs: number | null
}

export type Means = {
  readonly api: Pick<SlackApi, 'post' | 'update'>
  readonly timers: Timers
  readonly pace: Pace
  readonly onFailure: (error: unknown) => void
}

/** Null: there is nothing of that name. */
export type Draw = (id: string) => Promise<Drawing | null>

type Sheet = {
  drawing: boolean
  /** It changed, and the change is not drawn yet; otherwise its time elapses. */
  again: boolean
  failures: number
  /** Of its turn, which is kept for it; null: it has none. */
  turnAt: number | null
  last: string
  timer: { readonly cancel: () => void } | null
  /** After a draw, so that the next one is not at once. */
  resting: boolean
}

function blankSheet(): Sheet {
  const idle = { drawing: false, again: false, resting: false }
  return { ...idle, failures: 0, turnAt: null, last: '', timer: null }
}

export function presenting(means: Means, draw: Draw): Presenter {
  const sheets = new Map<string, Sheet>()
  let stopped = false

  function changed(id: string): void {
    const sheet = sheetOf(id)
    sheet.again = true
    // Drawn before its turn it would be drawn for nothing.
    const mayBegin = sheet.timer === null || (sheet.failures === 0 && sheet.turnAt === null)
    if (!sheet.drawing && !sheet.resting && mayBegin) schedule(id, sheet, 0)
  }

  function stale(id: string): void {
    const sheet = sheetOf(id)
    if (!sheet.drawing && !sheet.resting && sheet.timer === null) schedule(id, sheet, 0)
  }

  function sheetOf(id: string): Sheet {
    const sheet = sheets.get(id) ?? blankSheet()
    sheets.set(id, sheet)
    return sheet
  }

  function after(sheet: Sheet, waitMs: number, work: () => void): void {
    if (stopped) return
    sheet.timer?.cancel()
    sheet.timer = means.timers.after(waitMs, () => {
      sheet.timer = null
      work()
    })
  }

  function schedule(id: string, sheet: Sheet, waitMs: number): void {
    after(sheet, waitMs, () => {
      attempt(means, sheet, draw(id)).then((next) =>
        next.kind === 'late' ? schedule(id, sheet, next.waitMs) : rest(id, sheet, next.nextMs),
      )
    })
  }

  function rest(id: string, sheet: Sheet, nextMs: number | null): void {
    sheet.resting = true
    after(sheet, drawEveryMs, () => {
      sheet.resting = false
      if (sheet.again) schedule(id, sheet, 0)
      else if (nextMs === null) sheets.delete(id)
      else schedule(id, sheet, Math.max(0, nextMs - drawEveryMs))
    })
  }

  return {
    changed,
    stale,
    stop: () => {
      stopped = true
      for (const { timer } of sheets.values()) timer?.cancel()
    },
  }
}

type Shown =
  | { readonly kind: 'shown'; readonly nextMs: number | null }
  /** Nothing was sent: it is drawn later, as it is then. */
  | { readonly kind: 'late'; readonly waitMs: number }

/** Never throws: what fails is tried again. */
async function attempt(means: Means, sheet: Sheet, asked: Promise<Drawing | null>): Promise<Shown> {
  const isChange = sheet.again
  sheet.again = false
  sheet.drawing = true
  try {
    const shown = await show(means, sheet, isChange, await asked)
    if (shown.kind === 'late') sheet.again ||= isChange
    return shown
  } catch (error) {
    means.onFailure(error)
    sheet.again = true
    sheet.failures += 1
    const askedMs = waitAskedFor(error)
    if (askedMs !== null) means.pace.quiet(askedMs)
    const ownMs = Math.min(retryAtMostMs, 1_000 * 2 ** sheet.failures)
    return { kind: 'late', waitMs: askedMs ?? ownMs }
  } finally {
    sheet.drawing = false
  }
}

async function show(
  { api, pace }: Means,
  sheet: Sheet,
  isChange: boolean,
  drawing: Drawing | null,
): Promise<Shown> {
  if (drawing === null) return { kind: 'shown', nextMs: null }
  const { message, place, channel, thread, posted, isCurrent, nextMs } = drawing
  const text = JSON.stringify(message)
  if (place === null || text !== sheet.last) {
    const isNews = isChange || place === null
    const waitMs = waitForTurn(pace, sheet, isNews ? 'changed' : 'elapsed')
    if (waitMs > 0) return { kind: 'late', waitMs }
    sheet.turnAt = null
    if (place === null) await posted(await api.post(channel, message, thread))
    else await api.update(place, message)
    sheet.last = text
    // Another process may have drawn what is newer while this was on its way: then it was drawn over.
    if (place !== null && (await isCurrent?.()) === false) sheet.again = true
  }
  sheet.failures = 0
  return { kind: 'shown', nextMs }
}

/** One that is kept stays its own until it is used, whatever changes meanwhile. */
function waitForTurn(pace: Pace, sheet: Sheet, why: 'changed' | 'elapsed'): number {
  if (sheet.turnAt !== null) return pace.until(sheet.turnAt)
  const { at, isKept } = pace.turn(why)
  if (isKept) sheet.turnAt = at
  return pace.until(at)
}
