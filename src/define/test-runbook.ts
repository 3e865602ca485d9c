/** Runs the tests that a runbook brings along: each is a rehearsal, held to what it claims. Pure. */
import type { System } from '../capacity/system.ts'
import type { Catalogue } from './catalogue.ts'
import {
  bindLines,
  bindRunbook,
  type Expects,
  type Given,
  type Rehearsal,
  type Runbook,
  type RunbookProblem,
} from './define-runbook.ts'
import { rehearse } from './forecast.ts'
import type { RehearsedRun } from './rehearsed-run.ts'
import type { JsonObject } from './step.ts'

export type TestContext = {
  readonly system: System
  readonly today: string
  readonly catalogue: Catalogue
}

/** What was claimed and is not so. */
export type Miss = {
  readonly expected: keyof Expects
  readonly wanted: string | number | null
  readonly got: string | number | null
}

export type Tested = {
  readonly claim: string
  readonly misses: readonly Miss[]
  /** Why nothing could be rehearsed. */
  readonly problem: RunbookProblem | null
}

export function testRunbook(runbook: Runbook, context: TestContext): readonly Tested[] {
  return runbook.tests.map((test) => tested(runbook, test, context))
}

function tested(
  runbook: Runbook,
  { claim, given, parameters, expects }: Rehearsal<JsonObject>,
  context: TestContext,
): Tested {
  const world = worldOf(given, context)
  if ('kind' in world) return { claim, misses: [], problem: world }
  const bound = bindRunbook(runbook, parameters, context.catalogue)
  if (bound.kind !== 'bound-runbook') return { claim, misses: [], problem: bound }
  const run = rehearse(world, bound.items, { today: context.today })
  return { claim, misses: missesOf(expects, run), problem: null }
}

/** The document with what the test says of it, after what it says was done before. */
export function worldOf(
  given: Given | undefined,
  { system, today, catalogue }: TestContext,
): System | RunbookProblem {
  if (given === undefined) return system
  const { users, nowUsers, after = [] } = given
  const items = after.length === 0 ? [] : bindLines(after, catalogue)
  if ('kind' in items) return items
  const { workload } = system
  const done = rehearse(system, items, { today }).end.system
  return {
    ...done,
    workload: {
      ...workload,
      users: users ?? workload.users,
      nowUsers: nowUsers ?? workload.nowUsers,
    },
  }
}

function missesOf(expects: Expects, run: RehearsedRun): readonly Miss[] {
  const { end, longestOutage, minutes, stop, verdict } = run
  const stopsAt = stop === null ? null : 'step' in stop ? stop.step.name : stop.fact
  // No limit was found: more than anybody asks for.
  const users = end.assessment.supportedUsers ?? Number.POSITIVE_INFINITY
  const equal = (expected: 'verdict' | 'stopsAt', got: string | null): readonly Miss[] => {
    const wanted = expects[expected]
    return wanted === undefined || wanted === got ? [] : [{ expected, wanted, got }]
  }
  const atMost = (
    expected: 'outageSecondsAtMost' | 'minutesAtMost' | 'monthlyUsdAtMost',
    got: number | null,
  ): readonly Miss[] => {
    const wanted = expects[expected]
    // A number that nobody knows keeps no promise.
    const isKept = wanted === undefined || (got !== null && got <= wanted)
    return isKept ? [] : [{ expected, wanted, got }]
  }
  const least = expects.supportedUsersAtLeast
  return [
    ...equal('verdict', verdict),
    ...equal('stopsAt', stopsAt),
    ...(least === undefined || users >= least
      ? []
      : [{ expected: 'supportedUsersAtLeast', wanted: least, got: users } as const]),
    ...atMost('outageSecondsAtMost', longestOutage?.secondsMax ?? 0),
    ...atMost('minutesAtMost', minutes.most),
    ...atMost('monthlyUsdAtMost', end.monthlyUsd),
  ]
}
