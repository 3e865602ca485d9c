/** The derived quantities: what services need and open at a number of users. capacity.md, 2. */
import { ceil } from './arithmetic.ts'
import type { AtUsers, Named } from './at-users.ts'
import { autoscalingTarget } from './cloud-run.ts'
import type { CeleryWorker, Pooler, Service, System, WebService } from './system.ts'

/** Cloud Run adds instances above it. */
export const cpuTarget = autoscalingTarget
const workerConnectionsDefault = 1000

/** gunicorn makes a sync worker with threads a gthread one. facts/workload.md, 1. */
export function threadsPerWorker(web: WebService): number {
  switch (web.gunicorn.workerClass) {
    case 'sync':
    case 'gthread':
      return web.gunicorn.threads
    case 'gevent':
    case 'uvicorn':
      return web.gunicorn.workerConnections ?? workerConnectionsDefault
  }
}

export function threadsPerInstance(web: WebService): number {
  return web.gunicorn.workers * threadsPerWorker(web)
}

/** Requests that one instance works on at once. */
export function slotsPerInstance(web: WebService): number {
  const slots = Math.min(web.concurrency, threadsPerInstance(web))
  const pool = web.django.pool
  return pool === undefined ? slots : Math.min(slots, web.gunicorn.workers * pool.maxSize)
}

/** One Python process uses one core. */
export function coresPerInstance(service: WebService | CeleryWorker): number {
  const processes = service.kind === 'web' ? service.gunicorn.workers : service.celery.concurrency
  return Math.min(service.cpu, processes)
}

/** Who is there at a quiet hour, whatever event is near. */
export function usualNowUsers({ workload }: System): number {
  return workload.usualNowUsers ?? workload.nowUsers
}

/** The most that the users can offer to this service: the asymptotic bound. */
export function requestsPerSecond(at: AtUsers, web: WebService): number {
  return requestsPerSecondOf(at.system, { web, users: at.users })
}

function requestsPerSecondOf(
  { workload }: System,
  { web, users }: { web: WebService; users: number },
): number {
  return (web.share * users) / (workload.thinkSeconds + workload.requestSeconds)
}

/** Little's law. */
export function inFlight(at: AtUsers, web: WebService): number {
  return requestsPerSecond(at, web) * at.system.workload.requestSeconds
}

/** Tasks of all web services; a new revision in a roll-out brings none of its own. */
export function tasksPerSecond(at: AtUsers, users: number = at.users): number {
  let requests = 0
  for (const { it } of at.webs)
    if (it.replaces === undefined) requests += requestsPerSecondOf(at.system, { web: it, users })
  return requests * at.system.workload.tasksPerRequest
}

/**
 * Requests per second of the web services for which `uses` holds; a request counts once where
 * either revision does.
 */
function requestsPerSecondWhere(at: AtUsers, uses: (web: WebService) => boolean): number {
  let requests = 0
  for (const { it } of at.webs) {
    if (!uses(it)) continue
    if (it.replaces !== undefined) {
      const old = at.system.services[it.replaces]
      if (old?.kind === 'web' && uses(old)) continue
    }
    requests += requestsPerSecond(at, it)
  }
  return requests
}

export function requestsPerSecondOnDatabase(at: AtUsers, database: string): number {
  return requestsPerSecondWhere(at, (web) => web.database?.name === database)
}

export function requestsPerSecondThrough(at: AtUsers, pooler: string): number {
  return requestsPerSecondWhere(at, (web) => web.database?.through === pooler)
}

/** Instances that the users need, before the service's own minimum and maximum. */
export function instancesBeforeClamp(at: AtUsers, service: Service): number {
  const { workload, policy } = at.system
  switch (service.kind) {
    case 'web': {
      const forSlots = inFlight(at, service) / (slotsPerInstance(service) * policy.maxUtilization)
      const cores = requestsPerSecond(at, service) * workload.requestCpuSeconds
      return Math.max(ceil(forSlots), ceil(cores / (coresPerInstance(service) * cpuTarget)))
    }
    case 'celery-worker': {
      const tasks = tasksPerSecond(at)
      const busy = tasks * workload.taskSeconds
      const cores = tasks * workload.taskCpuSeconds
      return Math.max(
        ceil(busy / (service.celery.concurrency * policy.maxUtilization)),
        ceil(cores / (coresPerInstance(service) * policy.maxUtilization)),
      )
    }
    case 'celery-beat':
      return service.maxInstances
  }
}

/** instances(users): needed, but never fewer than the minimum nor more than the maximum. */
export function instancesNeeded(at: AtUsers, service: Service): number {
  const needed = instancesBeforeClamp(at, service)
  return Math.min(Math.max(needed, service.minInstances), service.maxInstances)
}

/** What counts in every sum. */
export function instances(at: AtUsers, service: Service): number {
  return at.scale === 'maximum' ? service.maxInstances : instancesNeeded(at, service)
}

/**
 * What stands against a load. For supported users that is a part of maxInstances: the last instance
 * is not planned to be full, so that the law is monotone in the users. capacity.md, 3.
 */
export function instancesSupplied(at: AtUsers, service: Service, planned: number): number {
  return at.scale === 'planned' ? planned * service.maxInstances : instances(at, service)
}

export function connectionsPerInstance(service: Service): number {
  if (service.database === undefined) return 0
  switch (service.kind) {
    case 'web':
      return webConnectionsPerInstance(service)
    case 'celery-worker':
      return service.celery.concurrency
    case 'celery-beat':
      return service.databaseScheduler ? 1 : 0
  }
}

function webConnectionsPerInstance(web: WebService): number {
  const pool = web.django.pool
  if (pool !== undefined)
    return (
      web.gunicorn.workers * Math.max(pool.minSize, Math.min(pool.maxSize, threadsPerWorker(web)))
    )
  return web.django.connMaxAgeSeconds === 0 ? slotsPerInstance(web) : threadsPerInstance(web)
}

/** Connections that a service may hold at once, to its database or its pooler. */
export function clients(at: AtUsers, service: Service): number {
  return instances(at, service) * service.revisionsServing * connectionsPerInstance(service)
}

export function goesThrough(service: Service, pooler: string): boolean {
  return service.database?.through === pooler
}

export function isDirectTo(service: Service, database: string): boolean {
  return service.database?.name === database && service.database.through === 'direct'
}

export function isInUse(at: AtUsers, pooler: Named<Pooler>): boolean {
  for (const { it } of at.services) if (goesThrough(it, pooler.name)) return true
  return false
}

/** Server connections that a pooler may open; none while no service goes through it. */
export function poolerServers(at: AtUsers, pooler: Named<Pooler>): number {
  return isInUse(at, pooler) ? serversOf(pooler.it) : 0
}

/** Of a pooler in use. */
export function serversOf(pooler: Pooler): number {
  const { processes, databaseUserPairs, defaultPoolSize, reservePoolSize } = pooler
  const wanted = databaseUserPairs * (defaultPoolSize + reservePoolSize)
  const cap = pooler.maxDbConnections
  return processes * (cap > 0 ? Math.min(wanted, cap) : wanted)
}

/** Every session that may be open on a primary at once. */
export function sessions(at: AtUsers, database: Named<{ readonly adminSessions: number }>): number {
  let open = database.it.adminSessions
  for (const { it } of at.services) if (isDirectTo(it, database.name)) open += clients(at, it)
  for (const pooler of at.poolers)
    if (pooler.it.database === database.name) open += poolerServers(at, pooler)
  return open
}

/** The Redis that a service counts against: the one it names, or the only one. */
export function redisOf(at: AtUsers, service: Service): string | undefined {
  if (service.redis !== undefined) return service.redis
  return at.redis.length === 1 ? at.redis[0]?.name : undefined
}

export function redisClientsPerInstance(service: Service): number {
  if (service.kind !== 'celery-worker') return service.redisConnections
  return service.redisConnections + service.celery.concurrency
}
