/** Breadth-first through every state that a model can come to; each state once. */

export type Model<State> = {
  readonly start: State
  /** Every state that one action of anybody leads to. Throws where an invariant breaks. */
  readonly next: (state: State) => readonly Move<State>[]
  /** Equal for states that cannot be told apart. */
  readonly key: (state: State) => string
  readonly isEnd: (state: State) => boolean
  /** What does not hold in it; null: everything does. */
  readonly wrong: (state: State) => string | null
}

export type Move<State> = { readonly by: string; readonly to: State }

export type Explored<State> = {
  readonly states: number
  readonly ends: readonly State[]
  /** From which no end can be reached any more. */
  readonly stuck: readonly string[]
  /** The way to each state in which something does not hold. */
  readonly wrong: readonly string[]
}

type Node<State> = {
  readonly state: State
  readonly from: Node<State> | null
  readonly by: string
  readonly before: Node<State>[]
}

/** More than any model here has: a model that grows without end is a mistake. */
const statesAtMost = 400_000

export function explore<State>(model: Model<State>): Explored<State> {
  const { next, key, isEnd } = model
  const first: Node<State> = { state: model.start, from: null, by: 'start', before: [] }
  const nodes = new Map([[key(model.start), first]])
  const wrong: string[] = []
  // A Map goes on to what was added while it is walked.
  for (const node of nodes.values()) {
    if (nodes.size > statesAtMost) throw new Error(`more than ${statesAtMost} states`)
    const fault = model.wrong(node.state)
    if (fault !== null) {
      wrong.push(`${fault}: ${wayTo(node)}`)
      continue
    }
    for (const { by, to } of next(node.state)) {
      const name = key(to)
      const known = nodes.get(name)
      if (known === undefined) nodes.set(name, { state: to, from: node, by, before: [node] })
      else known.before.push(node)
    }
  }
  const all = [...nodes.values()]
  const ends = all.filter(({ state }) => isEnd(state))
  const saved = new Set(ends)
  for (const node of saved) for (const one of node.before) saved.add(one)
  const stuck = all.filter((node) => !saved.has(node) && model.wrong(node.state) === null)
  return {
    states: all.length,
    ends: ends.map(({ state }) => state),
    stuck: stuck.map(wayTo),
    wrong,
  }
}

function wayTo<State>(node: Node<State>): string {
  const way: string[] = []
  for (let at: Node<State> | null = node; at !== null; at = at.from) way.push(at.by)
  return way.toReversed().join(' > ')
}
