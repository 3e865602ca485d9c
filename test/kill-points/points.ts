/** Every append and every outgoing write of the ten steps: what is in flight there, and what a death at it comes to. */
import { isDeepStrictEqual } from 'node:util'
import { runOf } from '../../src/runs/run.ts'
import type { Run } from '../../src/runs/stage.ts'
import { pause, resume, write } from '../runs/mortal.ts'
import { guardAt, live, tenSteps } from '../runs/ten-steps.ts'

export type KillPoint = {
  /** Counted from 1, as the process comes to it. */
  readonly at: number
  readonly when: 'before' | 'after'
  readonly what: string
  readonly step: string
  readonly guard: string
  readonly inFlight: string
}

export type Fate = {
  readonly end: string
  readonly writes: number
  /** From the death to the next thing that is done, on the hand clock. */
  readonly recoveryMs: number
  /** From the death until the pooler is let go; null: it was not held. */
  readonly resumedMs: number | null
  /** What of the claims does not hold; empty: all of them do. */
  readonly broken: readonly string[]
}

export type Undisturbed = Awaited<ReturnType<typeof live>>

const notAppends: readonly string[] = [write, pause, resume]

/** The points of a life that nothing disturbs, each with what is in flight when the process dies there. */
export function killPointsOf({ points, records }: Undisturbed): readonly KillPoint[] {
  let count = 0
  return points.flatMap(({ what }, index) => {
    const before = runOf(records.slice(0, count))
    const events = notAppends.includes(what) ? [] : (what.split(' + ')[0] ?? '').split(', ')
    count += events.length
    const after = runOf(records.slice(0, count))
    // What an append does, it does to the step that it finds.
    const reached = before ?? after
    if (reached === null) throw new Error(`${what} belongs to no run`)
    const item = reached.plan[reached.index]
    const step = reached.stage.kind === 'planning' ? 'plan' : stepOf(item)
    const guard = reached.stage.kind === 'planning' ? '' : guardAt(reached)
    const point = { at: index + 1, what, step, guard }
    const left = points[index - 1]?.what ?? ''
    return [
      { ...point, when: 'before', inFlight: inFlightAt(before, left) } as const,
      { ...point, when: 'after', inFlight: inFlightAt(after, what) } as const,
    ]
  })
}

function stepOf(item: Run['plan'][number] | undefined): string {
  return item?.kind === 'step' ? item.step : (item?.kind ?? '')
}

/** `left`: what was done last. */
function inFlightAt(run: Run | null, left: string): string {
  if (run === null) return '-'
  const { stage, held } = run
  const isHeld = left !== resume && (left === pause || held !== null)
  const parts = [
    ...(stage.kind === 'sending' ? [left === write ? 'a write unanswered' : 'an intent'] : []),
    ...(stage.kind === 'working' ? ['an operation'] : []),
    ...(isHeld ? ['a hold'] : []),
  ]
  return parts.length === 0 ? '-' : parts.join(', ')
}

/** An intent under `none` that the probe finds absent: a person must look, and says so. */
function mustPark({ guard, inFlight }: KillPoint): boolean {
  return guard === 'none' && inFlight === 'an intent'
}

const resumeWithinMs = 10_000
const recoverWithinMs = 2_000

/** Where the world itself refuses a second write there is nothing to wait for but an operation that runs. */
function isQuick({ guard, inFlight }: KillPoint): boolean {
  return (guard === 'version' || guard === 'name') && inFlight !== 'an operation'
}

/** One life that dies there, and the next one, which must come to the same world. */
export async function killedAt(undisturbed: Undisturbed, point: KillPoint): Promise<Fate> {
  const lived = await live(tenSteps, { at: point.at, when: point.when })
  const { points, end, pauses } = lived
  const died = points.findLast(({ isLater }) => !isLater)
  const next = points.find(({ isLater }) => isLater)
  if (died === undefined) throw new Error('nobody died')
  const held = pauses.find(({ from, to }) => from <= died.at && (to === null || to > died.at))
  const resumedMs = held === undefined ? null : (held.to ?? Number.POSITIVE_INFINITY) - died.at
  const recoveryMs = (next?.at ?? died.at) - died.at
  return {
    end,
    writes: sum(lived.writes),
    recoveryMs,
    resumedMs,
    broken: brokenIn(undisturbed, lived, { point, recoveryMs, resumedMs, first: next?.what }),
  }
}

type Seen = {
  readonly point: KillPoint
  readonly recoveryMs: number
  readonly resumedMs: number | null
  /** What the next process does first. */
  readonly first: string | undefined
}

function brokenIn(
  undisturbed: Undisturbed,
  lived: Undisturbed,
  { point, recoveryMs, resumedMs, first }: Seen,
): readonly string[] {
  const parked = lived.records.filter(({ event }) => typeOf(event) === 'run-parked').length
  const isPark = mustPark(point)
  const pools = isPark ? [4, 4] : undisturbed.pools
  const once = sum(undisturbed.writes) - (isPark ? 1 : 0)
  const claims: readonly (readonly [string, boolean])[] = [
    ['the same end', lived.end === (isPark ? 'ended: not-verified' : undisturbed.end)],
    ['the same world', isDeepStrictEqual(lived.world, undisturbed.world)],
    ['the same pools', isDeepStrictEqual(lived.pools, pools)],
    ['each write once', sum(lived.writes) === once],
    [isPark ? 'parked for a person' : 'not parked', parked === (isPark ? 1 : 0)],
    ['recovered within 2 s', !isQuick(point) || recoveryMs <= recoverWithinMs],
    ['let go within 10 s', resumedMs === null || resumedMs <= resumeWithinMs],
    ['let go before anything else', resumedMs === null || first === resume],
  ]
  return claims.flatMap(([claim, holds]) => (holds ? [] : [claim]))
}

function sum(counts: Undisturbed['writes']): number {
  return Object.values(counts).reduce((all, one) => all + one, 0)
}

function typeOf(event: unknown): unknown {
  return typeof event === 'object' && event !== null ? Reflect.get(event, 'type') : null
}
