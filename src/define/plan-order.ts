/**
 * An order of steps from one System to another in which none is blocked: the one whose lowest
 * supported users on the way is highest, then with fewer reviews, then earlier savings, then by
 * name. capacity.md, 5. Pure.
 */
import { heapOf } from '../capacity/planner/heap.ts'
import type { Unit } from './plan-moves.ts'
import { type Edge, type Judging, judgingOn, type State } from './plan-states.ts'

export type Order = {
  readonly edges: readonly Edge[]
  /** Steps more than units: scale steps that had to be split. */
  readonly splits: number
}

/** With exactly so many splits; null where no order is found without a block. */
export function orderOf(
  judging: Judging,
  { units, splits }: { units: readonly Unit[]; splits: number },
): Order | null {
  if (units.length === 0) return { edges: [], splits: 0 }
  const search = judgingOn(judging, units)
  const scales = units.filter(({ atoms }) => atoms.length > 1)
  const room = scales.reduce((sum, { atoms }) => sum + atoms.length - 1, 0)
  if (splits > room) return null
  const conflicting = scales.filter(({ isConflicting }) => isConflicting)
  const few = { splits, splittable: new Set(conflicting) }
  const many = { splits, splittable: new Set(scales) }
  const choices = splits === 0 || conflicting.length === 0 ? [many] : [few, many]
  for (const rules of choices) {
    const lowest = highestLowest(search, rules)
    if (lowest !== null) return { edges: bestPath(search, { ...rules, lowest }), splits }
  }
  return null
}

type Rules = { readonly splits: number; readonly splittable: ReadonlySet<Unit> }

type Search = ReturnType<typeof judgingOn>

type Reached = { readonly state: State; readonly splits: number; readonly lowest: number }

/** The widest way: the highest that the lowest supported users on the way can be. */
function highestLowest(search: Search, { splits, splittable }: Rules): number | null {
  const heap = heapOf<Reached>(
    (one, other) => other.lowest - one.lowest || other.state.done - one.state.done,
  )
  const seen = new Set<string>()
  heap.push({ state: search.start, splits: 0, lowest: Number.MAX_VALUE })
  for (let one = heap.pop(); one !== undefined; one = heap.pop()) {
    if (one.state.isGoal) return one.lowest
    const key = `${one.state.key} ${one.splits}`
    if (seen.has(key)) continue
    seen.add(key)
    for (const { move, splits: more } of search.moves(one.state, splits - one.splits, splittable)) {
      const edge = search.edge(one.state, move)
      if (edge === null) continue
      // Infinite less infinite would be no number to compare by.
      const lowest = Math.min(one.lowest, edge.to.carried)
      heap.push({ state: edge.to, splits: one.splits + more, lowest })
    }
  }
  return null
}

type Best = {
  readonly edges: readonly Edge[]
  readonly reviews: number
  /** The sum of what every state on the way costs: smaller where savings come earlier. */
  readonly usd: number
  readonly names: readonly string[]
}

/** Among the ways that never fall below the lowest. */
function bestPath(
  search: Search,
  { splits, splittable, lowest }: Rules & { lowest: number },
): readonly Edge[] {
  const known = new Map<string, Best | null>()
  const bestFrom = (state: State, left: number): Best | null => {
    if (state.isGoal) return { edges: [], reviews: 0, usd: 0, names: [] }
    const key = `${state.key} ${left}`
    const before = known.get(key)
    if (before !== undefined) return before
    let best: Best | null = null
    for (const { move, splits: more } of search.moves(state, left, splittable)) {
      const edge = search.edge(state, move)
      if (edge === null || edge.to.carried < lowest) continue
      const rest = bestFrom(edge.to, left - more)
      if (rest === null) continue
      const one = joined(edge, rest)
      if (best === null || isBetter(one, best)) best = one
    }
    known.set(key, best)
    return best
  }
  return bestFrom(search.start, splits)?.edges ?? []
}

function joined(edge: Edge, rest: Best): Best {
  return {
    edges: [edge, ...rest.edges],
    reviews: rest.reviews + (edge.judgement.verdict === 'review' ? 1 : 0),
    usd: rest.usd + edge.to.microUsd,
    names: [`${edge.step.name} ${JSON.stringify(edge.step.input)}`, ...rest.names],
  }
}

function isBetter(one: Best, other: Best): boolean {
  if (one.reviews !== other.reviews) return one.reviews < other.reviews
  if (one.usd !== other.usd) return one.usd < other.usd
  return one.names.join('\n') < other.names.join('\n')
}
