/**
 * The ends that could carry the users, cheapest first, then with fewer disruptions, fewer steps and
 * smaller values. Best-first over the parts of every routing: nothing that could still be cheaper is
 * passed over. capacity.md, 5.
 */
import type { System } from '../system.ts'
import { dimensions, type Option, type Wish } from './domain.ts'
import { type Heap, heapOf } from './heap.ts'
import { type Blame, isOver, type Routed, type Routing, routingsOf } from './routing.ts'
import { serviceDomain } from './service-domain.ts'

export type End = {
  /** With the wish's users in its workload. */
  readonly system: System
  readonly microUsd: number
  readonly steps: number
  readonly needsConfirm: boolean
}

export type Ends = {
  /** The next best; undefined where there is no other. */
  readonly next: () => End | undefined
  /** It needs more steps than its parts say: back into its place. */
  readonly postpone: (end: End, steps: number) => void
  /** What ruled out the ends that are not given, and whether the search was cut short. */
  readonly blames: () => readonly Blame[]
  readonly isCut: () => boolean
}

type Node = {
  readonly plan: Plan
  readonly depth: number
  readonly microUsd: number
  readonly disruptions: number
  readonly steps: number
  readonly needsConfirm: boolean
  readonly taken: readonly number[]
  readonly chosen: Chosen | null
  /** Of a whole end alone. */
  readonly values: readonly number[] | null
}

type Chosen = { readonly option: Option; readonly before: Chosen | null }

/** A routing with the least that the parts from each depth on can do. */
type Plan = { readonly routing: Routing; readonly least: readonly Least[] }

type Least = {
  readonly microUsd: number
  readonly disruptions: number
  readonly steps: number
  readonly takes: readonly number[]
}

/** How many choices may still be looked at: beyond them nobody waits. */
export type Patience = { left: number }

/** An end is looked at by the laws: as long as so many choices. */
const choicesPerEnd = 20

/** Whether no order leads to an end that has this service as it is in this System. */
export type Hopeless = (system: System, service: string) => boolean

export function endsOf(
  wish: Wish,
  { patience, isHopeless }: { patience: Patience; isHopeless: Hopeless },
): Ends {
  const services = new Map(
    Object.keys(wish.system.services).map((name) => [name, serviceDomain(wish, name)]),
  )
  const routed = routingsOf(wish, services)
  const blames = new Map<string, Blame>()
  const blame = (some: readonly Blame[]) => {
    for (const one of some) blames.set(`${one.law} ${one.subject}`, one)
  }
  for (const one of leastRefused(routed)) blame(one)
  const heap = heapOf(compareNodes)
  const waiting = new Map<End, Node>()
  for (const one of routed) if (one.kind === 'routing') heap.push(rootOf(one.routing))
  // An end that comes back is the same one.
  const systems = new Map<Chosen | null, System>()
  const remembered = (node: Node): End => {
    const system = systems.get(node.chosen) ?? systemOf(node)
    systems.set(node.chosen, system)
    const { microUsd, steps, needsConfirm } = node
    const end = { system, microUsd, steps, needsConfirm }
    waiting.set(end, node)
    return end
  }
  const isLost = remembering(isHopeless)
  return {
    next: () => {
      for (let node = heap.pop(); node !== undefined && patience.left > 0; node = heap.pop()) {
        patience.left -= 1
        if (isLost(node)) continue
        if (node.values === null) {
          patience.left -= node.plan.routing.parts[node.depth]?.length ?? 1
          blame(expand(heap, node))
        } else {
          patience.left -= choicesPerEnd
          return remembered(node)
        }
      }
      return undefined
    },
    postpone: (end, steps) => {
      const node = waiting.get(end)
      if (node !== undefined) heap.push({ ...node, steps })
    },
    blames: () => [...blames.values()],
    isCut: () => patience.left <= 0,
  }
}

/** One service, whatever is chosen for the others: each choice is looked at once. */
function remembering(isHopeless: Hopeless): (node: Node) => boolean {
  const numbers = new Map<Routing | Option, number>()
  const numberOf = (one: Routing | Option) => {
    const known = numbers.get(one) ?? numbers.size
    numbers.set(one, known)
    return known
  }
  const known = new Map<string, boolean>()
  return (node) => {
    const last = node.chosen?.option
    if (last?.change.kind !== 'service') return false
    const { name } = last.change
    const others = optionsOf(node.chosen).filter(({ change }) => change.kind !== 'service')
    const key = [node.plan.routing, ...others, last].map(numberOf).join(' ')
    const isHopelessHere = known.get(key) ?? isHopeless(systemOf(node), name)
    known.set(key, isHopelessHere)
    return isHopelessHere
  }
}

/** Of the ways to route that nothing can be chosen for: what refuses all of them, else each. */
function leastRefused(routed: readonly Routed[]): readonly (readonly Blame[])[] {
  const refused = routed.flatMap((one) => (one.kind === 'refused' ? [one.refusedBy] : []))
  const [first = [], ...others] = refused
  const inAll = first.filter(({ law, subject }) =>
    others.every((some) => some.some((one) => one.law === law && one.subject === subject)),
  )
  return inAll.length > 0 ? [inAll] : refused
}

function rootOf(routing: Routing): Node {
  const plan = { routing, least: leastFrom(routing) }
  const [least] = plan.least
  return {
    plan,
    depth: 0,
    microUsd: routing.microUsd + (least?.microUsd ?? 0),
    disruptions: least?.disruptions ?? 0,
    steps: routing.steps + (least?.steps ?? 0),
    needsConfirm: false,
    taken: routing.shared.map(({ base }) => base),
    chosen: null,
    values: routing.parts.length === 0 ? [] : null,
  }
}

function leastFrom({ parts, shared }: Routing): readonly Least[] {
  const none: Least = { microUsd: 0, disruptions: 0, steps: 0, takes: shared.map(() => 0) }
  const least: Least[] = [none]
  for (const part of parts.toReversed()) {
    const rest = least[0] ?? none
    const min = (of: (option: Option) => number) => Math.min(...part.map((one) => of(one.option)))
    least.unshift({
      microUsd: rest.microUsd + min((option) => option.microUsd),
      disruptions: rest.disruptions + min((option) => option.disruptions),
      steps: rest.steps + min((option) => option.steps),
      takes: rest.takes.map((sum, i) => sum + Math.min(...part.map(({ takes }) => takes[i] ?? 0))),
    })
  }
  return least
}

/** Every choice for the next part that still may fit; the laws by which the others do not. */
function expand(heap: Heap<Node>, node: Node): readonly Blame[] {
  const { plan, depth } = node
  const { routing, least } = plan
  const [here, rest] = [least[depth], least[depth + 1]]
  const part = routing.parts[depth]
  if (here === undefined || rest === undefined || part === undefined) return []
  const isLast = depth + 1 === routing.parts.length
  const blamed = new Set<number>()
  for (const { option, takes } of part) {
    const taken = node.taken.map((sum, index) => sum + (takes[index] ?? 0))
    const over = taken.findIndex((sum, index) => isOver(sum + (rest.takes[index] ?? 0)))
    if (over >= 0) {
      blamed.add(over)
      continue
    }
    const needsConfirm = node.needsConfirm || option.needsConfirm
    const chosen = { option, before: node.chosen }
    heap.push({
      plan,
      depth: depth + 1,
      microUsd: node.microUsd - here.microUsd + option.microUsd + rest.microUsd,
      disruptions: node.disruptions - here.disruptions + option.disruptions + rest.disruptions,
      // The one confirmation that closes a plan.
      steps: node.steps - here.steps + option.steps + rest.steps + (isLast && needsConfirm ? 1 : 0),
      needsConfirm,
      taken,
      chosen,
      values: isLast ? valuesOf(chosen) : null,
    })
  }
  return [...blamed].flatMap((index) => {
    const shared = routing.shared[index]
    return shared === undefined ? [] : [{ law: shared.law, subject: shared.subject }]
  })
}

function optionsOf(chosen: Chosen | null): readonly Option[] {
  const options: Option[] = []
  for (let one = chosen; one !== null; one = one.before) options.push(one.option)
  return options.toReversed()
}

function valuesOf(chosen: Chosen): readonly number[] {
  const options = optionsOf(chosen)
  const all: number[] = []
  for (const dimension of dimensions)
    for (const { values } of options) {
      const value = values[dimension]
      if (value !== undefined) all.push(value)
    }
  return all
}

/** What is not whole comes before what is: it may become as good. */
function compareNodes(one: Node, other: Node): number {
  if (one.microUsd !== other.microUsd) return one.microUsd - other.microUsd
  if (one.disruptions !== other.disruptions) return one.disruptions - other.disruptions
  if (one.steps !== other.steps) return one.steps - other.steps
  if (one.values === null || other.values === null)
    return (one.values === null ? 0 : 1) - (other.values === null ? 0 : 1)
  return compareValues(one.values, other.values)
}

function compareValues(one: readonly number[], other: readonly number[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function systemOf({ plan, chosen }: Node): System {
  let { system } = plan.routing
  for (const { change } of optionsOf(chosen))
    switch (change.kind) {
      case 'database':
        system = {
          ...system,
          databases: { ...system.databases, [change.name]: change.it },
          alerts: { ...system.alerts, ...change.alerts },
        }
        break
      case 'service': {
        const { database } = system.services[change.name] ?? {}
        const it = database === undefined ? change.it : { ...change.it, database }
        system = { ...system, services: { ...system.services, [change.name]: it } }
        break
      }
      case 'pooler':
        system = { ...system, poolers: { ...system.poolers, [change.name]: change.it } }
        break
    }
  return system
}
