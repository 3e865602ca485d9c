/** Everything of a project that a System document may describe, listed through Google's own clients. Reads alone. */
import type {
  Survey,
  SurveyedAlert,
  SurveyedDatabase,
  SurveyedService,
} from '../capacity/survey.ts'
import { cloudRunApi, lazyCloudRun } from './cloud-run-google.ts'
import { readService, readWorkerPool } from './cloud-run-wire.ts'
import { lazyGoogle, sqlApi } from './cloud-sql-google.ts'
import { type ListedInstance, readInstances } from './cloud-sql-wire.ts'
import { Fault } from './fault.ts'
import { askerOf } from './google-call.ts'
import { alertIn, alertLabel } from './monitored/alert.ts'
import { connectMonitoring } from './monitoring.ts'
import type { AlertPolicy } from './ports/monitoring.ts'
import { surveyedService } from './project-service.ts'
import type { Clock } from './world.ts'

export type ProjectOptions = {
  readonly project: string
  /** Another root than Google's: loopback only, and then no credentials are loaded or sent. */
  readonly apiRoot?: string
  readonly clock: Clock
  /** Lists may be long. */
  readonly timeOutMs?: number
}

export type ProjectReader = {
  readonly instances: () => Promise<readonly ListedInstance[]>
  /** Services and worker pools of one region. */
  readonly services: (region: string, hosts: Hosts) => Promise<Survey['services']>
  readonly policies: () => Promise<readonly AlertPolicy[]>
}

type Hosts = ReadonlyMap<string, string>

const mostOfAPage = 1_000

/** Each throws a Fault, which names the permission where one is missing. */
export function connectProject(options: ProjectOptions): ProjectReader {
  const { project, apiRoot, clock, timeOutMs = 15_000 } = options
  const google = lazyGoogle(apiRoot)
  const askSql = askerOf({ api: sqlApi(apiRoot), clients: google, clock, timeOutMs })
  const clients = lazyCloudRun(apiRoot)
  const askRun = askerOf({ api: cloudRunApi(apiRoot), clients, clock, timeOutMs })
  const root = apiRoot === undefined ? {} : { apiRoot }
  const monitoring = connectMonitoring({ project, clock, readTimeOutMs: timeOutMs, ...root })
  return {
    instances: async () => {
      const what = 'instances of Cloud SQL'
      const ask = { project, maxResults: mostOfAPage }
      const reply = await askSql('sql.instances.list', what, ({ instances }, call) =>
        instances.list(ask, call),
      )
      return readInstances(reply)
    },
    services: async (region, hosts) => {
      const parent = `projects/${project}/locations/${region}`
      const [services, pools] = await Promise.all([
        askRun('run.services.list', 'services of Cloud Run', async ({ services }, call) =>
          whole(await services.listServices({ parent }, { ...call, autoPaginate: false })),
        ),
        askRun('run.workerPools.list', 'worker pools of Cloud Run', async ({ workerPools }, call) =>
          whole(await workerPools.listWorkerPools({ parent }, { ...call, autoPaginate: false })),
        ),
      ])
      const seen = listed(services).map((one) => surveyedService(one, readService(one), hosts))
      const others = listed(pools).map((one) => surveyedService(one, readWorkerPool(one), hosts))
      return [...seen, ...others.map((pool) => apart(pool, seen))]
    },
    policies: monitoring.reader.alertPolicies,
  }
}

/** A service and a worker pool may have one name; a document's services may not. */
function apart(pool: SurveyedService, services: readonly SurveyedService[]): SurveyedService {
  const isTaken = services.some(({ name }) => name === pool.name)
  return isTaken ? { ...pool, name: `${pool.name}-pool` } : pool
}

/** The first page, when it is all there is. */
function whole([items, next]: readonly [unknown, object | null, ...unknown[]]): readonly unknown[] {
  if (next === null) return [items]
  throw new Fault('unreadable', 'no', 'Cloud Run: more than fits one page')
}

function listed(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply
  throw new Fault('unreadable', 'no', 'Cloud Run: its answer is no list')
}

/** Replicas stand below their primaries; what is no PostgreSQL, or has its primary elsewhere, is left out. */
export function databasesIn(
  instances: readonly ListedInstance[],
): Pick<Survey, 'databases' | 'left'> {
  const primaries = instances.filter(({ primary }) => primary === null)
  const known = new Set(primaries.map(({ name }) => name))
  const strangers = instances.filter(({ primary }) => primary !== null && !known.has(primary))
  return {
    databases: primaries.flatMap((one): readonly SurveyedDatabase[] =>
      one.version === null ? [] : [databaseOf(one, one.version, instances)],
    ),
    left: [
      ...primaries
        .filter(({ version }) => version === null)
        .map(({ name }) => ({
          ...({ name, why: 'not-postgresql' } as const),
        })),
      ...strangers.map(({ name }) => ({ name, why: 'no-primary' }) as const),
    ],
  }
}

function databaseOf(
  instance: ListedInstance,
  version: number,
  instances: readonly ListedInstance[],
): SurveyedDatabase {
  const { name, edition, addresses } = instance
  const replicas = instances.filter(({ primary }) => primary === name)
  return {
    ...{ name, version, edition, host: addresses[0] ?? null, ...shapeOf(instance) },
    replicas: Object.fromEntries(replicas.map((one) => [one.name, shapeOf(one)])),
  }
}

function shapeOf({ tier, availability, diskGb, flags }: ListedInstance) {
  return { tier, availability, diskGb, flags }
}

/** Those that watch the sessions of a database, under the name that their label gives them. */
export function alertsIn(
  policies: readonly AlertPolicy[],
  project: string,
  databases: readonly SurveyedDatabase[],
): readonly SurveyedAlert[] {
  return databases.flatMap(({ name: database }) => {
    const alert = `${database}-connections`
    const found = alertIn(policies, { alert, project, database })
    if (found.kind !== 'found') return []
    const name = found.policy.userLabels[alertLabel] ?? alert
    return [{ name, database, threshold: found.threshold.value }]
  })
}
