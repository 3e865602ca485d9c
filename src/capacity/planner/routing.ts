/**
 * Who goes through which pooler, and what follows of it: the options of every part, and what they
 * share. capacity.md, 5: "with a pooler and without".
 */
import { isNegative } from '../arithmetic.ts'
import { type AtUsers, atUsers } from '../at-users.ts'
import { usable } from '../cloud-sql.ts'
import { connectionsPerInstance, redisClientsPerInstance, serversOf } from '../derive.ts'
import { builtInLimit, dbBuiltInConnections } from '../laws/db-built-in-connections.ts'
import { dbConnections } from '../laws/db-connections.ts'
import { dbCpu } from '../laws/db-cpu.ts'
import { dbMemory } from '../laws/db-memory.ts'
import { poolerBusy } from '../laws/pooler-busy.ts'
import { poolerClients } from '../laws/pooler-clients.ts'
import { redisClients } from '../laws/redis-clients.ts'
import { prices } from '../prices.ts'
import type { Database, Service, System } from '../system.ts'
import {
  databaseOptions,
  microUsd,
  type Option,
  poolerOptions,
  type Wish,
  worstOf,
} from './domain.ts'
import type { ServiceDomain } from './service-domain.ts'

/** A sum that may not pass its limit: sessions of a database, clients of a pooler or of Redis. */
export type Shared = {
  readonly law: string
  readonly subject: string
  /** What is taken before anything is chosen, less the limit. */
  readonly base: number
}

export type RoutedOption = {
  readonly option: Option
  /** For each shared sum, in order. */
  readonly takes: readonly number[]
}

/** One way to route, with what may be chosen for each part. */
export type Routing = {
  readonly system: System
  readonly microUsd: number
  readonly steps: number
  readonly shared: readonly Shared[]
  readonly parts: readonly (readonly RoutedOption[])[]
}

export type Routed =
  | { readonly kind: 'routing'; readonly routing: Routing }
  | { readonly kind: 'refused'; readonly refusedBy: readonly Blame[] }

export type Blame = { readonly law: string; readonly subject: string }

export function routingsOf(
  wish: Wish,
  services: ReadonlyMap<string, ServiceDomain>,
): readonly Routed[] {
  const routed = routes(wish.system)
  const databases = new Map(
    Object.keys(wish.system.databases).map((name) => [name, fittingTiers(wish, name)]),
  )
  const rooms = new Map<Option, number>()
  for (const { options } of databases.values())
    for (const option of options)
      if (option.change.kind === 'database') rooms.set(option, roomOf(wish, option.change))
  return routed.map((system) =>
    routingOf({ ...wish, system }, { today: wish, services, databases, rooms }),
  )
}

type Tiers = { readonly options: readonly Option[]; readonly refusedBy: readonly Blame[] }

/**
 * Tiers whose cores are enough, and whose replicas hold: the requests on a database are the same
 * however they come.
 */
function fittingTiers(wish: Wish, name: string): Tiers {
  const refusals = new Map<string, Blame>()
  const options = databaseOptions(wish, name).filter(({ change }) => {
    if (change.kind !== 'database') return false
    const at = withDatabase(wish, { name, it: change.it })
    const replicas = { ...at, databases: [] }
    const broken = [
      ...(worstOf(dbCpu, at) === 'ok' ? [] : [dbCpu.id]),
      ...(dbMemory.isBroken(replicas) ? [dbMemory.id] : []),
    ]
    for (const law of broken) refusals.set(law, { law, subject: `databases.${name}` })
    return broken.length === 0
  })
  return { options, refusedBy: [...refusals.values()] }
}

/** One database alone, with its replicas. */
function withDatabase(wish: Wish, { name, it }: { name: string; it: Database }): AtUsers {
  const { users } = wish.peak
  const system = { ...wish.system, databases: { [name]: it } }
  return atUsers(system, { users, scale: 'needed', today: wish.today })
}

/** How many sessions a tier has room for, in slots and in memory. */
function roomOf(wish: Wish, { name, it }: { name: string; it: Database }): number {
  const slots = usable(it)
  // Without a readable limit nothing is ruled out here: the laws themselves will say so.
  if (slots === null) return Number.POSITIVE_INFINITY
  const at = withDatabase(wish, { name, it })
  const fits = (sessions: number) =>
    !dbMemory.isBroken({
      ...at,
      services: [],
      poolers: [],
      replicas: [],
      databases: at.databases.map((one) => ({ ...one, it: { ...it, adminSessions: sessions } })),
    })
  if (fits(slots)) return slots
  let [holds, broken] = [-1, slots]
  while (broken - holds > 1) {
    const between = Math.floor((holds + broken) / 2)
    if (fits(between)) holds = between
    else broken = between
  }
  return holds
}

/** Every combination: straight to the database, or through each of its poolers. */
function routes(system: System): readonly System[] {
  let systems: readonly System[] = [system]
  for (const [name, service] of Object.entries(system.services)) {
    const { database } = service
    if (database === undefined || connectionsPerInstance(service) === 0) continue
    const poolers = Object.entries(system.poolers).filter(([, it]) => it.database === database.name)
    const ways = new Set([database.through, 'direct', ...poolers.map(([pooler]) => pooler)])
    systems = systems.flatMap((one) =>
      [...ways].map((through) => routedTo(one, { name, service, through })),
    )
  }
  return systems
}

function routedTo(
  system: System,
  { name, service, through }: { name: string; service: Service; through: string },
): System {
  if (service.database === undefined || service.database.through === through) return system
  const database = { ...service.database, through }
  return { ...system, services: { ...system.services, [name]: { ...service, database } } }
}

type Domains = {
  readonly today: Wish
  readonly services: ReadonlyMap<string, ServiceDomain>
  readonly databases: ReadonlyMap<string, Tiers>
  /** For each option of a database, sessions. */
  readonly rooms: ReadonlyMap<Option, number>
}

function routingOf(wish: Wish, domains: Domains): Routed {
  const { system } = wish
  const used = Object.keys(system.poolers).filter((name) => goesThrough(system, name))
  const sharing = sharedOf(system, { used, rooms: domains.rooms })
  const refusedBy: Blame[] = []
  const parts: RoutedOption[][] = []
  const add = (options: readonly Option[], blame: readonly Blame[]) => {
    if (options.length === 0) refusedBy.push(...blame)
    parts.push(options.map((option) => ({ option, takes: sharing.map((one) => one.take(option)) })))
  }
  for (const { options, refusedBy: blame } of domains.databases.values()) add(options, blame)
  // Before the services: with its database and pooler a service can be looked at alone.
  for (const name of used)
    add(fittingPools(wish, name), [{ law: poolerBusy.id, subject: `poolers.${name}` }])
  for (const [name, { options, refusedBy: laws }] of domains.services) {
    const subject = `services.${name}`
    const fitting = options.filter((one) => isWithinBuiltIn(system, one))
    const builtIn = { law: dbBuiltInConnections.id, subject }
    add(fitting, options.length > 0 ? [builtIn] : laws.map((law) => ({ law, subject })))
  }
  if (refusedBy.length > 0) return { kind: 'refused', refusedBy }
  const routed = Object.entries(system.services).filter(
    ([name, it]) => domains.today.system.services[name]?.database?.through !== it.database?.through,
  )
  const shared = sharing.map(({ law, subject, base }) => ({ law, subject, base }))
  const fixedUsd = microUsd(prices.poolerVmMonth.usd) * used.length
  return {
    kind: 'routing',
    routing: { system, microUsd: fixedUsd, steps: routed.length, shared, parts },
  }
}

function goesThrough({ services }: System, pooler: string): boolean {
  return Object.values(services).some((one) => one.database?.through === pooler)
}

/** Sizes that the requests do not even make tight. */
function fittingPools(wish: Wish, name: string): readonly Option[] {
  return poolerOptions(wish, name).filter(({ change }) => {
    if (change.kind !== 'pooler') return false
    const at = withPooler(wish, { name, it: change.it })
    return worstOf(poolerBusy, at) === 'ok'
  })
}

function withPooler(wish: Wish, { name, it }: { name: string; it: System['poolers'][string] }) {
  const path = `poolers.${name}`
  const services = wish.peak.services.map((one) => ({
    ...one,
    it: wish.system.services[one.name] ?? one.it,
  }))
  const webs = services.flatMap(({ name: of, path: at, it: service }) =>
    service.kind === 'web' ? [{ name: of, path: at, it: service }] : [],
  )
  return { ...wish.peak, system: wish.system, services, webs, poolers: [{ name, path, it }] }
}

function routeOf({ services }: System, { change }: Option) {
  return change.kind === 'service' ? services[change.name]?.database : undefined
}

/** Connections of one instance by the built-in way. */
function isWithinBuiltIn(system: System, option: Option): boolean {
  const { change } = option
  if (change.kind !== 'service' || routeOf(system, option)?.through !== 'direct') return true
  return connectionsPerInstance(change.it) <= builtInLimit
}

type Sharing = Shared & { readonly take: (option: Option) => number }

function sharedOf(
  system: System,
  { used, rooms }: { used: readonly string[]; rooms: Domains['rooms'] },
): readonly Sharing[] {
  return [
    ...Object.entries(system.databases).map(([name, database]) => ({
      law: dbConnections.id,
      subject: `databases.${name}`,
      base: database.adminSessions,
      take: (option: Option) => sessionsOf(system, { option, database: name, rooms }),
    })),
    ...used.map((name) => ({
      law: poolerClients.id,
      subject: `poolers.${name}`,
      base: -(system.poolers[name]?.processes ?? 0) * (system.poolers[name]?.maxClientConn ?? 0),
      take: (option: Option) => (routeOf(system, option)?.through === name ? most(option) : 0),
    })),
    ...Object.entries(system.redis).map(([name, { maxClients }]) => ({
      law: redisClients.id,
      subject: `redis.${name}`,
      base: -maxClients,
      take: (option: Option) => redisOf(system, { option, store: name }),
    })),
  ]
}

/** Connections at maxInstances. */
function most({ change }: Option): number {
  if (change.kind !== 'service') return 0
  const { it } = change
  return it.maxInstances * it.revisionsServing * connectionsPerInstance(it)
}

function sessionsOf(
  system: System,
  { option, database, rooms }: { option: Option; database: string; rooms: Domains['rooms'] },
): number {
  const { change } = option
  switch (change.kind) {
    case 'database':
      return change.name === database ? -(rooms.get(option) ?? 0) : 0
    case 'service': {
      const route = routeOf(system, option)
      return route?.name === database && route.through === 'direct' ? most(option) : 0
    }
    case 'pooler': {
      const { it } = change
      return it.database === database ? serversOf(it) : 0
    }
  }
}

function redisOf(system: System, { option, store }: { option: Option; store: string }): number {
  const { change } = option
  if (change.kind !== 'service') return 0
  const { it } = change
  const stores = Object.keys(system.redis)
  const own = it.redis ?? (stores.length === 1 ? stores[0] : undefined)
  if (own !== store) return 0
  return it.maxInstances * it.revisionsServing * redisClientsPerInstance(it)
}

/** Whether what is taken passes the limit. */
export function isOver(taken: number): boolean {
  return isNegative(-taken)
}
