/**
 * The states between two Systems, each assessed once, and the steps between them, each judged once.
 * Steps that set different fields commute: a state is what has been done, in whatever order. Pure.
 */
import { assess, assessAt } from '../capacity/assess.ts'
import { type Judgement, judgeOutlook } from '../capacity/compare.ts'
import { expectedMonthlyUsd } from '../capacity/cost.ts'
import type { Assessment, Binding } from '../capacity/finding.ts'
import { carried, type Outlook, quietOf } from '../capacity/outlook.ts'
import type { System } from '../capacity/system.ts'
import type { Catalogue } from './catalogue.ts'
import type { Effort } from './plan-effort.ts'
import type { Unit } from './plan-moves.ts'
import type { BoundStep, JsonObject } from './step.ts'

export type Judging = {
  readonly start: System
  readonly today: string
  readonly catalogue: Catalogue
  readonly effort: Effort
  /** Ends that share changes share the states and steps between them. */
  readonly states: Map<string, Assessed>
  readonly edges: Map<string, JudgedStep | null>
  /** By law and subject, what blocked a step that was judged. */
  readonly blocked: Map<string, Binding>
  /** How often a search that was cut short may be begun again in a hurry. */
  hurries: number
}

export type State = Assessed & {
  /** A digit for each atom: whether it is done. */
  readonly key: string
  readonly done: number
  readonly isGoal: boolean
}

export type Assessed = {
  /** What is done, whichever the end. */
  readonly id: string
  readonly system: System
  readonly now: Assessment
  readonly quiet: Assessment
  /** Infinite where no limit is found. */
  readonly carried: number
  readonly microUsd: number
}

export type JudgedStep = {
  readonly step: BoundStep
  readonly judgement: Judgement
  readonly reached: Assessed
}

export type Edge = JudgedStep & { readonly to: State }

export type Move = {
  readonly step: string
  readonly input: JsonObject
  /** Which atoms it does. */
  readonly atoms: readonly number[]
}

export function judgingOn(judging: Judging, units: readonly Unit[]) {
  const grouped = numbered(units)
  const names = grouped.flatMap(({ step, base, atoms }) =>
    atoms.map(({ fields }) => `${step} ${JSON.stringify(base)} ${JSON.stringify(fields)}`),
  )
  const states = new Map<string, State>()
  const stateOf = (key: string, reached: Assessed): State => {
    const known = states.get(key)
    if (known !== undefined) return known
    const done = [...key].filter((digit) => digit === '1').length
    const state = { ...reached, key, done, isGoal: done === names.length }
    states.set(key, state)
    return state
  }
  const idOf = (key: string) =>
    names
      .filter((_name, index) => key[index] === '1')
      .sort()
      .join('\n')
  const start = assessed(judging, { id: '', system: judging.start })
  return {
    start: stateOf('0'.repeat(names.length), start),
    /** The steps that are left; with splits to spare also parts of those that may be split. */
    moves: (state: State, splits: number, splittable: ReadonlySet<Unit>) =>
      grouped.flatMap((unit) =>
        movesOf(unit, { state, splits: splittable.has(unit.unit) ? splits : 0 }),
      ),
    /** Null where it is refused or blocked. */
    edge: (from: State, move: Move): Edge | null => {
      judging.effort.left -= 1
      if (judging.effort.left <= 0) return null
      const id = `${from.id}\n\n${move.step} ${JSON.stringify(move.input)}`
      const known = judging.edges.get(id)
      if (known === undefined && judging.effort.judgementsLeft <= 0) return null
      const edge =
        known === undefined
          ? judged(judging, from, { move, id: idOf(doneKey(from.key, move.atoms)) })
          : known
      judging.edges.set(id, edge)
      return edge === null
        ? null
        : { ...edge, to: stateOf(doneKey(from.key, move.atoms), edge.reached) }
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

const quietly = { withSupportedUsers: false, withResponseTime: false }

function assessed(
  { today, effort, states }: Judging,
  { id, system, nearUsers }: { id: string; system: System; nearUsers?: number | undefined },
): Assessed {
  const known = states.get(id)
  if (known !== undefined) return known
  const onLooks = (count: number) => {
    effort.evaluations += count
  }
  const near = nearUsers === undefined ? {} : { nearUsers }
  const now = assess(system, { today, onLooks, withResponseTime: false, ...near })
  const { nowUsers } = system.workload
  const quickly = { ...quietly, today, onLooks }
  const quiet = assessAt(system, { users: nowUsers }, quickly)
  const microUsd = Math.round((expectedMonthlyUsd(system) ?? 0) * 1e6)
  const state = { id, system, now, quiet, carried: carried(now) ?? 0, microUsd }
  states.set(id, state)
  return state
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
  const parts = subsetsOf(left).filter((some) => some.length > 0 && some.length < left.length)
  return [all, ...parts.map((some) => ({ move: moveOf(step, base, some), splits: 1 }))]
}

export function subsetsOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
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
  judging: Judging,
  from: State,
  { move, id }: { move: Move; id: string },
): JudgedStep | null {
  const { today, catalogue, effort } = judging
  effort.judgementsLeft -= 1
  const step = catalogue.bind(move.step, move.input)
  if ('kind' in step) return null
  const prediction = step.predict(from.system)
  if ('kind' in prediction) return null
  const nearUsers = Number.isFinite(from.carried) ? from.carried : undefined
  const to = assessed(judging, { id, system: prediction.after, nearUsers })
  const { nowUsers } = from.system.workload
  const context = { ...quietly, today }
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
  if (judgement.verdict !== 'block') return { step, judgement, reached: to }
  for (const one of blamed(judgement)) judging.blocked.set(`${one.law} ${one.subject}`, one)
  return null
}

/** What blocks; where users are turned away, what binds them then. */
function blamed({ reasons, after }: Judgement): readonly Binding[] {
  return reasons.flatMap(({ code, weight, law, subject }): readonly Binding[] => {
    if (weight !== 'block') return []
    if (code === 'supported-users-fall') return after.binding
    return law === null || subject === null ? [] : [{ law, subject }]
  })
}
