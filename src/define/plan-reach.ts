/**
 * A cheap proof that no order reaches an end: what is true of every state on any way without a
 * block, looked at for the whole System or for one service with its database. What fails for a part
 * fails for every end that holds this part. capacity.md, 4 and 5. Pure.
 */
import { isNegative } from '../capacity/arithmetic.ts'
import { assess, assessAt } from '../capacity/assess.ts'
import { type AtUsers, atUsers } from '../capacity/at-users.ts'
import type { Assessment, Binding, Finding } from '../capacity/finding.ts'
import { type Law, silent } from '../capacity/law.ts'
import { laws } from '../capacity/laws/catalogue.ts'
import { djangoDatabase } from '../capacity/laws/django-database.ts'
import { carried, isAdvice, isStructural } from '../capacity/outlook.ts'
import type { Prediction } from '../capacity/prediction.ts'
import { drowningNow, turningAway } from '../capacity/relief.ts'
import type { Service, System } from '../capacity/system.ts'
import { type Unit, unitsBetween } from './plan-moves.ts'
import { type Judging, subsetsOf } from './plan-states.ts'
import type { JsonObject } from './step.ts'

/** `service`: this one with its database and the poolers before it; the others take nothing. */
export type Part = { readonly service: string } | 'whole'

export type Reach = {
  /** False: no order leads there, whatever else changes. True: nothing says so. */
  readonly mayReach: (end: System, part: Part) => boolean
  /** The laws that would break on the ways that were looked at. */
  readonly blames: () => readonly Binding[]
}

export function reachOf(judging: Judging): Reach {
  const floor = floorOf(judging)
  const known = new Map<string, boolean>()
  const searches = new Map<string, Search>()
  const blames = new Map<string, Binding>()
  const searchOf = (part: Part): Search => {
    const name = part === 'whole' ? '' : part.service
    const found = searches.get(name)
    if (found !== undefined) return found
    const start = part === 'whole' ? judging.start : alone(judging.start, part.service)
    const search: Search = { judging, floor, start, after: new Map(), blames }
    searches.set(name, search)
    return search
  }
  return {
    mayReach: (end, part) => {
      const units = unitsOf(judging.start, end, part)
      const key = JSON.stringify([part, units])
      const found = known.get(key) ?? isReachable(searchOf(part), units)
      known.set(key, found)
      return found
    },
    blames: () => [...blames.values()],
  }
}

/** What no state on the way may fall below. */
type Floor = {
  /** So many users are always carried; 0 where users may be turned away on the way. */
  readonly users: number
  /** Where something drowns, capping instances may turn away users who are there. */
  readonly drowns: boolean
  /** By law and subject, what is broken at the start: at the full load, and at the quiet hour. */
  readonly broken: ReadonlyMap<string, Finding>
  readonly brokenNow: ReadonlySet<string>
}

function floorOf({ start, today, effort }: Judging): Floor {
  const now = assess(start, { today })
  const { users, nowUsers } = start.workload
  const quiet = assessAt(start, { users: nowUsers }, { today, withSupportedUsers: false })
  effort.evaluations += 2
  const drowns = brokenIn(quiet).some(({ law }) => drowningNow.includes(law))
  const most = carried(now)
  return {
    // Carrying fewer than before is allowed down to `users`; with relief down to nowUsers.
    users: drowns || most === undefined ? 0 : Math.min(users, nowUsers, most),
    drowns,
    broken: new Map(brokenIn(now).map((finding) => [keyOf(finding), finding])),
    brokenNow: new Set(brokenIn(quiet).map(keyOf)),
  }
}

function brokenIn({ findings }: Pick<Assessment, 'findings'>): readonly Finding[] {
  return findings.filter(({ severity }) => severity === 'broken')
}

function keyOf({ law, subject }: Finding): string {
  return `${law} ${subject}`
}

/** Without the others' sessions, clients and memory no law of this part has more to carry. */
function alone(start: System, name: string): System {
  const database = start.services[name]?.database?.name
  const services = Object.entries(start.services).flatMap(([other, it]): [string, Service][] => {
    if (other === name) return [[other, it]]
    // The tasks of a worker come from the web services.
    if (it.kind !== 'web') return []
    const { database: _none, ...without } = it
    return [[other, { ...without, redisConnections: 0 }]]
  })
  return {
    ...start,
    services: Object.fromEntries(services),
    databases: only(start.databases, (other) => other === database),
    poolers: only(start.poolers, (_other, it) => it.database === database),
    alerts: {},
  }
}

function only<Value>(
  record: Readonly<Record<string, Value>>,
  isKept: (name: string, value: Value) => boolean,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).filter(([name, it]) => isKept(name, it)))
}

/** An alert stands in nobody's way. */
function unitsOf(start: System, end: System, part: Part): readonly Unit[] {
  const units = unitsBetween(start, end).filter(({ step }) => step !== 'retarget-alert')
  if (part === 'whole') return units
  const database = start.services[part.service]?.database?.name
  const pooler = end.services[part.service]?.database?.through
  return units.filter(
    ({ base }) =>
      base.service === part.service ||
      (base.database !== undefined && base.database === database) ||
      (base.pooler !== undefined && base.pooler === pooler),
  )
}

type Search = {
  readonly judging: Judging
  readonly floor: Floor
  readonly start: System
  /** What is left of each move; null where it fails. */
  readonly after: Map<string, System | null>
  readonly blames: Map<string, Binding>
}

type Atom = { readonly unit: number; readonly fields: JsonObject }

/** Beyond them a proof costs more than it saves. */
const statesAtMost = 500
const atomsAtMost = 30

/** Every way to split every step, which is more than an order may. */
function isReachable(search: Search, units: readonly Unit[]): boolean {
  const atoms = units.flatMap(({ atoms: own }, unit) =>
    own.map((fields): Atom => ({ unit, fields })),
  )
  if (atoms.length > atomsAtMost) return true
  const goal = 2 ** atoms.length - 1
  const seen = new Set([0])
  const walk = (done: number, now: System): boolean => {
    if (done === goal || seen.size > statesAtMost) return true
    return units.some((unit, index) => {
      const left = atoms.flatMap((atom, bit) =>
        atom.unit === index && ((done >> bit) & 1) === 0 ? [bit] : [],
      )
      // The whole first: most ways need no split.
      return subsetsOf(left)
        .toReversed()
        .some((bits) => {
          const next = bits.reduce((mask, bit) => mask | (1 << bit), done)
          if (bits.length === 0 || seen.has(next)) return false
          const fields = bits.map((bit) => atoms[bit]?.fields)
          const input: JsonObject = Object.assign({}, unit.base, ...fields)
          const id = `${doneId(units, atoms, done)}\n${unit.step} ${JSON.stringify(input)}`
          const after = moved(search, { id, now, step: unit.step, input })
          if (after === null) return false
          seen.add(next)
          return walk(next, after)
        })
    })
  }
  return walk(0, search.start)
}

/** What is done, whichever the end. */
function doneId(units: readonly Unit[], atoms: readonly Atom[], done: number): string {
  return atoms
    .flatMap(({ unit, fields }, bit) => {
      if (((done >> bit) & 1) === 0) return []
      const { step, base } = units[unit] ?? {}
      return [JSON.stringify([step, base, fields])]
    })
    .sort()
    .join('\n')
}

type Move = {
  readonly id: string
  readonly now: System
  readonly step: string
  readonly input: JsonObject
}

/** Null where the step is refused, or where a state or a phase falls below the floor. */
function moved(search: Search, { id, now, step: name, input }: Move): System | null {
  const { after: known, judging, floor } = search
  const before = known.get(id)
  if (before !== undefined) return before
  judging.effort.left -= 1
  const step = judging.catalogue.bind(name, input)
  const prediction = 'kind' in step ? null : step.predict(now)
  const isRefused = prediction === null || 'kind' in prediction
  const broken = isRefused ? [] : brokenBy(prediction, floor, judging)
  for (const { law, subject } of broken) search.blames.set(`${law} ${subject}`, { law, subject })
  const after = isRefused || broken.length > 0 ? null : prediction.after
  known.set(id, after)
  return after
}

const advised = new Set<string>(laws.map(({ id }) => id).filter(isAdvice))
const capacityLaws: readonly Law[] = [...laws.filter(({ capacity }) => capacity), djangoDatabase]
/** What may not get worse on the way, at the full load. */
const standing = laws.filter(({ id }) => isStructural(id) || id === 'celery-scaling')
const pressing = laws.filter(({ id }) => !advised.has(id))

/** What stands in the way of a step: broken beside the old revision, or after it. */
function brokenBy(
  { phases, after }: Prediction,
  floor: Floor,
  judging: Judging,
): readonly Finding[] {
  const { today, effort } = judging
  const { users, nowUsers } = after.workload
  const quietly = (system: System) =>
    brokenQuietly(atUsers(system, { users: nowUsers, scale: 'needed', today }), floor)
  effort.evaluations += 3 + phases.length
  const full = atUsers(after, { users, scale: 'maximum', today })
  const planned: AtUsers = { ...full, users: floor.users, scale: 'planned' }
  return [
    ...phases.flatMap((phase) => (phase.kind === 'system' ? quietly(phase.system) : [])),
    ...(floor.users > 0 ? brokenOf(capacityLaws, planned) : []),
    ...brokenOf(standing, full).filter((finding) => !isNoWorse(finding, floor)),
    ...quietly(after),
  ]
}

function brokenQuietly(at: AtUsers, { brokenNow, drowns }: Floor): readonly Finding[] {
  const some = drowns ? pressing.filter(({ id }) => !turningAway.includes(id)) : pressing
  return brokenOf(some, at).filter((finding) => !brokenNow.has(keyOf(finding)))
}

function isNoWorse(finding: Finding, { broken }: Floor): boolean {
  const was = broken.get(keyOf(finding))
  if (was === undefined) return false
  // Only what may not even be broken again, which is advice, has no further floor.
  if (!isStructural(finding.law)) return true
  const [room, before] = [finding.headroom ?? null, was.headroom ?? null]
  return room === null || before === null || !isNegative(room - before)
}

function brokenOf(some: readonly Law[], at: AtUsers): readonly Finding[] {
  const findings: Finding[] = []
  for (const law of some) if (law.isBroken(at)) law.evaluate(at, silent, findings)
  return findings.filter(({ severity }) => severity === 'broken')
}
