/**
 * What is wrong with a runbook before anybody runs it: words that are missing, steps that no world
 * reaches or lets pass, and what cannot be undone or seen. Pure.
 */
import type { System } from '../capacity/system.ts'
import { bindRunbook, type Runbook, type RunbookProblem } from './define-runbook.ts'
import { nothingChanged } from './define-step.ts'
import { rehearse } from './forecast.ts'
import type { PlanItem } from './plan-item.ts'
import type { RehearsedRun } from './rehearsed-run.ts'
import type { BoundStep } from './step.ts'
import { type TestContext, worldOf } from './test-runbook.ts'

export type LintFinding =
  | { readonly code: 'missing-words'; readonly field: string }
  | { readonly code: 'does-not-bind'; readonly problem: RunbookProblem }
  | ({
      readonly code: 'unreachable' | 'blocked-everywhere' | 'undoable' | 'unverified'
    } & Place)

/** `position`: in the plan, from 1. */
type Place = { readonly position: number; readonly step: string }

export function lintRunbook(runbook: Runbook, context: TestContext): readonly LintFinding[] {
  const [usual] = runbook.tests
  const bound = bindRunbook(runbook, usual?.parameters ?? {}, context.catalogue)
  if (bound.kind !== 'bound-runbook')
    return [...wordless(runbook), { code: 'does-not-bind', problem: bound }]
  const worlds = worldsOf(runbook, context)
  if ('code' in worlds) return [...wordless(runbook), worlds]
  const runs = worlds.map((system) => rehearse(system, bound.items, { today: context.today }))
  const places = bound.items.flatMap(placeOf)
  return [
    ...wordless(runbook),
    ...places.flatMap((place) => reachedIn(runs, place)),
    ...(runbook.cannotUndo === null
      ? places.filter(({ position }) => isUndoable(runs, position)).map(found('undoable'))
      : []),
    ...places.filter(({ position }) => isUnverified(runs, position)).map(found('unverified')),
  ]
}

/** The document, the same on a quiet day, and what its own tests suppose. */
function worldsOf(
  { tests }: Runbook,
  context: TestContext,
): readonly System[] | (LintFinding & { readonly code: 'does-not-bind' }) {
  const { system } = context
  const { users, nowUsers } = system.workload
  const tenth = (count: number) => Math.floor(count / 10)
  const quiet = {
    ...system,
    workload: { ...system.workload, users: tenth(users), nowUsers: tenth(nowUsers) },
  }
  const worlds: System[] = [system, quiet]
  for (const { given } of tests) {
    if (given === undefined) continue
    const world = worldOf(given, context)
    if ('kind' in world) return { code: 'does-not-bind', problem: world }
    worlds.push(world)
  }
  return worlds
}

function wordless({ title, why, cannotUndo, tests }: Runbook): readonly LintFinding[] {
  const words: readonly (readonly [string, string])[] = [
    ['title', title],
    ['why', why],
    ['cannotUndo', cannotUndo ?? 'nothing to say'],
    ...tests.map(({ claim }) => ['claim', claim] as const),
  ]
  // One word explains nothing.
  return words
    .filter(([, text]) => text.trim().split(/\s+/).length < 2)
    .map(([field]) => ({ code: 'missing-words', field }))
}

function placeOf(item: PlanItem, index: number): readonly Place[] {
  return item.kind === 'step' ? [{ position: index + 1, step: item.step.name }] : []
}

function found(code: 'unreachable' | 'blocked-everywhere' | 'undoable' | 'unverified') {
  return (place: Place): LintFinding => ({ code, ...place })
}

/** What stands behind a step that no world lets pass is not reached either; it is said of that step alone. */
function reachedIn(runs: readonly RehearsedRun[], place: Place): readonly LintFinding[] {
  const { position } = place
  if (runs.some((run) => stepAt(run, position) !== null)) return []
  if (runs.some(({ stop }) => stop?.position === position))
    return [found('blocked-everywhere')(place)]
  const isBehind = runs.every(({ stop }) => stop !== null && stop.position < position)
  return isBehind ? [] : [found('unreachable')(place)]
}

function stepAt(run: RehearsedRun, position: number) {
  const item = run.items.find((one) => one.position === position)
  return item?.kind === 'step' ? item : null
}

function isUndoable(runs: readonly RehearsedRun[], position: number): boolean {
  return runs.some((run) => {
    const at = stepAt(run, position)
    if (at === null) return false
    const cannot = at.undo?.kind === 'cannot' && at.undo.because !== nothingChanged
    return cannot || at.step.risk === 'irreversible'
  })
}

/** A write after which nobody will look whether it is so; what is only foreseen says nothing yet. */
function isUnverified(runs: readonly RehearsedRun[], position: number): boolean {
  return runs.some((run) => {
    const at = stepAt(run, position)
    return at !== null && expectationsOf(at.step, at.after) === 0
  })
}

function expectationsOf({ act }: BoundStep, after: System): number | null {
  return act.kind === 'write' ? act.expects(after).length : null
}
