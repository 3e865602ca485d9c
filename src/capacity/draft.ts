/**
 * A System document from a look at a project. What nobody can see is put in where the document could
 * not be read without it, each with a note; a placeholder errs on the side of too much load. Pure.
 */
import type { Survey, SurveyedDatabase, SurveyedService } from './survey.ts'

/** `fill-in`: a person must say it; `assumed`: a default that may be right. */
export type Note = {
  readonly path: readonly string[]
  readonly code: NoteCode
  readonly names?: readonly string[]
}

export type NoteCode =
  | 'workload'
  | 'budget'
  | 'approvers'
  | 'redis'
  | 'poolers'
  | 'left-out'
  | 'no-database'
  | 'no-services'
  | 'redis-connections'
  | 'kind-by-name'
  | 'kind-assumed'
  | 'limits-assumed'
  | 'database-assumed'
  | 'shares-assumed'
  | 'timeout-default'
  | 'gunicorn-default'
  | 'django-default'
  | 'celery-default'
  | 'process-memory'
  | 'scheduler-assumed'
  | 'sessions-assumed'

export type Draft = {
  /** As a document is written; nothing of it is left to defaults that a reader would look for. */
  readonly content: Readonly<Record<string, unknown>>
  readonly notes: readonly Note[]
}

type Part = {
  readonly value: Readonly<Record<string, unknown>>
  readonly notes: readonly Note[]
}

export function draftOf(survey: Survey): Draft {
  const { project, region, databases, alerts, left } = survey
  const services = survey.services.map((one) => [one.name, serviceOf(one, survey)] as const)
  const workers = survey.services.some(({ kind }) => kind === 'celery-worker')
  const ofDatabases = databases.map((one) => [one.name, databaseOf(one)] as const)
  return {
    content: {
      ...{ version: 1, name: project, project, region },
      workload: workloadWith(workers ? 1 : 0),
      services: valuesOf(services),
      databases: valuesOf(ofDatabases),
      poolers: {},
      redis: {},
      alerts: Object.fromEntries(
        alerts.map(({ name, database, threshold }) => [
          name,
          { metric: 'database-connections', database, threshold },
        ]),
      ),
      policy,
    },
    notes: [
      note(['workload'], 'workload'),
      ...(services.length === 0 ? [note(['services'], 'no-services')] : []),
      ...services.flatMap(([, { notes }]) => notes),
      ...ofDatabases.flatMap(([, { notes }]) => notes),
      ...(left.length === 0
        ? []
        : [{ ...note(['databases'], 'left-out'), names: left.map(({ name }) => name) }]),
      note(['poolers'], 'poolers'),
      note(['redis'], 'redis'),
      note(['policy', 'monthlyBudgetUsd'], 'budget'),
      note(['policy', 'mode'], 'approvers'),
    ],
  }
}

const note = (path: readonly string[], code: NoteCode): Note => ({ path, code })

function valuesOf(parts: readonly (readonly [string, Part])[]) {
  return Object.fromEntries(parts.map(([name, { value }]) => [name, value]))
}

/** A second of everything: whoever believes it is warned of too much, never of too little. */
function workloadWith(tasksPerRequest: number) {
  return {
    ...{ users: 1_000, nowUsers: 1_000, thinkSeconds: 1, requestSeconds: 1, requestCpuSeconds: 1 },
    ...{ databaseSeconds: 1, databaseCpuSeconds: 1 },
    ...{ tasksPerRequest, taskSeconds: 1, taskCpuSeconds: 1, source: 'assumed' },
  }
}

const policy = {
  ...{ maxUtilization: 0.8, p95Ms: 500, errorRate: 0.01, monthlyBudgetUsd: 0, mode: 'observe' },
  approvals: { safe: 0, disruptive: 1, irreversible: 2, expiresMinutes: 30 },
  maxFactAgeSeconds: { configured: 60, measured: 300 },
}

/** Cloud SQL's own and people's. facts/cloudsql.md, 1. */
function databaseOf({ name, replicas, host, ...seen }: SurveyedDatabase): Part {
  const { version, edition, tier, availability, diskGb, flags } = seen
  const path = ['databases', name]
  return {
    value: {
      kind: 'cloud-sql-postgres',
      ...(host === null ? {} : { host }),
      ...{ version, edition, tier, availability, diskGb, flags },
      ...{ systemSessions: 7, adminSessions: 10 },
      replicas: Object.fromEntries(
        Object.entries(replicas).map(([replica, shape]) => [
          replica,
          { ...shape, systemSessions: 7, adminSessions: 0 },
        ]),
      ),
    },
    notes: [note([...path, 'adminSessions'], 'sessions-assumed')],
  }
}

function serviceOf(service: SurveyedService, survey: Survey): Part {
  const { name, kind, kindBy, settings, resource, bindings } = service
  const path = ['services', name]
  const [cpu, memoryGib] = [settings.cpu ?? 1, settings.memoryGib ?? 0.5]
  const database = databaseNamed(service, survey)
  const own = ownOf(service, survey, path)
  const hasLimits = settings.cpu !== undefined && settings.memoryGib !== undefined
  return {
    value: {
      ...{ kind, cpu, memoryGib },
      ...{ minInstances: settings.minInstances ?? 0, maxInstances: settings.maxInstances ?? 100 },
      ...own.value,
      ...(database === null ? {} : { database: { name: database, through: 'direct' } }),
      redisConnections: 0,
      bindings: { resource, ...bindings },
    },
    notes: [
      ...(kindBy === 'arguments'
        ? []
        : [note([...path, 'kind'], kindBy === 'name' ? 'kind-by-name' : 'kind-assumed')]),
      ...(hasLimits ? [] : [note([...path, 'cpu'], 'limits-assumed')]),
      ...own.notes,
      ...databaseNotes(service, database, path),
      note([...path, 'redisConnections'], 'redis-connections'),
    ],
  }
}

/** The one whose address it holds; else the only one there is. */
function databaseNamed({ database }: SurveyedService, { databases }: Survey): string | null {
  const [only, another] = databases
  return database ?? (another === undefined ? (only?.name ?? null) : null)
}

function databaseNotes(
  { database }: SurveyedService,
  taken: string | null,
  path: readonly string[],
): readonly Note[] {
  if (taken === null) return [note([...path, 'kind'], 'no-database')]
  return database === null ? [note([...path, 'database'], 'database-assumed')] : []
}

/** What only services of its kind have. */
function ownOf(service: SurveyedService, survey: Survey, path: readonly string[]): Part {
  switch (service.kind) {
    case 'web':
      return webOf(service, survey, path)
    case 'celery-worker':
      return workerOf(service, path)
    case 'celery-beat':
      return {
        value: { databaseScheduler: false },
        notes: [note([...path, 'databaseScheduler'], 'scheduler-assumed')],
      }
  }
}

/** Unsaid, each is what the program itself takes. facts/workload.md, 1 to 3. */
function webOf(service: SurveyedService, survey: Survey, path: readonly string[]): Part {
  const { settings, billing, timeoutSeconds } = service
  const webs = survey.services.filter(({ kind }) => kind === 'web').length
  const isSaid = settings['gunicorn.workers'] !== undefined
  const age = settings['django.connMaxAgeSeconds']
  return {
    value: {
      ...{ billing, concurrency: settings.concurrency ?? 80 },
      timeoutSeconds: timeoutSeconds ?? 300,
      ...(webs === 1 ? {} : { share: 1 / webs }),
      gunicorn: {
        workerClass: settings['gunicorn.workerClass'] ?? 'sync',
        workers: settings['gunicorn.workers'] ?? 1,
        threads: settings['gunicorn.threads'] ?? 1,
        memoryMibPerWorker: 250,
      },
      django: { connMaxAgeSeconds: age === undefined ? 0 : age },
    },
    notes: [
      ...(timeoutSeconds === null ? [note([...path, 'timeoutSeconds'], 'timeout-default')] : []),
      ...(webs === 1 ? [] : [note([...path, 'share'], 'shares-assumed')]),
      ...(isSaid ? [] : [note([...path, 'gunicorn'], 'gunicorn-default')]),
      note([...path, 'gunicorn', 'memoryMibPerWorker'], 'process-memory'),
      ...(age === undefined ? [note([...path, 'django'], 'django-default')] : []),
    ],
  }
}

/** Celery starts as many processes as it sees CPUs. facts/workload.md, 4. */
function workerOf({ settings }: SurveyedService, path: readonly string[]): Part {
  const said = settings['celery.concurrency']
  const cpus = Math.max(1, Math.ceil(Number(settings.cpu ?? 1)))
  return {
    value: {
      celery: {
        pool: 'prefork',
        concurrency: said ?? cpus,
        prefetchMultiplier: settings['celery.prefetchMultiplier'] ?? 4,
        memoryMibPerProcess: 200,
      },
    },
    notes: [
      ...(said === undefined ? [note([...path, 'celery'], 'celery-default')] : []),
      note([...path, 'celery', 'memoryMibPerProcess'], 'process-memory'),
    ],
  }
}
