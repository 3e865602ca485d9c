/**
 * How long a request takes at a number of users, as layers of the System: users who think, then ask
 * for a web thread, which waits for a core, for a database session and for a core of the database.
 * The threads and cores of all instances count as one pool: that is the best a balancer can do.
 */
import type { AtUsers, Named } from './at-users.ts'
import { tierOf, usable } from './cloud-sql.ts'
import {
  coresPerInstance,
  goesThrough,
  instances,
  poolerServers,
  requestsPerSecond,
  requestsPerSecondOnDatabase,
  requestsPerSecondThrough,
  slotsPerInstance,
} from './derive.ts'
import type { Latency, Layer } from './queueing/layers.ts'
import type { WebService } from './system.ts'

/** The layers of one web service; null where the tier or a flag cannot be read. */
export function latencyOf(at: AtUsers, { it }: Named<WebService>): Latency | null {
  const { workload } = at.system
  const serving = Math.max(1, instances(at, it))
  const threads: Layer = {
    id: 'web-threads',
    servers: serving * slotsPerInstance(it),
    holdSeconds: workload.requestSeconds,
    arrivalsPerRequest: 1,
  }
  const webCpu: Layer = {
    id: 'web-cpu',
    servers: serving * coresPerInstance(it),
    holdSeconds: workload.requestCpuSeconds,
    arrivalsPerRequest: 1,
  }
  const behind = databaseLayers(at, it)
  if (behind === null) return null
  return {
    users: it.share * at.users,
    thinkSeconds: workload.thinkSeconds,
    requestSeconds: workload.requestSeconds,
    databaseSeconds: it.database === undefined ? 0 : workload.databaseSeconds,
    timeoutSeconds: it.timeoutSeconds,
    threads,
    webCpu,
    ...behind,
  }
}

/**
 * Other services ask of the same database for as many requests per user as this one: exact where
 * they are alike, or where the database is what all wait for.
 */
function databaseLayers(
  at: AtUsers,
  it: WebService,
): Pick<Latency, 'sessions' | 'databaseCpu'> | null {
  const route = it.database
  const instance = at.databases.find(({ name }) => name === route?.name)
  if (route === undefined || instance === undefined) return { sessions: null, databaseCpu: null }
  const vcpus = tierOf(instance.it)?.vcpus
  if (vcpus === undefined) return null
  const one = { ...at, users: 1 }
  const own = requestsPerSecond(one, it)
  const { databaseSeconds, databaseCpuSeconds } = at.system.workload
  const databaseCpu: Layer = {
    id: 'database-cpu',
    servers: vcpus,
    holdSeconds: databaseCpuSeconds,
    arrivalsPerRequest: requestsPerSecondOnDatabase(one, route.name) / own,
  }
  const pooler = at.poolers.find((one) => goesThrough(it, one.name))
  if (pooler === undefined) return { sessions: null, databaseCpu }
  const slots = usable(instance.it)
  if (slots === null) return null
  return {
    databaseCpu,
    sessions: {
      id: 'database-sessions',
      servers: Math.min(poolerServers(at, pooler), slots),
      holdSeconds: databaseSeconds,
      arrivalsPerRequest: requestsPerSecondThrough(one, pooler.name) / own,
    },
  }
}
