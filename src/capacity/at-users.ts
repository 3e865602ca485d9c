/**
 * A System at a number of users, as the laws look at it: each service at its maximum, or at the
 * instances that these users need. Lists instead of records, so that one assessment walks them
 * without building anything. capacity.md, 2.
 */
import { unreadableField } from './cloud-sql.ts'
import type {
  Alert,
  CeleryBeat,
  CeleryWorker,
  Database,
  Pooler,
  Redis,
  Replica,
  Service,
  System,
  WebService,
} from './system.ts'

/**
 * What stands in the place of maxInstances. `maximum`: maxInstances, the worst case. `needed`:
 * instances(users), for a quiet hour. `planned`: instances(users) too, but the supply of
 * `web-slots` and its like is a part of maxInstances.
 */
export type Scale = 'maximum' | 'needed' | 'planned'

export type Named<Kind> = {
  readonly name: string
  /** The finding's subject: the path in the System; in a roll-out the old revision's. */
  readonly path: string
  readonly it: Kind
}

export type InstanceAt = Named<Replica> & {
  readonly database: Database
  readonly databaseName: string
  /** Undefined for the primary itself. */
  readonly primary: Database | undefined
}

export type AtUsers = {
  readonly system: System
  readonly users: number
  readonly scale: Scale
  /** YYYY-MM-DD. */
  readonly today: string
  readonly services: readonly Named<Service>[]
  readonly webs: readonly Named<WebService>[]
  readonly workers: readonly Named<CeleryWorker>[]
  readonly beats: readonly Named<CeleryBeat>[]
  readonly databases: readonly InstanceAt[]
  readonly replicas: readonly InstanceAt[]
  readonly poolers: readonly Named<Pooler>[]
  readonly redis: readonly Named<Redis>[]
  readonly alerts: readonly Named<Alert>[]
}

export function atUsers(
  system: System,
  { users, scale, today }: { users: number; scale: Scale; today: string },
): AtUsers {
  const services: Named<Service>[] = []
  const webs: Named<WebService>[] = []
  const workers: Named<CeleryWorker>[] = []
  const beats: Named<CeleryBeat>[] = []
  for (const [name, it] of Object.entries(system.services)) {
    const path = `services.${it.replaces ?? name}`
    services.push({ name, path, it })
    if (it.kind === 'web') webs.push({ name, path, it })
    else if (it.kind === 'celery-worker') workers.push({ name, path, it })
    else beats.push({ name, path, it })
  }
  const { databases, replicas } = instancesOf(system)
  const poolers = named('poolers', system.poolers)
  const redis = named('redis', system.redis)
  const alerts = named('alerts', system.alerts)
  return {
    system,
    users,
    scale,
    today,
    services,
    webs,
    workers,
    beats,
    databases,
    replicas,
    poolers,
    redis,
    alerts,
  }
}

function instancesOf(system: System): { databases: InstanceAt[]; replicas: InstanceAt[] } {
  const databases: InstanceAt[] = []
  const replicas: InstanceAt[] = []
  for (const [databaseName, database] of Object.entries(system.databases)) {
    const path = `databases.${databaseName}`
    const inCommon = { database, databaseName }
    databases.push({ name: databaseName, path, it: database, ...inCommon, primary: undefined })
    for (const [name, it] of Object.entries(database.replicas))
      replicas.push({ name, path: `${path}.replicas.${name}`, it, ...inCommon, primary: database })
  }
  return { databases, replicas }
}

function named<Kind>(section: string, record: Readonly<Record<string, Kind>>): Named<Kind>[] {
  const list: Named<Kind>[] = []
  for (const [name, it] of Object.entries(record))
    list.push({ name, path: `${section}.${name}`, it })
  return list
}

/** The path of what cannot be read of an instance or of its primary. */
export function unreadablePath({ path, it, primary, databaseName }: InstanceAt): string {
  const own = unreadableField(it)
  if (own !== undefined || primary === undefined) return `${path}.${own ?? 'tier'}`
  return `databases.${databaseName}.${unreadableField(primary) ?? 'tier'}`
}
