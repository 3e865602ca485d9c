/** What the planner may choose for one service: its shape, its processes, its instances. capacity.md, 5. */
import { atUsers } from '../at-users.ts'
import { concurrencyMax } from '../cloud-run.ts'
import { expectedServiceUsd } from '../cost.ts'
import { instancesBeforeClamp, instancesNeeded, threadsPerInstance } from '../derive.ts'
import type { Law } from '../law.ts'
import { beatSingleton } from '../laws/beat-singleton.ts'
import { celeryMemory } from '../laws/celery-memory.ts'
import { celeryScaling } from '../laws/celery-scaling.ts'
import { djangoDatabase } from '../laws/django-database.ts'
import { webConcurrency } from '../laws/web-concurrency.ts'
import { webMemory } from '../laws/web-memory.ts'
import type { CeleryBeat, CeleryWorker, Service, WebService } from '../system.ts'
import { microUsd, type Option, type Wish, worstOf } from './domain.ts'
import { needsSplit } from './splits.ts'

export type ServiceDomain = {
  readonly options: readonly Option[]
  /** The laws that left no option; empty where there is one. */
  readonly refusedBy: readonly string[]
}

/** Each option holds by itself; what it shares with others is looked at elsewhere. */
export function serviceDomain(wish: Wish, name: string): ServiceDomain {
  const service = wish.system.services[name]
  if (service === undefined) return { options: [], refusedBy: [] }
  const refusals = new Set<string>()
  const options: Option[] = []
  for (const it of candidates(wish, service)) {
    const broken = ownLaws[it.kind].filter((law) => isBrokenAlone(law, wish, { name, it }))
    const strands =
      it.kind === 'celery-worker' && strandsWorkers(wish, { name, it, today: service })
    for (const { id } of broken) refusals.add(id)
    if (strands) refusals.add(celeryScaling.id)
    if (broken.length === 0 && !strands) options.push(optionOf(wish, { name, it, today: service }))
  }
  return { options, refusedBy: options.length > 0 ? [] : [...refusals] }
}

const ownLaws: Readonly<Record<Service['kind'], readonly Law[]>> = {
  web: [webMemory, webConcurrency, djangoDatabase],
  'celery-worker': [celeryMemory],
  'celery-beat': [],
}

type Candidate = { readonly name: string; readonly it: Service }

function isBrokenAlone(law: Law, wish: Wish, candidate: Candidate): boolean {
  return law.isBroken(alone(wish, candidate))
}

function alone({ system, today, peak }: Wish, { name, it }: Candidate) {
  // The tasks of a worker come from the web services: they stay.
  const services = { ...system.services, [name]: it }
  const kept = it.kind === 'web' ? { [name]: it } : services
  return atUsers({ ...system, services: kept }, { users: peak.users, scale: 'needed', today })
}

/** Workers that keep up now would not: such a step is blocked wherever it stands. */
function strandsWorkers(wish: Wish, { name, it, today }: Candidate & { today: Service }): boolean {
  const only = (service: Service) => ({
    ...wish.peak,
    workers: service.kind === 'celery-worker' ? [{ name, path: name, it: service }] : [],
  })
  return celeryScaling.isBroken(only(it)) && !celeryScaling.isBroken(only(today))
}

function candidates(wish: Wish, service: Service): readonly Service[] {
  switch (service.kind) {
    case 'web':
      return webCandidates(wish, service)
    case 'celery-worker':
      return workerCandidates(wish, service)
    case 'celery-beat':
      return beatCandidates(wish, service)
  }
}

type Shape = { readonly cpu: number; readonly memoryGib: number }

function shapesOf({ domain }: Wish, { cpu, memoryGib }: Service): readonly Shape[] {
  const others = domain.shapes.filter((one) => one.cpu !== cpu || one.memoryGib !== memoryGib)
  return [{ cpu, memoryGib }, ...others]
}

function webCandidates(wish: Wish, web: WebService): readonly Service[] {
  const { gunicorn, concurrency } = web
  const hasThreads = gunicorn.workerClass === 'sync' || gunicorn.workerClass === 'gthread'
  const threads = hasThreads
    ? unique([gunicorn.threads, ...wish.domain.threads])
    : [gunicorn.threads]
  const found: Service[] = []
  for (const django of djangoChoices(wish, web))
    for (const shape of shapesOf(wish, web))
      for (const workers of unique([gunicorn.workers, ...processesOn(wish, shape)]))
        for (const threadCount of threads) {
          const sized: WebService = {
            ...web,
            ...shape,
            django,
            gunicorn: { ...gunicorn, workers, threads: threadCount },
          }
          const most = Math.min(threadsPerInstance(sized), concurrencyMax)
          for (const one of unique([concurrency, most]))
            found.push(...withInstances(wish, { ...sized, concurrency: one }))
        }
  return found
}

/** As it is; where Django refuses to start, without the pool or with connections closed. */
function djangoChoices({ system }: Wish, web: WebService): readonly WebService['django'][] {
  const { pool: _pool, ...without } = web.django
  const isRefused = web.django.pool !== undefined && web.django.connMaxAgeSeconds !== 0
  if (!isRefused || system.services === undefined) return [web.django]
  return [without, { ...web.django, connMaxAgeSeconds: 0 }]
}

/** As many as vCPUs, or twice as many. */
function processesOn({ domain }: Wish, { cpu }: Shape): readonly number[] {
  return [cpu, domain.processesPerVcpu * cpu].filter(
    (count) => Number.isInteger(count) && count >= 1,
  )
}

function workerCandidates(wish: Wish, worker: CeleryWorker): readonly Service[] {
  const found: Service[] = []
  for (const shape of shapesOf(wish, worker)) {
    const upTo = Array.from(
      { length: Math.floor(wish.domain.processesPerVcpu * shape.cpu) },
      (_, index) => index + 1,
    )
    for (const concurrency of unique([worker.celery.concurrency, ...upTo]))
      found.push(
        ...withInstances(wish, { ...worker, ...shape, celery: { ...worker.celery, concurrency } }),
      )
  }
  return found
}

/** minInstances 1 or as today; maxInstances as today where that is enough, or exactly as needed. */
function withInstances(wish: Wish, service: WebService | CeleryWorker): readonly Service[] {
  const needed = Math.max(1, instancesBeforeClamp(wish.peak, service))
  return unique([service.minInstances, ...wish.domain.minInstances]).flatMap((minInstances) => {
    const exact = Math.max(needed, minInstances)
    const isEnough = service.maxInstances >= exact
    const most = isEnough ? unique([service.maxInstances, exact]) : [exact]
    return most.map((maxInstances) => ({ ...service, minInstances, maxInstances }))
  })
}

/** Exactly one, where a step can make it so. */
function beatCandidates(wish: Wish, beat: CeleryBeat): readonly Service[] {
  const isBroken = isBrokenAlone(beatSingleton, wish, { name: 'beat', it: beat })
  if (!isBroken || beat.revisionsServing !== 1) return [beat]
  return [{ ...beat, minInstances: 1, maxInstances: 1 }]
}

function optionOf(wish: Wish, { name, it, today }: Candidate & { today: Service }): Option {
  const { hours } = wish
  const isConfirmed =
    it.kind === 'celery-worker' &&
    // Otherwise there is no number that somebody could set.
    it.celery.scalesOnQueue !== true &&
    instancesNeeded(wish.peak, it) > it.minInstances &&
    worstOf(celeryScaling, workersAlone(wish, { name, it })) !== 'ok'
  return {
    microUsd: microUsd(expectedServiceUsd(hours, { name, it })),
    disruptions: 0,
    steps: stepCount(today, it) + (needsSplit(today, it) ? 1 : 0),
    needsConfirm: isConfirmed,
    values: valuesOf(today, it),
    change: { kind: 'service', name, it },
  }
}

function workersAlone(wish: Wish, { name, it }: Candidate) {
  return {
    ...wish.peak,
    workers: it.kind === 'celery-worker' ? [{ name, path: `services.${name}`, it }] : [],
  }
}

/** gunicorn, Django, Celery, and one scale step for the rest. */
function stepCount(today: Service, it: Service): number {
  const isScaled =
    today.cpu !== it.cpu ||
    today.memoryGib !== it.memoryGib ||
    today.minInstances !== it.minInstances ||
    today.maxInstances !== it.maxInstances ||
    (today.kind === 'web' && it.kind === 'web' && today.concurrency !== it.concurrency)
  return (isScaled ? 1 : 0) + ownSteps(today, it)
}

function ownSteps(today: Service, it: Service): number {
  if (today.kind === 'celery-worker' && it.kind === 'celery-worker')
    return today.celery.concurrency === it.celery.concurrency ? 0 : 1
  if (today.kind !== 'web' || it.kind !== 'web') return 0
  const isGunicorn =
    today.gunicorn.workers !== it.gunicorn.workers || today.gunicorn.threads !== it.gunicorn.threads
  const isDjango = today.django !== it.django
  return (isGunicorn ? 1 : 0) + (isDjango ? 1 : 0)
}

function valuesOf(today: Service, it: Service): Option['values'] {
  const common = {
    shape: it.cpu * 1e4 + it.memoryGib,
    minInstances: it.minInstances,
    // As today, where that is enough, before any other number.
    maxInstances: it.maxInstances === today.maxInstances ? 0 : it.maxInstances,
  }
  switch (it.kind) {
    case 'web':
      return {
        ...common,
        workers: it.gunicorn.workers,
        threads: it.gunicorn.threads,
        concurrency: it.concurrency,
        rest: it.django.pool === undefined ? 0 : 1,
      }
    case 'celery-worker':
      return { ...common, celeryConcurrency: it.celery.concurrency }
    case 'celery-beat':
      return common
  }
}

function unique(values: readonly number[]): readonly number[] {
  return [...new Set(values)]
}
