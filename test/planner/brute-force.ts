/**
 * The planner's second judge: every combination of a small domain, each checked with the laws as
 * they are shown to people, and every order until one has no block.
 */
import { assess, assessAt } from '../../src/capacity/assess.ts'
import { atUsers } from '../../src/capacity/at-users.ts'
import { recommendedThreshold } from '../../src/capacity/changes.ts'
import { judge } from '../../src/capacity/compare.ts'
import { expectedMonthlyUsd } from '../../src/capacity/cost.ts'
import { instancesBeforeClamp, threadsPerInstance } from '../../src/capacity/derive.ts'
import { isLoad, isStructural } from '../../src/capacity/outlook.ts'
import type { Domain } from '../../src/capacity/planner/domain.ts'
import type { CeleryWorker, Service, System, WebService } from '../../src/capacity/system.ts'
import { type Unit, unitsBetween } from '../../src/define/plan-moves.ts'
import { catalogue } from '../../src/steps/index.ts'
import { today } from '../capacity/golden.ts'

/** Of the example's shape: one web service, one worker, one database, one pooler. Null: there is none. */
export function cheapestByForce(system: System, users: number, domain: Domain): number | null {
  const isReachable = reachableFrom(system)
  const reached = endsOf(system, users, domain)
    .map((end) => ({ end, usd: expectedMonthlyUsd(end) ?? Number.POSITIVE_INFINITY }))
    .sort((one, other) => one.usd - other.usd)
    .find(({ end }) => carries(end, users) && isReachable(end))
  return reached?.usd ?? null
}

function endsOf(system: System, users: number, domain: Domain): readonly System[] {
  const { backend, 'celery-worker': worker } = system.services
  if (backend?.kind !== 'web' || worker?.kind !== 'celery-worker') throw new Error('the example')
  const wished = { ...system, workload: { ...system.workload, users } }
  const webs = websOf(wished, backend, domain)
  const workers = workersOf(wished, worker, domain)
  const ends: System[] = []
  for (const base of databasesOf(wished, domain))
    for (const web of webs)
      for (const celery of workers)
        ends.push({
          ...base,
          services: { ...base.services, backend: web, 'celery-worker': celery },
        })
  return ends
}

const database = 'tuki-db-prod'
const routes = ['direct', 'pgbouncer']

function databasesOf(system: System, domain: Domain): readonly System[] {
  const [found, pooler] = [system.databases[database], system.poolers.pgbouncer]
  if (found === undefined || pooler === undefined) throw new Error('the example')
  const tiers = [
    found.tier,
    ...domain.tierVcpus.map((vcpus) => `db-custom-${vcpus}-${vcpus * 3840}`),
  ]
  return tiers.flatMap((tier) =>
    [pooler.defaultPoolSize, ...domain.poolSizes].map((defaultPoolSize) => {
      const databases = { [database]: { ...found, tier } }
      const poolers = { pgbouncer: { ...pooler, defaultPoolSize } }
      return withAlert({ ...system, databases, poolers })
    }),
  )
}

function withAlert(system: System): System {
  const alert = system.alerts['db-connections']
  if (alert === undefined) throw new Error('the example')
  const { findings } = assess(system, { today, withSupportedUsers: false })
  if (findings.find(({ law }) => law === 'alert-fires')?.severity === 'ok') return system
  const threshold = recommendedThreshold(system, alert) ?? 0
  return { ...system, alerts: { 'db-connections': { ...alert, threshold } } }
}

function routed<One extends Service>(service: One): readonly One[] {
  return routes.map((through) => ({ ...service, database: { name: database, through } }))
}

function websOf(system: System, web: WebService, domain: Domain): readonly WebService[] {
  const shapes = [{ cpu: web.cpu, memoryGib: web.memoryGib }, ...domain.shapes]
  return shapes.flatMap((shape) =>
    [web.gunicorn.workers, shape.cpu, shape.cpu * domain.processesPerVcpu].flatMap((workers) =>
      [web.gunicorn.threads, ...domain.threads].flatMap((threads) => {
        const gunicorn = { ...web.gunicorn, workers, threads }
        const sized = { ...web, ...shape, gunicorn }
        return [web.concurrency, threadsPerInstance(sized)].flatMap((concurrency) =>
          instances(system, { ...sized, concurrency }, domain).flatMap(routed),
        )
      }),
    ),
  )
}

function workersOf(system: System, worker: CeleryWorker, domain: Domain): readonly CeleryWorker[] {
  const shapes = [{ cpu: worker.cpu, memoryGib: worker.memoryGib }, ...domain.shapes]
  return shapes.flatMap((shape) => {
    const upTo = Array.from({ length: domain.processesPerVcpu * shape.cpu }, (_, i) => i + 1)
    return [worker.celery.concurrency, ...upTo].flatMap((concurrency) =>
      instances(
        system,
        { ...worker, ...shape, celery: { ...worker.celery, concurrency } },
        domain,
      ).flatMap(routed),
    )
  })
}

function instances<One extends Service>(
  system: System,
  service: One,
  domain: Domain,
): readonly One[] {
  const { users } = system.workload
  const at = atUsers(system, { users, scale: 'needed', today })
  const needed = Math.max(1, instancesBeforeClamp(at, service))
  return [service.minInstances, ...domain.minInstances].flatMap((minInstances) =>
    [service.maxInstances, Math.max(needed, minInstances)]
      .filter((maxInstances) => maxInstances >= Math.max(needed, minInstances))
      .map((maxInstances) => ({ ...service, minInstances, maxInstances })),
  )
}

const beyondSteps = ['version-supported', 'redis-eviction', 'replica-max-connections']

function carries(end: System, users: number): boolean {
  const quickly = { today, withSupportedUsers: false }
  const amiss = assess(end, quickly).findings.some(
    ({ law, severity }) => severity === 'broken' && isStructural(law) && !beyondSteps.includes(law),
  )
  if (amiss) return false
  const strained = assessAt(end, { users }, quickly).findings.some(
    ({ law, severity }) => isLoad(law) && severity !== 'ok',
  )
  if (strained) return false
  const { supportedUsers, findings } = assess(end, { today })
  const alert = findings.find(({ law }) => law === 'alert-fires')
  return alert?.severity === 'ok' && (supportedUsers ?? users) >= users
}

/** Every order, with every way to split a scale step. What was judged for one end holds for all. */
function reachableFrom(start: System): (end: System) => boolean {
  const judged = new Map<string, System | null>()
  const allowed = (state: State, { step, base, atoms }: Unit): State | null => {
    const own = atoms.map((atom) => JSON.stringify([step, base, atom]))
    const key = [...state.done, '', ...own].join('\n')
    const known = judged.get(key)
    const after = known === undefined ? afterStep(state.system, { step, base, atoms }) : known
    judged.set(key, after)
    return after === null ? null : { system: after, done: [...state.done, ...own].sort() }
  }
  return (end) => isReached(start, end, allowed)
}

/** Steps that set different fields commute: a state is what has been done. */
type State = { readonly system: System; readonly done: readonly string[] }
type Allowed = (state: State, unit: Unit) => State | null

function isReached(start: System, end: System, allowed: Allowed): boolean {
  const dead = new Set<string>()
  const walk = (now: State, left: readonly Unit[]): boolean => {
    if (left.length === 0) return true
    const key = now.done.join('\n')
    if (dead.has(key)) return false
    const isOnTheWay = left.some((unit) =>
      subsets(unit.atoms).some((atoms) => {
        const after = allowed(now, { ...unit, atoms })
        if (after === null) return false
        const rest = { ...unit, atoms: unit.atoms.filter((one) => !atoms.includes(one)) }
        const others = left.filter((one) => one !== unit)
        return walk(after, rest.atoms.length === 0 ? others : [...others, rest])
      }),
    )
    if (!isOnTheWay) dead.add(key)
    return isOnTheWay
  }
  return walk({ system: start, done: [] }, unitsBetween(start, end))
}

/** Null where it is refused or blocked. */
function afterStep(now: System, { step: name, base, atoms }: Unit): System | null {
  const step = catalogue.bind(name, Object.assign({}, base, ...atoms))
  if ('kind' in step) throw new Error(name)
  const prediction = step.predict(now)
  if ('kind' in prediction) return null
  const { verdict } = judge(now, prediction, { today, needs: [], acts: step.acts })
  return verdict === 'block' ? null : prediction.after
}

/** Not the empty one; the whole first. */
function subsets<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const all: (readonly Item[])[] = [[]]
  for (const item of items) all.push(...all.map((one) => [...one, item]))
  return all.slice(1).reverse()
}
