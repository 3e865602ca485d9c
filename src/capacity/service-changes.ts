/** What each step makes of a service: a System from a System, or a refusal. contract.md, 3. */

import { poolerNamed, serviceNamed, withService } from './changes.ts'
import { shapeProblem, wholeVcpus } from './cloud-run.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { CeleryWorker, Service, System, WebService } from './system.ts'

type Gunicorn = WebService['gunicorn']

export type GunicornSettings = {
  readonly workerClass?: Gunicorn['workerClass'] | undefined
  readonly workers?: number | undefined
  readonly threads?: number | undefined
}

export function withGunicorn(
  system: System,
  { service, workerClass, workers, threads }: { service: string } & GunicornSettings,
): System | Refusal {
  const web = webNamed(system, service)
  if ('code' in web) return web
  const gunicorn = {
    ...web.gunicorn,
    workerClass: workerClass ?? web.gunicorn.workerClass,
    workers: workers ?? web.gunicorn.workers,
    threads: threads ?? web.gunicorn.threads,
  }
  return withService(system, service, { ...web, gunicorn })
}

type DjangoPool = NonNullable<WebService['django']['pool']>

/** `connMaxAgeSeconds` null: for ever. `pool` null: none. */
export function withDjangoConnections(
  system: System,
  {
    service,
    connMaxAgeSeconds,
    pool,
  }: {
    service: string
    connMaxAgeSeconds?: number | null | undefined
    pool?: DjangoPool | null | undefined
  },
): System | Refusal {
  const web = webNamed(system, service)
  if ('code' in web) return web
  if (pool !== undefined && pool !== null && pool.minSize > pool.maxSize)
    return refuse('pool-min-above-max', { minSize: pool.minSize, maxSize: pool.maxSize })
  const age = connMaxAgeSeconds === undefined ? web.django.connMaxAgeSeconds : connMaxAgeSeconds
  const kept = pool === undefined ? web.django.pool : (pool ?? undefined)
  const django = { connMaxAgeSeconds: age, ...(kept === undefined ? undefined : { pool: kept }) }
  return withService(system, service, { ...web, django })
}

export type ScaleSettings = {
  readonly minInstances?: number | undefined
  readonly maxInstances?: number | undefined
  /** Of a web service alone. */
  readonly concurrency?: number | undefined
  readonly cpu?: number | undefined
  readonly memoryGib?: number | undefined
}

export function withScale(
  system: System,
  { service, concurrency, ...settings }: { service: string } & ScaleSettings,
): System | Refusal {
  const found = serviceNamed(system, service)
  if ('code' in found) return found
  if (concurrency !== undefined && found.kind !== 'web') return wrongKind(service, found, 'web')
  const { minInstances = found.minInstances, maxInstances = found.maxInstances } = settings
  if (minInstances > maxInstances)
    return refuse('min-above-max', { service, minInstances, maxInstances })
  const { cpu = found.cpu, memoryGib = found.memoryGib } = settings
  const isReshaped = settings.cpu !== undefined || settings.memoryGib !== undefined
  const refusal = isReshaped ? shapeRefusal(service, { cpu, memoryGib }) : null
  if (refusal !== null) return refusal
  const scaled = { ...found, minInstances, maxInstances, cpu, memoryGib }
  if (scaled.kind !== 'web') return withService(system, service, scaled)
  return withService(system, service, {
    ...scaled,
    concurrency: concurrency ?? scaled.concurrency,
  })
}

function shapeRefusal(
  service: string,
  { cpu, memoryGib }: { cpu: number; memoryGib: number },
): Refusal | null {
  const problem = shapeProblem({ vcpus: cpu, memoryGib })
  if (problem === null) return null
  if (problem.kind === 'no-such-cpu')
    return refuse('no-such-cpu', { service, cpu, known: wholeVcpus })
  const { leastGib, mostGib } = problem
  return refuse('memory-out-of-shape', { service, cpu, memoryGib, leastGib, mostGib })
}

export function withCelery(
  system: System,
  {
    service,
    concurrency,
    prefetchMultiplier,
  }: { service: string; concurrency: number; prefetchMultiplier?: number | undefined },
): System | Refusal {
  const worker = workerNamed(system, service)
  if ('code' in worker) return worker
  const celery = {
    ...worker.celery,
    concurrency,
    prefetchMultiplier: prefetchMultiplier ?? worker.celery.prefetchMultiplier,
  }
  return withService(system, service, { ...worker, celery })
}

/** `direct` takes the service away from its pooler. */
export function routedThrough(
  system: System,
  { service, pooler }: { service: string; pooler: string },
): System | Refusal {
  const found = serviceNamed(system, service)
  if ('code' in found) return found
  const { database } = found
  if (database === undefined) return refuse('no-database', { service })
  if (pooler !== 'direct') {
    const through = poolerNamed(system, pooler)
    if ('code' in through) return through
    if (through.database !== database.name)
      return refuse('pooler-of-another-database', {
        pooler,
        poolerDatabase: through.database,
        service,
        database: database.name,
      })
  }
  return withService(system, service, { ...found, database: { ...database, through: pooler } })
}

function webNamed(system: System, name: string): WebService | Refusal {
  const found = serviceNamed(system, name)
  if ('code' in found || found.kind === 'web') return found
  return wrongKind(name, found, 'web')
}

function workerNamed(system: System, name: string): CeleryWorker | Refusal {
  const found = serviceNamed(system, name)
  if ('code' in found || found.kind === 'celery-worker') return found
  return wrongKind(name, found, 'celery-worker')
}

function wrongKind(service: string, { kind }: Service, wanted: Service['kind']): Refusal {
  return refuse('wrong-kind', { service, kind, wanted })
}
