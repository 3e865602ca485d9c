/**
 * The cheapest safe way to carry so many users: the end first, the order second, or the proof that
 * there is none. capacity.md, 5. Pure; the catalogue is handed to it.
 */
import { isPositive } from '../capacity/arithmetic.ts'
import { assess } from '../capacity/assess.ts'
import { expectedMonthlyUsd } from '../capacity/cost.ts'
import type { Binding } from '../capacity/finding.ts'
import { brokenNow, checkEnd } from '../capacity/planner/conditions.ts'
import { type Domain, type Wish, wholeDomain, wishOf } from '../capacity/planner/domain.ts'
import { type End, endsOf } from '../capacity/planner/ends.ts'
import type { System } from '../capacity/system.ts'
import type { Catalogue } from './catalogue.ts'
import { type Effort, effortOf, isSpent } from './plan-effort.ts'
import { type Unit, unitsBetween } from './plan-moves.ts'
import { type Order, orderOf } from './plan-order.ts'
import { type Reach, reachOf } from './plan-reach.ts'
import type { Judging } from './plan-states.ts'
import { confirmation, type PlannedStep, plannedSteps } from './plan-steps.ts'

export type PlanContext = {
  /** Without it no price is too high; the policy's is only reported. */
  readonly budgetUsd?: number
  /** YYYY-MM-DD. */
  readonly today: string
  readonly catalogue: Catalogue
  /** Of the usual patience; only a test of many Systems has less. */
  readonly part?: number
  /** Only a test asks for another one than capacity.md's. */
  readonly domain?: Domain
}

type Common = {
  readonly users: number
  /** What today's settings would cost at these users; null while a line has no price. */
  readonly todayUsd: number | null
  /** How often the laws were evaluated, at most. */
  readonly evaluations: number
}

/** A law that no end of the domain satisfies; `isEdge`: only because the domain ends there. */
export type Obstacle = Binding & { readonly isEdge: boolean }

export type Plan =
  | (Common & {
      readonly kind: 'feasible'
      readonly supportedUsers: number | null
      /** False: cheaper ends may have been passed over, because the search was cut short. */
      readonly isCheapest: boolean
      readonly monthlyUsd: number | null
      /** By how much the policy's budget is passed; 0 where it is not. */
      readonly overPolicyUsd: number | null
      readonly steps: readonly PlannedStep[]
    })
  | (Common & {
      readonly kind: 'infeasible'
      readonly binding: readonly Obstacle[]
      /** The cheapest price for these users, where only the budget stands in the way. */
      readonly cheapestUsd: number | null
      /** As it was asked for. */
      readonly budgetUsd: number | null
      readonly nearestUsers: number | null
      /** The search was cut short: there may be a plan that nobody found. */
      readonly isCut: boolean
    })

export function plan(system: System, users: number, context: PlanContext): Plan {
  const effort = effortOf(context)
  const judging: Judging = {
    start: system,
    today: context.today,
    catalogue: context.catalogue,
    effort,
    states: new Map(),
    edges: new Map(),
    blocked: new Map(),
    hurries: 1,
  }
  const reach = reachOf(judging)
  const question = { system, users, context, judging, reach }
  const found = planAt({ ...question, mostMicroUsd: Number.POSITIVE_INFINITY })
  const todayUsd = expectedMonthlyUsd(withUsers(system, users))
  if (found.kind === 'found') {
    const { evaluations } = effort
    return { ...feasible(system, users, { ...context, ...found }), todayUsd, evaluations }
  }
  const nearestUsers = nearest({ ...question, mostMicroUsd: mostMicroUsdOf(context) })
  const { binding, cheapestUsd } = found
  const isCut = found.isCut || effort.left <= 0 || isSpent(effort)
  const { evaluations } = effort
  const budgetUsd = context.budgetUsd ?? null
  const proof = { binding, cheapestUsd, budgetUsd, nearestUsers, isCut }
  return { kind: 'infeasible', users, todayUsd, evaluations, ...proof }
}

type Question = {
  readonly system: System
  readonly users: number
  readonly context: PlanContext
  readonly judging: Judging
  readonly reach: Reach
  readonly mostMicroUsd: number
}

type Found =
  | {
      readonly kind: 'found'
      readonly end: End
      readonly order: Order
      /** False: cheaper ends were passed over unseen, because the search was cut short. */
      readonly isCheapest: boolean
    }
  | {
      readonly kind: 'none'
      readonly binding: readonly Obstacle[]
      readonly cheapestUsd: number | null
      readonly isCut: boolean
    }

/** Ends that no order reaches, before the search says so. */
const triesAtMost = 200
/** Of one plan's scale steps. */
const splitsAtMost = 3
/** Ends of one kind that no order reaches, before a hurried search passes over the others. */
const failuresAtMost = 3

/** All ends in their order; where that takes too long, once more with a few of each kind. */
function planAt(question: Question): Found {
  const { system, users, context, judging, reach, mostMicroUsd } = question
  const { domain = wholeDomain, today, budgetUsd } = context
  const wish = wishOf(system, { users, today, domain })
  const blames = new Map<string, Binding>()
  const failures = new Map<string, number>()
  const limits = { isHurried: false, mostMicroUsd, part: context.part }
  const fit = new Set<System>()
  const search: Search = { wish, blames, fit, failures, judging, reach, ...limits }
  const first = firstReached(search)
  const isHurried = first === 'cut' && judging.hurries > 0
  if (isHurried) judging.hurries -= 1
  const found = isHurried ? hurried(search) : first
  if (found === 'cut' || found === 'none') {
    // Where the ends hold by themselves, what is in the way is on the way.
    const onTheWay = [...reach.blames(), ...judging.blocked.values()]
    const isEndFit = onTheWay.length > 0 && (fit.size > 0 || blames.size === 0)
    const laws = isEndFit ? onTheWay : [...blames.values()]
    const named = new Map(laws.map((one) => [`${one.law} ${one.subject}`, one]))
    const binding = [...named.values()].map((one) => ({ ...one, isEdge: edges.includes(one.law) }))
    // Where every order ends at what the target refuses, no law is named and nothing is proved.
    const isCut = isHurried || found === 'cut' || binding.length === 0
    return { kind: 'none', binding, cheapestUsd: null, isCut }
  }
  const usd = expectedMonthlyUsd(found.end.system)
  const isDear = budgetUsd !== undefined && (usd === null || isPositive(usd - budgetUsd))
  if (isDear) return { kind: 'none', binding: [costs], cheapestUsd: usd, isCut: isHurried }
  return { kind: 'found', ...found, isCheapest: !isHurried }
}

/** A price is rounded to a millionth: as much more is the same. */
function mostMicroUsdOf({ budgetUsd }: PlanContext): number {
  return budgetUsd === undefined ? Number.POSITIVE_INFINITY : budgetUsd * 1e6 + 1
}

type Search = {
  readonly wish: Wish
  readonly blames: Map<string, Binding>
  /** Ends that hold by themselves. */
  readonly fit: Set<System>
  /** How often an end of this kind was out of reach. */
  readonly failures: Map<string, number>
  readonly judging: Judging
  readonly reach: Reach
  readonly isHurried: boolean
  /** Infinite where the price of a dearer end is asked for too. */
  readonly mostMicroUsd: number
  readonly part: number | undefined
}

type Reached = { readonly end: End; readonly order: Order }

function hurried(search: Search): Reached | 'cut' | 'none' {
  const effort = effortOf({ part: (search.part ?? 1) / 2 })
  const found = firstReached({
    ...search,
    judging: { ...search.judging, effort },
    isHurried: true,
  })
  search.judging.effort.evaluations += effort.evaluations
  return found
}

function firstReached({
  wish,
  blames,
  fit,
  failures,
  judging,
  reach,
  isHurried,
  mostMicroUsd,
}: Search): Reached | 'cut' | 'none' {
  const ends = endsOf(wish, {
    patience: judging.effort,
    isHopeless: (end, service) => !reach.mayReach(end, { service }),
  })
  let tries = 0
  for (let end = ends.next(); end !== undefined; end = ends.next()) {
    // The ends that follow cost no less.
    if (end.microUsd > mostMicroUsd) return 'none'
    if (tries >= triesAtMost || isSpent(judging.effort)) return 'cut'
    const units = unitsBetween(judging.start, end.system)
    const kind = kindOf(units)
    if (isHurried && (failures.get(kind) ?? 0) >= failuresAtMost) continue
    if (!fit.has(end.system)) {
      const problems = problemsOf(wish, end.system, judging.effort)
      for (const one of problems) blames.set(`${one.law} ${one.subject}`, one)
      if (problems.length > 0) continue
      fit.add(end.system)
    }
    const splits = end.steps - units.length - (end.needsConfirm ? 1 : 0)
    if (!reach.mayReach(end.system, 'whole')) continue
    tries += 1
    const order = orderOf(judging, { units, splits })
    if (order !== null) return { end, order }
    if (splits < splitsAtMost) ends.postpone(end, end.steps + 1)
    else failures.set(kind, (failures.get(kind) ?? 0) + 1)
  }
  for (const one of ends.blames()) blames.set(`${one.law} ${one.subject}`, one)
  return ends.isCut() ? 'cut' : 'none'
}

/** Which steps it takes, with the tier and the routes: ends of one kind fail alike. */
function kindOf(units: readonly Unit[]): string {
  return units
    .map(({ step, base, atoms }) => {
      const isTelling = step === 'patch-cloud-sql-tier' || step === 'route-through-pooler'
      return JSON.stringify([step, base, isTelling ? atoms : null])
    })
    .join()
}

function problemsOf(wish: Wish, end: System, effort: Effort): readonly Binding[] {
  const checked = checkEnd(wish, end)
  effort.evaluations += checked.evaluations
  if (checked.problems.length > 0) return checked.problems
  const atOnce = brokenNow(wish, end)
  effort.evaluations += atOnce.evaluations
  return atOnce.problems
}

const costs: Obstacle = { law: 'monthly-cost', subject: 'policy', isEdge: false }

/** What a larger tier, flag, pool or shape than the domain proposes could still mend. */
const edges = [
  'db-connections',
  'db-memory',
  'db-cpu',
  'pooler-busy',
  'pooler-clients',
  'web-memory',
]

function withUsers(system: System, users: number): System {
  return { ...system, workload: { ...system.workload, users } }
}

function feasible(
  system: System,
  users: number,
  { end, order, isCheapest, today }: PlanContext & Extract<Found, { kind: 'found' }>,
) {
  const { supportedUsers } = assess(end.system, { today })
  const monthlyUsd = expectedMonthlyUsd(end.system)
  const { monthlyBudgetUsd } = system.policy
  const steps = [...plannedSteps(system, order, today), ...confirmation(end, supportedUsers)]
  return {
    kind: 'feasible' as const,
    users,
    supportedUsers,
    isCheapest,
    monthlyUsd,
    overPolicyUsd: monthlyUsd === null ? null : Math.max(0, monthlyUsd - monthlyBudgetUsd),
    steps,
  }
}

/** The most users that a plan carries; more users never cost less, so halves find it. */
function nearest(question: Question): number | null {
  const { judging } = question
  const { effort } = judging
  // Whoever has no patience left finds nothing, whatever is asked.
  const isTired = () => judging.hurries === 0 && (effort.left <= 0 || isSpent(effort))
  let carried = 0
  let refused = question.users
  while (refused - carried > 1 && !isTired()) {
    const between = Math.floor((carried + refused) / 2)
    if (planAt({ ...question, users: between }).kind === 'found') carried = between
    else refused = between
  }
  return carried === 0 ? null : carried
}
