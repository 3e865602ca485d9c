/** The terms that several derivations share: each number with its formula and where it was read. */
import type { AtUsers, InstanceAt, Named } from './at-users.ts'
import {
  defaultMaxConnections,
  maxConnections,
  numberFlag,
  reserved,
  tierOf,
  usable,
} from './cloud-sql.ts'
import {
  clients,
  connectionsPerInstance,
  coresPerInstance,
  instances,
  isDirectTo,
  isInUse,
  poolerServers,
  requestsPerSecond,
  slotsPerInstance,
  tasksPerSecond,
  threadsPerWorker,
} from './derive.ts'
import type { Term } from './finding.ts'
import type { SourceOf } from './law.ts'
import type { CeleryWorker, Service, WebService } from './system.ts'

const connectionsPage = 'facts/cloudsql.md, 1'

/** A number as people write it: at most six decimals. */
export function shown(value: number | null): string {
  return value === null ? 'unknown' : String(Math.round(value * 1e6) / 1e6)
}

/** The closing line of a sum. */
export function total(term: 'demand' | 'limit', value: number | null, formula: string): Term {
  return { term, value: value ?? 'unknown', formula, source: 'capacity.md, 3' }
}

export function sumOf(values: readonly (number | string)[]): string {
  return values.length === 0 ? '0' : values.join(' + ')
}

/** What each direct service, each pooler in use and people may hold open on a primary. */
export function sessionTerms(at: AtUsers, database: InstanceAt, sourceOf: SourceOf): Term[] {
  const services = at.services
    .filter(({ it }) => isDirectTo(it, database.name))
    .map((service) => clientsTerm(at, service, sourceOf))
  const poolers = at.poolers
    .filter((pooler) => pooler.it.database === database.name && isInUse(at, pooler))
    .map((pooler) => serversTerm(at, pooler, sourceOf))
  return [
    ...services,
    ...poolers,
    {
      term: 'admin',
      value: database.it.adminSessions,
      formula: 'people, migrations, this bot',
      source: sourceOf(`${database.path}.adminSessions`),
    },
  ]
}

export function clientsTerm(
  at: AtUsers,
  { name, path, it }: Named<Service>,
  sourceOf: SourceOf,
): Term {
  const each = connectionsPerInstance(it)
  const revisions = it.revisionsServing === 1 ? '' : ` x ${it.revisionsServing} revisions`
  return {
    term: name,
    value: clients(at, it),
    formula: `${instances(at, it)} instances${revisions} x ${each} connections`,
    source: sourceOf(`${path}.maxInstances`),
  }
}

/** How many connections one instance of a direct service may hold, as `connectionsPerInstance` has it. */
export function connectionsFormula(service: Service): string {
  switch (service.kind) {
    case 'web': {
      const { workers } = service.gunicorn
      const { pool, connMaxAgeSeconds } = service.django
      const threads = `${workers} workers x ${threadsPerWorker(service)} threads`
      if (pool !== undefined)
        return `${workers} workers x a pool of ${pool.minSize} to ${pool.maxSize}, no more than their threads need`
      return connMaxAgeSeconds === 0
        ? `the smaller of concurrency ${service.concurrency} and ${threads}`
        : `${threads}, each kept`
    }
    case 'celery-worker':
      return `one for each of ${service.celery.concurrency} processes`
    case 'celery-beat':
      return service.databaseScheduler
        ? 'one for the schedule'
        : 'none: its schedule is in no table'
  }
}

export function serversTerm(
  at: AtUsers,
  pooler: Named<(typeof at.poolers)[number]['it']>,
  sourceOf: SourceOf,
): Term {
  const { processes, databaseUserPairs, defaultPoolSize, reservePoolSize, maxDbConnections } =
    pooler.it
  const pool = defaultPoolSize + reservePoolSize
  const cap = maxDbConnections > 0 ? `, at most ${maxDbConnections} each` : ''
  return {
    term: pooler.name,
    value: poolerServers(at, pooler),
    formula: `${processes} processes x ${databaseUserPairs} pairs x ${pool} servers${cap}`,
    source: sourceOf(`${pooler.path}.defaultPoolSize`),
  }
}

/** max_connections and what is taken from it, with `limit` as the last. */
export function usableTerms(instance: InstanceAt, sourceOf: SourceOf): Term[] {
  const { it, path } = instance
  const most = maxConnections(it, instance.primary)
  const kept = reserved(it)
  return [
    maxConnectionsTerm(instance, sourceOf),
    {
      term: 'reserved',
      value: kept ?? 'unknown',
      formula: 'superuser_reserved_connections + reserved_connections',
      source: `${sourceOf(`${path}.flags`)}; ${connectionsPage}`,
    },
    {
      term: 'systemSessions',
      value: it.systemSessions,
      formula: "Cloud SQL's own",
      source: sourceOf(`${path}.systemSessions`),
    },
    total('limit', usable(it), `${shown(most)} - ${shown(kept)} - ${it.systemSessions}`),
  ]
}

export function maxConnectionsTerm({ it, path, primary }: InstanceAt, sourceOf: SourceOf): Term {
  const term = 'max_connections'
  const flag = numberFlag(it, 'max_connections')
  if (flag !== undefined)
    return {
      term,
      value: flag ?? 'unknown',
      formula: 'the flag, which does not follow the tier',
      source: sourceOf(`${path}.flags.max_connections`),
    }
  const own = tierOf(it)
  const above = primary === undefined ? null : tierOf(primary)
  const memoryMib = Math.max(own?.memoryMib ?? 0, above?.memoryMib ?? 0)
  return {
    term,
    value: own === null ? 'unknown' : defaultMaxConnections(memoryMib),
    formula: `the default for ${memoryMib} MiB`,
    source: `${sourceOf(`${path}.tier`)}; ${connectionsPage}`,
  }
}

export function requestsTerm(
  at: AtUsers,
  { name, it }: Named<WebService>,
  sourceOf: SourceOf,
): Term {
  const { thinkSeconds, requestSeconds } = at.system.workload
  return {
    term: `${name} requests per second`,
    value: requestsPerSecond(at, it),
    formula: `${it.share} x ${at.users} users / (${thinkSeconds} s + ${requestSeconds} s)`,
    source: sourceOf('workload.thinkSeconds'),
  }
}

/** Requests of every web service for which `uses` holds. */
export function requestsTerms(
  at: AtUsers,
  uses: (web: WebService) => boolean,
  sourceOf: SourceOf,
): Term[] {
  return at.webs
    .filter(({ it }) => it.replaces === undefined && uses(it))
    .map((web) => requestsTerm(at, web, sourceOf))
}

export function workloadTerm(
  at: AtUsers,
  field:
    | 'requestSeconds'
    | 'requestCpuSeconds'
    | 'databaseSeconds'
    | 'databaseCpuSeconds'
    | 'taskSeconds'
    | 'taskCpuSeconds',
  sourceOf: SourceOf,
): Term {
  return {
    term: field,
    value: at.system.workload[field],
    formula: at.system.workload.source,
    source: sourceOf(`workload.${field}`),
  }
}

export function tasksTerm(at: AtUsers, sourceOf: SourceOf): Term {
  const { tasksPerRequest } = at.system.workload
  return {
    term: 'tasks per second',
    value: tasksPerSecond(at),
    formula: `${at.users} users, ${tasksPerRequest} tasks per request`,
    source: sourceOf('workload.tasksPerRequest'),
  }
}

export function slotsTerm({ path, it }: Named<WebService>, sourceOf: SourceOf): Term {
  return {
    term: 'slots per instance',
    value: slotsPerInstance(it),
    formula: `the smaller of concurrency ${it.concurrency} and all threads of the workers`,
    source: sourceOf(`${path}.gunicorn`),
  }
}

export function coresTerm(
  { path, it }: Named<WebService | CeleryWorker>,
  sourceOf: SourceOf,
): Term {
  return {
    term: 'cores per instance',
    value: coresPerInstance(it),
    formula: 'the smaller of vCPUs and processes: one Python process uses one core',
    source: sourceOf(`${path}.cpu`),
  }
}

export function instancesTerm(at: AtUsers, { path, it }: Named<Service>, sourceOf: SourceOf): Term {
  return {
    term: 'instances',
    value: instances(at, it),
    formula:
      at.scale === 'maximum' ? 'maxInstances' : `what ${at.users} users need, within min and max`,
    source: sourceOf(`${path}.maxInstances`),
  }
}

/** A single field of the document, as it stands. */
export function fieldTerm(
  term: string,
  value: number | string,
  { path, sourceOf }: { path: string; sourceOf: SourceOf },
): Term {
  return { term, value, formula: 'as configured', source: sourceOf(path) }
}
