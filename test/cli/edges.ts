/** Documents at the edges, each with what status should say of it: sums by hand from capacity.md. */
import { golden } from '../capacity/golden.ts'

export type Edits = Readonly<Record<string, unknown>>

/** The example with other values at these paths; undefined takes one away. */
export function edited(edits: Edits): unknown {
  const copy: unknown = structuredClone(golden('today'))
  for (const [path, value] of Object.entries(edits)) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    const holder = names.reduce<unknown>((at, name) => Reflect.get(Object(at), name), copy)
    if (value === undefined) Reflect.deleteProperty(Object(holder), last)
    else Reflect.set(Object(holder), last, value)
  }
  return copy
}

export const db = 'databases.tuki-db-prod'
export const web = 'services.backend'
const worker = 'services.celery-worker'
const beat = 'services.celery-beat'
const pooler = 'poolers.pgbouncer'
const pooled = {
  [`${web}.database.through`]: 'pgbouncer',
  [`${worker}.database.through`]: 'pgbouncer',
}
const { backend } = golden('today').services
const half = { ...backend, share: 0.5 }
const replica = {
  ...{ tier: 'db-custom-2-7680', availability: 'zonal', diskGb: 50, flags: {} },
  ...{ systemSessions: 7, adminSessions: 0 },
}

const broken = 'broken'
/** Title, edits, law, subject, and what is expected; null: no such finding. */
export const edgeCases: readonly (readonly [string, Edits, string, string, object | null])[] = [
  [
    'no database',
    { [`${web}.database`]: undefined },
    'db-connections',
    db,
    { demand: 90, limit: 390 },
  ],
  ['no users', { 'workload.users': 0 }, 'web-slots', web, { demand: 0, severity: 'ok' }],
  [
    '10^7 users',
    { 'workload.users': 10_000_000 },
    'web-slots',
    web,
    { limit: 1800, severity: broken },
  ],
  ['two revisions', { [`${web}.revisionsServing`]: 2 }, 'db-connections', db, { demand: 3690 }],
  [
    'a pool of two to ten',
    { [`${web}.django.pool`]: { minSize: 2, maxSize: 10 } },
    'db-connections',
    db,
    { demand: 3690 },
  ],
  [
    'a pool of one',
    { [`${web}.django.pool`]: { minSize: 0, maxSize: 1 }, [`${web}.gunicorn.threads`]: 4 },
    'web-slots',
    web,
    { limit: 1800 },
  ],
  [
    'connections for ever',
    { [`${web}.django.connMaxAgeSeconds`]: null, [`${web}.gunicorn.threads`]: 4 },
    'db-connections',
    db,
    { demand: 7290 },
  ],
  [
    '20 of 36 threads',
    { [`${web}.gunicorn.threads`]: 4, [`${web}.concurrency`]: 20 },
    'db-connections',
    db,
    { demand: 4090 },
  ],
  [
    'gevent',
    { [`${web}.gunicorn.workerClass`]: 'gevent' },
    'db-built-in-connections',
    web,
    { demand: 200, limit: 100, severity: broken },
  ],
  [
    'gevent',
    { [`${web}.gunicorn.workerClass`]: 'gevent' },
    'db-connections',
    db,
    { demand: 40_090 },
  ],
  ['a micro', { [`${db}.tier`]: 'db-f1-micro' }, 'db-connections', db, { limit: 15 }],
  ['a micro', { [`${db}.tier`]: 'db-f1-micro' }, 'db-cpu', db, { limit: 1 }],
  ['a small', { [`${db}.tier`]: 'db-g1-small' }, 'db-connections', db, { limit: 40 }],
  ['one vCPU', { [`${db}.tier`]: 'db-custom-1-3840' }, 'db-connections', db, { limit: 90 }],
  [
    'a flag of 500',
    { [`${db}.flags`]: { max_connections: '500' } },
    'db-connections',
    db,
    { limit: 490 },
  ],
  [
    'a flag of 5',
    { [`${db}.flags`]: { max_connections: '5' } },
    'db-connections',
    db,
    { limit: 0 },
  ],
  [
    'reserved slots',
    { [`${db}.flags`]: { superuser_reserved_connections: '5', reserved_connections: '2' } },
    'db-connections',
    db,
    { limit: 386 },
  ],
  ['both pooled', pooled, 'db-connections', db, { demand: 60, severity: 'ok' }],
  ['both pooled', pooled, 'pooler-clients', pooler, { demand: 1880, limit: 5000 }],
  ['both pooled', pooled, 'pooler-busy', pooler, { limit: 50, severity: broken }],
  [
    'a capped pool',
    { ...pooled, [`${pooler}.maxDbConnections`]: 30 },
    'db-connections',
    db,
    { demand: 40 },
  ],
  [
    'two processes',
    { ...pooled, [`${pooler}.processes`]: 2 },
    'db-connections',
    db,
    { demand: 110 },
  ],
  [
    'two processes',
    { ...pooled, [`${pooler}.processes`]: 2 },
    'pooler-clients',
    pooler,
    { limit: 10_000 },
  ],
  [
    'sessions pooled',
    { ...pooled, [`${pooler}.mode`]: 'session' },
    'pooler-mode',
    pooler,
    { holds: false, severity: broken },
  ],
  ['an unused pooler', { [`${pooler}.mode`]: 'session' }, 'pooler-mode', pooler, null],
  [
    'another edition',
    { [`${db}.edition`]: 'enterprise-plus' },
    'tier-valid',
    db,
    { severity: broken },
  ],
  ['two beats', { [`${beat}.maxInstances`]: 2 }, 'beat-singleton', beat, { severity: broken }],
  ['no beat', { [`${beat}.minInstances`]: 0 }, 'beat-singleton', beat, { severity: broken }],
  [
    'a scheduler in the database',
    { [`${beat}.databaseScheduler`]: true },
    'db-connections',
    db,
    { demand: 1891 },
  ],
  [
    'eight processes',
    { [`${worker}.celery.concurrency`]: 8 },
    'celery-memory',
    worker,
    { demand: 1800, limit: 4096 },
  ],
  [
    'eight processes',
    { [`${worker}.celery.concurrency`]: 8 },
    'celery-throughput',
    worker,
    { limit: 160 },
  ],
  [
    'a scaler',
    { [`${worker}.celery.scalesOnQueue`]: true },
    'celery-scaling',
    worker,
    { limit: 80, severity: 'tight' },
  ],
  ['two sites', { [web]: half, 'services.shop': half }, 'db-connections', db, { demand: 3690 }],
  [
    'two sites',
    { [web]: half, 'services.shop': half },
    'web-slots',
    'services.shop',
    { limit: 1800, severity: 'ok' },
  ],
  [
    'a replica',
    { [`${db}.replicas`]: { r1: replica } },
    'replica-max-connections',
    `${db}.replicas.r1`,
    { severity: 'ok' },
  ],
  [
    'a replica behind a flag',
    { [`${db}.replicas`]: { r1: replica }, [`${db}.flags`]: { max_connections: '500' } },
    'replica-max-connections',
    `${db}.replicas.r1`,
    { severity: broken },
  ],
  [
    'a broker that evicts',
    { 'redis.main.evictionPolicy': 'allkeys-lru' },
    'redis-eviction',
    'redis.main',
    { severity: broken },
  ],
  [
    'a cache that evicts',
    { 'redis.main.evictionPolicy': 'allkeys-lru', 'redis.main.broker': false },
    'redis-eviction',
    'redis.main',
    null,
  ],
  ['the example', {}, 'redis-clients', 'redis.main', { demand: 3882, limit: 65_000 }],
  ['short tasks', { 'workload.taskSeconds': 0.5 }, 'celery-prefetch', worker, { severity: 'ok' }],
  ['an end of life', { [`${db}.version`]: 13 }, 'version-supported', db, { severity: broken }],
  [
    'a version that nobody knows',
    { [`${db}.version`]: 99 },
    'version-supported',
    db,
    { holds: null, severity: 'unknown' },
  ],
  [
    'an alert at 312',
    { 'alerts.db-connections.threshold': 312 },
    'alert-fires',
    'alerts.db-connections',
    { severity: 'ok' },
  ],
  [
    'an alert at 389',
    { 'alerts.db-connections.threshold': 389 },
    'alert-fires',
    'alerts.db-connections',
    { severity: 'tight' },
  ],
  [
    'an alert at 390',
    { 'alerts.db-connections.threshold': 390 },
    'alert-fires',
    'alerts.db-connections',
    { severity: broken },
  ],
  [
    'idle cores',
    { [`${web}.cpu`]: 8, [`${web}.gunicorn.workers`]: 4 },
    'web-processes',
    web,
    { severity: 'tight' },
  ],
  [
    'idle cores',
    { [`${web}.cpu`]: 8, [`${web}.gunicorn.workers`]: 4 },
    'web-cpu',
    web,
    { limit: 800 },
  ],
  [
    '2 GiB',
    { [`${web}.memoryGib`]: 2 },
    'web-memory',
    web,
    { demand: 2250, limit: 2048, severity: broken },
  ],
]
