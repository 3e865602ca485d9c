/**
 * The states between two Systems, each assessed once, and the steps between them, each judged once.
 * Steps that set different fields commute: a state is what has been done, in whatever order. Pure.
 */
import { assess, assessAt } from '../capacity/assess.ts'
import { type Judgement, judgeOutlook } from '../capacity/compare.ts'
import { expectedMonthlyUsd } from '../capacity/cost.ts'
import type { Assessment } from '../capacity/finding.ts'
import { carried, type Outlook, quietOf } from '../capacity/outlook.ts'
import type { System } from '../capacity/system.ts'
import type { Catalogue } from './catalogue.ts'
import type { Unit } from './plan-moves.ts'
import type { BoundStep, JsonObject } from './step.ts'

export type Judging = {
  readonly start: System
  readonly today: string
  readonly catalogue: Catalogue
  readonly effort: Effort
}

/** How often the laws were evaluated and steps judged, and how many of these are left. */
export type Effort = { evaluations: number; judgementsLeft: number }

export type State = {
  /** A digit for each atom: whether it is done. */
  readonly key: string
  readonly done: number
  readonly isGoal: boolean
  readonly system: System
  readonly now: Assessment
  readonly quiet: Assessment
  /** Infinite where no limit is found. */
  readonly carried: number
  readonly microUsd: number
}

export type Edge = {
  readonly step: BoundStep
  readonly judgement: Judgement
  readonly to: State
}

export type Move = {
  readonly step: string
  readonly input: JsonObject
  /** Which atoms it does. */
  readonly atoms: readonly number[]
}

export function judgingOn(judging: Judging, units: readonly Unit[]) {
  const grouped = numbered(units)
  const atomCount = grouped.reduce((sum, { atoms }) => sum + atoms.length, 0)
  const states = new Map<string, State>()
  const edges = new Map<string, Edge | null>()
  const stateOf = (key: string, system: System, nearUsers?: number): State => {
    const known = states.get(key)
    if (known !== undefined) return known
    const near = nearUsers === undefined ? {} : { nearUsers }
    const state = assessed(judging, { key, system, atomCount, ...near })
    states.set(key, state)
    return state
  }
  return {
    start: stateOf('0'.repeat(atomCount), judging.start),
    /** The steps that are left; with splits to spare also parts of those that may be split. */
    moves: (state: State, splits: number, splittable: ReadonlySet<Unit>) =>
      grouped.flatMap((unit) =>
        movesOf(unit, { state, splits: splittable.has(unit.unit) ? splits : 0 }),
      ),
    /** Null where it is refused or blocked. */
    edge: (from: State, move: Move): Edge | null => {
      const to = doneKey(from.key, move.atoms)
      const id = `${from.key} ${to}`
      const known = edges.get(id)
      if (known !== undefined) return known
      if (judging.effort.judgementsLeft <= 0) return null
      judging.effort.judgementsLeft -= 1
      const near = Number.isFinite(from.carried) ? from.carried : undefined
      const edge = judged(judging, from, { move, reach: (system) => stateOf(to, system, near) })
      edges.set(id, edge)
      return edge
    },
  }
}

type NumberedUnit = Omit<Unit, 'atoms'> & {
  readonly unit: Unit
  readonly atoms: readonly { readonly index: number; readonly fields: JsonObject }[]
}

function numbered(units: readonly Unit[]): readonly NumberedUnit[] {
  let index = 0
  return units.map((unit) => ({
    unit,
    step: unit.step,
    base: unit.base,
    atoms: unit.atoms.map((fields) => {
      const atom = { index, fields }
      index += 1
      return atom
    }),
  }))
}

function assessed(
  { today, effort }: Judging,
  {
    key,
    system,
    atomCount,
    ...near
  }: { key: string; system: System; atomCount: number; nearUsers?: number },
): State {
  const onLooks = (count: number) => {
    effort.evaluations += count
  }
  const now = assess(system, { today, onLooks, ...near })
  const { nowUsers } = system.workload
  const quickly = { today, onLooks, withSupportedUsers: false }
  const quiet = assessAt(system, { users: nowUsers }, quickly)
  const done = [...key].filter((digit) => digit === '1').length
  const microUsd = Math.round((expectedMonthlyUsd(system) ?? 0) * 1e6)
  return {
    key,
    done,
    isGoal: done === atomCount,
    system,
    now,
    quiet,
    carried: carried(now) ?? 0,
    microUsd,
  }
}

type Possible = { readonly move: Move; readonly splits: number }

function movesOf(
  { step, base, atoms }: NumberedUnit,
  { state, splits }: { state: State; splits: number },
): readonly Possible[] {
  const left = atoms.filter(({ index }) => state.key[index] === '0')
  if (left.length === 0) return []
  const all = { move: moveOf(step, base, left), splits: 0 }
  if (left.length === 1 || splits === 0) return [all]
  const parts = subsets(left).filter((some) => some.length > 0 && some.length < left.length)
  return [all, ...parts.map((some) => ({ move: moveOf(step, base, some), splits: 1 }))]
}

function subsets<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const all: (readonly Item[])[] = [[]]
  for (const item of items) all.push(...all.map((one) => [...one, item]))
  return all
}

function moveOf(step: string, base: JsonObject, atoms: NumberedUnit['atoms']): Move {
  return {
    step,
    input: Object.assign({}, base, ...atoms.map(({ fields }) => fields)),
    atoms: atoms.map(({ index }) => index),
  }
}

function doneKey(key: string, atoms: readonly number[]): string {
  return [...key].map((digit, index) => (atoms.includes(index) ? '1' : digit)).join('')
}

function judged(
  { today, catalogue, effort }: Judging,
  from: State,
  { move, reach }: { move: Move; reach: (system: System) => State },
): Edge | null {
  const step = catalogue.bind(move.step, move.input)
  if ('kind' in step) return null
  const prediction = step.predict(from.system)
  if ('kind' in prediction) return null
  const to = reach(prediction.after)
  const { nowUsers } = from.system.workload
  const context = { today, withSupportedUsers: false }
  const outlook: Outlook = {
    before: from.system,
    after: to.system,
    now: from.now,
    later: to.now,
    nowUsers,
    nowQuiet: from.quiet,
    laterQuiet: to.quiet,
    phases: prediction.phases.map((phase) => ({
      phase,
      quiet: quietOf(phase, { nowUsers, context }),
    })),
    nowUsersUnknown: false,
  }
  effort.evaluations += prediction.phases.length
  const judgement = judgeOutlook(outlook, { today, needs: [], acts: step.acts })
  return judgement.verdict === 'block' ? null : { step, judgement, to }
}
