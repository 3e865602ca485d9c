/**
 * Any valid System, small enough to read when a property fails and wide enough to hold every shape
 * of the document.
 */
import fc from 'fast-check'
import {
  type CeleryBeat,
  type CeleryWorker,
  type Database,
  type Pooler,
  type Redis,
  type Replica,
  type Service,
  type System,
  systemSchema,
  type WebService,
} from '../../src/capacity/system.ts'

/** From the smallest to the largest, so that a larger index is a larger tier. */
export const enterpriseTiers = [
  'db-f1-micro',
  'db-g1-small',
  'db-custom-1-3840',
  'db-custom-2-7424',
  'db-custom-2-7680',
  'db-custom-4-15360',
  'db-custom-8-30720',
  'db-custom-16-61440',
  'db-custom-32-122880',
] as const
const plusTiers = ['db-perf-optimized-N-2', 'db-perf-optimized-N-8', 'db-c4a-highmem-16'] as const

const seconds = (max: number) =>
  fc.oneof(fc.constant(0), fc.double({ min: 0, max, noNaN: true, noDefaultInfinity: true }))
const positiveSeconds = fc.double({ min: 0.001, max: 5, noNaN: true })
const share = fc.constantFrom([1], [0.25, 0.75], [0.5, 0.3, 0.2])

const flags: fc.Arbitrary<Record<string, string>> = fc.record(
  {
    max_connections: fc.integer({ min: 14, max: 3000 }).map(String),
    superuser_reserved_connections: fc.integer({ min: 0, max: 20 }).map(String),
    reserved_connections: fc.integer({ min: 0, max: 20 }).map(String),
    shared_buffers: fc.integer({ min: 16, max: 2_000_000 }).map(String),
    work_mem: fc.integer({ min: 64, max: 200_000 }).map(String),
    log_connections: fc.constantFrom('on', 'off'),
  },
  { requiredKeys: [] },
)

const instance = (tiers: readonly string[]): fc.Arbitrary<Replica> =>
  fc.record({
    tier: fc.constantFrom(...tiers),
    availability: fc.constantFrom('regional', 'zonal'),
    diskGb: fc.integer({ min: 10, max: 500 }),
    flags,
    systemSessions: fc.integer({ min: 0, max: 20 }),
    adminSessions: fc.integer({ min: 0, max: 50 }),
  })

const database: fc.Arbitrary<Database> = fc
  .constantFrom('enterprise', 'enterprise-plus')
  .chain((edition) => {
    const tiers = edition === 'enterprise' ? enterpriseTiers : plusTiers
    const replica = instance(tiers)
    return fc.record({
      own: instance(tiers),
      version: fc.integer({ min: 12, max: 18 }),
      replicas: fc.dictionary(fc.constantFrom('r1', 'r2'), replica, { noNullPrototype: true }),
      edition: fc.constant(edition),
    })
  })
  .map(({ own, ...rest }) => ({ kind: 'cloud-sql-postgres', ...own, ...rest }))

const pooler = (databases: readonly string[]): fc.Arbitrary<Pooler> =>
  fc.record({
    database: fc.constantFrom(...databases),
    mode: fc.constantFrom('transaction', 'session', 'statement'),
    processes: fc.integer({ min: 1, max: 3 }),
    databaseUserPairs: fc.integer({ min: 1, max: 4 }),
    defaultPoolSize: fc.integer({ min: 1, max: 200 }),
    reservePoolSize: fc.integer({ min: 0, max: 20 }),
    maxDbConnections: fc.constantFrom(0, 0, 1, 50),
    maxClientConn: fc.integer({ min: 0, max: 20_000 }),
    serverLoginRetrySeconds: fc.integer({ min: 0, max: 30 }),
  })

const redis: fc.Arbitrary<Redis> = fc.record({
  kind: fc.constant('memorystore-redis'),
  memoryGib: fc.integer({ min: 1, max: 10 }),
  maxClients: fc.integer({ min: 1, max: 65_000 }),
  evictionPolicy: fc.constantFrom('noeviction', 'allkeys-lru'),
  broker: fc.boolean(),
})

type Routes = {
  readonly poolers: Readonly<Record<string, Pooler>>
  readonly databases: readonly string[]
  readonly redis: readonly string[]
}

const common = ({ poolers, databases, redis: stores }: Routes) => {
  const direct = databases.map((name) => ({ name, through: 'direct' }))
  const pooled = Object.entries(poolers).map(([through, it]) => ({ name: it.database, through }))
  return fc
    .record({
      cpu: fc.constantFrom(0.5, 1, 2, 4, 8),
      memoryGib: fc.constantFrom(0.5, 1, 4, 16),
      bounds: fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 200 })),
      revisionsServing: fc.constantFrom(1, 1, 1, 2),
      database: fc.constantFrom(undefined, ...direct, ...pooled),
      redis: fc.constantFrom(...(stores.length === 0 ? [undefined] : stores)),
      redisConnections: fc.integer({ min: 0, max: 30 }),
    })
    .map(({ bounds: [one, other], database: route, redis: store, ...rest }) => ({
      ...rest,
      minInstances: Math.min(one, other),
      maxInstances: Math.max(one, other),
      ...(route === undefined ? undefined : { database: route }),
      ...(store === undefined ? undefined : { redis: store }),
    }))
}

const web = (routes: Routes): fc.Arbitrary<WebService> =>
  fc
    .record({
      service: common(routes),
      concurrency: fc.integer({ min: 1, max: 300 }),
      gunicorn: fc.record({
        workerClass: fc.constantFrom('sync', 'gthread', 'gevent', 'uvicorn'),
        workers: fc.integer({ min: 1, max: 17 }),
        threads: fc.integer({ min: 1, max: 8 }),
        memoryMibPerWorker: fc.integer({ min: 1, max: 900 }),
      }),
      connMaxAgeSeconds: fc.constantFrom(0, 0, 600, null),
      pool: fc.constantFrom(undefined, { minSize: 2, maxSize: 10 }, { minSize: 0, maxSize: 1 }),
      scalar: fc.constantFrom('instance', 'request'),
    })
    .map(({ service, concurrency, gunicorn, connMaxAgeSeconds, pool, scalar }) => ({
      kind: 'web',
      ...service,
      billing: scalar,
      concurrency,
      timeoutSeconds: 300,
      share: 1,
      gunicorn,
      django: { connMaxAgeSeconds, ...(pool === undefined ? undefined : { pool }) },
    }))

const worker = (routes: Routes): fc.Arbitrary<CeleryWorker> =>
  fc
    .record({
      service: common(routes),
      celery: fc.record({
        pool: fc.constantFrom('prefork', 'threads'),
        concurrency: fc.integer({ min: 1, max: 16 }),
        prefetchMultiplier: fc.integer({ min: 0, max: 4 }),
        memoryMibPerProcess: fc.integer({ min: 1, max: 500 }),
        scalesOnQueue: fc.boolean(),
      }),
    })
    .map(({ service, celery }) => ({ kind: 'celery-worker', ...service, celery }))

const beat = (routes: Routes): fc.Arbitrary<CeleryBeat> =>
  fc
    .record({ service: common(routes), databaseScheduler: fc.boolean() })
    .map(({ service, databaseScheduler }) => ({
      kind: 'celery-beat',
      ...service,
      databaseScheduler,
    }))

const workload = fc.record({
  users: fc.integer({ min: 0, max: 50_000 }),
  nowUsers: fc.integer({ min: 0, max: 5_000 }),
  peakHoursPerDay: fc.integer({ min: 0, max: 24 }),
  thinkSeconds: seconds(10),
  requestSeconds: positiveSeconds,
  requestCpuSeconds: seconds(0.5),
  databaseSeconds: seconds(0.5),
  databaseCpuSeconds: seconds(0.05),
  tasksPerRequest: seconds(1),
  taskSeconds: positiveSeconds,
  taskCpuSeconds: seconds(1),
  source: fc.constantFrom('assumed', 'measured'),
})

const dictionary = <Value>(names: readonly string[], value: fc.Arbitrary<Value>, least: number) =>
  fc.dictionary(fc.constantFrom(...names), value, {
    minKeys: least,
    maxKeys: names.length,
    noNullPrototype: true,
  })

export const randomSystem: fc.Arbitrary<System> = fc
  .record({
    databases: dictionary(['db1', 'db2'], database, 1),
    redis: dictionary(['main', 'cache'], redis, 0),
    shares: share,
    workload,
    maxUtilization: fc.constantFrom(0.5, 0.8, 1),
    threshold: fc.integer({ min: 0, max: 700 }),
    // One region has prices.
    region: fc.constantFrom('us-central1', 'us-central1', 'europe-west1'),
  })
  .chain((parts) => {
    const databases = Object.keys(parts.databases)
    return fc.record({
      parts: fc.constant(parts),
      poolers: dictionary(['pgbouncer', 'pgcat'], pooler(databases), 0),
    })
  })
  .chain(({ parts, poolers }) => {
    const databases = Object.keys(parts.databases)
    const routes = { poolers, databases, redis: Object.keys(parts.redis) }
    return fc.record({
      parts: fc.constant({ ...parts, poolers }),
      webs: fc.tuple(...parts.shares.map(() => web(routes))),
      others: dictionary(['worker', 'worker2'], worker(routes), 0),
      beats: dictionary(['beat'], beat(routes), 0),
    })
  })
  .map(({ parts, webs, others, beats }) => {
    const { shares, maxUtilization, threshold, ...rest } = parts
    const services: Record<string, Service> = { ...others, ...beats }
    for (const [index, it] of webs.entries())
      services[`web${index}`] = { ...it, share: shares[index] ?? 1 }
    const [first = 'db1'] = Object.keys(parts.databases)
    return systemSchema.parse({
      version: 1,
      name: 'random',
      project: 'p',
      ...rest,
      services,
      alerts: { sessions: { metric: 'database-connections', database: first, threshold } },
      policy: { maxUtilization, p95Ms: 500, errorRate: 0.01, monthlyBudgetUsd: 1000 },
    })
  })
