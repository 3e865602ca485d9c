/**
 * The golden cases of services and Redis: a case's names on the left, ours on the right; what only
 * a case asks for stays here.
 */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { assess } from '../../src/capacity/assess.ts'
import { atUsers } from '../../src/capacity/at-users.ts'
import {
  clients,
  connectionsPerInstance,
  slotsPerInstance,
  threadsPerInstance,
} from '../../src/capacity/derive.ts'
import type { System, WebService } from '../../src/capacity/system.ts'
import { type CapacityCase, capacityCases, golden, today } from './golden.ts'

const site = golden('today')
const count = z.number()

describe('the golden quantities are met', () => {
  const groups: Readonly<Record<string, (given: CapacityCase['given']) => object>> = {
    effective_concurrency: concurrencyCase,
    backend_connections: backendCase,
    django_settings_valid: djangoCase,
    celery_db_connections: celeryCase,
    redis_clients: redisCase,
  }
  const cases = capacityCases.filter(({ group }) => Object.hasOwn(groups, group))

  it('every group has cases', () => {
    expect(new Set(cases.map(({ group }) => group))).toEqual(new Set(Object.keys(groups)))
  })

  it.each(cases)('$id', ({ group, given, expect: expected }) => {
    expect(groups[group]?.(given)).toMatchObject(expected)
  })
})

function web(fields: Partial<WebService> = {}): WebService {
  const found = site.services.backend
  if (found?.kind !== 'web') throw new Error('no backend')
  return { ...found, ...fields }
}

function concurrencyCase(given: CapacityCase['given']): object {
  const {
    workers,
    threads,
    worker_class,
    worker_connections,
    container_concurrency,
    max_instances,
  } = z
    .object({
      workers: count,
      threads: count,
      worker_class: z.enum(['sync', 'gthread', 'gevent', 'uvicorn']),
      worker_connections: count,
      container_concurrency: count,
      max_instances: count,
    })
    .parse(given)
  const service = web({
    concurrency: container_concurrency,
    gunicorn: {
      workerClass: worker_class,
      workers,
      threads,
      workerConnections: worker_connections,
      memoryMibPerWorker: 250,
    },
  })
  const slots = slotsPerInstance(service)
  const inside = threadsPerInstance(service)
  return {
    actual_worker_class: worker_class === 'sync' && threads > 1 ? 'gthread' : worker_class,
    parallel_requests_per_instance: slots,
    queued_in_container_per_instance: Math.max(0, container_concurrency - inside),
    idle_threads_per_instance: Math.max(0, inside - container_concurrency),
    service_parallel_requests: slots * max_instances,
    service_admitted_requests: container_concurrency * max_instances,
    admits_more_than_it_works_on: container_concurrency > inside,
  }
}

function backendCase(given: CapacityCase['given']): object {
  const asked = z
    .object({
      instances: count,
      workers: count,
      threads: count,
      connection_mode: z.enum(['persistent', 'per_request', 'pool']),
      container_concurrency: count,
      pool_min_size: count,
      pool_max_size: count,
      rolling_out: z.boolean(),
    })
    .parse(given)
  const pool = { minSize: asked.pool_min_size, maxSize: asked.pool_max_size }
  const service = web({
    concurrency: asked.container_concurrency,
    maxInstances: asked.instances,
    gunicorn: {
      workerClass: 'gthread',
      workers: asked.workers,
      threads: asked.threads,
      memoryMibPerWorker: 250,
    },
    django: {
      connMaxAgeSeconds: asked.connection_mode === 'persistent' ? 600 : 0,
      ...(asked.connection_mode === 'pool' ? { pool } : undefined),
    },
  })
  const open = (revisionsServing: number) => {
    const it = { ...service, revisionsServing }
    return clients(maximum({ ...site, services: { backend: it } }), it)
  }
  return {
    connections_per_instance: connectionsPerInstance(service),
    steady_connections: open(1),
    peak_connections: open(asked.rolling_out ? 2 : 1),
  }
}

/** Of the rules about Django the model holds one: a pool excludes persistent connections. */
function djangoCase(given: CapacityCase['given']): object {
  const { conn_max_age_seconds, pool_option } = z
    .object({ conn_max_age_seconds: count.nullable(), pool_option: z.boolean() })
    .parse(given)
  const backend = web({
    django: {
      connMaxAgeSeconds: conn_max_age_seconds,
      ...(pool_option ? { pool: { minSize: 2, maxSize: 10 } } : undefined),
    },
  })
  const { findings } = assess({ ...site, services: { ...site.services, backend } }, { today })
  const finding = findings.find(({ law }) => law === 'django-database')
  const valid = finding?.severity === 'ok'
  return { valid, reason: valid ? null : 'pool_conflicts_with_conn_max_age' }
}

function celeryCase(given: CapacityCase['given']): object {
  const asked = z
    .object({
      instances: count,
      concurrency_per_instance: count,
      pool: z.enum(['prefork', 'threads', 'gevent', 'solo']),
      beat_instances: count,
      beat_uses_database_scheduler: z.boolean(),
      rolling_out: z.boolean(),
    })
    .parse(given)
  const worker = site.services['celery-worker']
  const beat = site.services['celery-beat']
  if (worker?.kind !== 'celery-worker' || beat?.kind !== 'celery-beat') throw new Error('no Celery')
  const celery = { ...worker.celery, pool: asked.pool, concurrency: asked.concurrency_per_instance }
  const workers = { ...worker, celery, maxInstances: asked.instances }
  const beats = {
    ...beat,
    maxInstances: asked.beat_instances,
    databaseScheduler: asked.beat_uses_database_scheduler,
  }
  const at = maximum({ ...site, services: { workers, beats } })
  const revisionsServing = asked.rolling_out ? 2 : 1
  return {
    worker_connections: clients(at, workers),
    beat_connections: clients(at, beats),
    peak_connections: clients(at, { ...workers, revisionsServing }) + clients(at, beats),
  }
}

function redisCase(given: CapacityCase['given']): object {
  const asked = z
    .object({
      web_instances: count,
      web_processes_per_instance: count,
      web_connections_per_process: count,
      celery_instances: count,
      celery_concurrency_per_instance: count,
      celery_connections_per_parent: count,
      beat_connections: count,
      maxclients: count,
    })
    .parse(given)
  const backend = web({
    maxInstances: asked.web_instances,
    redisConnections: asked.web_processes_per_instance * asked.web_connections_per_process,
  })
  const worker = site.services['celery-worker']
  const beat = site.services['celery-beat']
  const main = site.redis.main
  if (worker?.kind !== 'celery-worker' || beat === undefined || main === undefined)
    throw new Error('no Celery or Redis')
  const celery = { ...worker.celery, concurrency: asked.celery_concurrency_per_instance }
  const services = {
    backend,
    worker: {
      ...worker,
      celery,
      maxInstances: asked.celery_instances,
      redisConnections: asked.celery_connections_per_parent,
    },
    beat: { ...beat, redisConnections: asked.beat_connections },
  }
  const redis = { main: { ...main, maxClients: asked.maxclients } }
  const { findings } = assess({ ...site, services, redis }, { today })
  const finding = findings.find(({ law }) => law === 'redis-clients')
  const terms = finding?.derivation() ?? []
  const value = (name: string) => terms.find(({ term }) => term === name)?.value
  return {
    web_connections: value('backend'),
    celery_connections: value('worker'),
    total_connections: finding?.demand,
    fits: finding?.severity !== 'broken',
    threshold_80_percent: 0.8 * asked.maxclients,
  }
}

function maximum(system: System) {
  return atUsers(system, { users: system.workload.users, scale: 'maximum', today })
}
