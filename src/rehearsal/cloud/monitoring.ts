/**
 * Cloud Monitoring v3 and its dashboards v1 on localhost: which request means what, what it changes,
 * and how it refuses.
 */
import type { GoogleError } from './google-error.ts'
import type { Mishap } from './mishaps.ts'
import { type CustomPoints, createSeries, customSeries } from './monitoring-custom.ts'
import { createDashboard, type LocalDashboard, updateDashboard } from './monitoring-dashboards.ts'
import { type Measured, type RawSeries, seriesOf } from './monitoring-metrics.ts'
import {
  createPolicy,
  type LocalChannel,
  type LocalPolicy,
  policyJson,
  updatePolicy,
} from './monitoring-policies.ts'
import { conflict, refusal } from './monitoring-refusal.ts'
import { listSeries, type Timing } from './monitoring-series.ts'
import { type Answer, type ApiRequest, type Moment, ok, type Product } from './product.ts'
import type { Site } from './site.ts'
import { specialThreshold } from './special-inputs.ts'
import type { Trouble } from './trouble.ts'

export type LocalMonitoring = {
  /** How many writes took effect; points of custom metrics are none. */
  readonly writes: number
  readonly policies: () => readonly LocalPolicy[]
  readonly dashboards: () => readonly LocalDashboard[]
  readonly customPoints: () => CustomPoints
  /** The next request of that kind to Cloud Monitoring meets this; called twice, the next two. */
  readonly provoke: (mishap: Mishap) => void
  /** From now on there is no new point of this metric. */
  readonly stopMetric: (type: string) => void
  /** And now there is again, the missed ones too. */
  readonly resumeMetric: (type: string) => void
  readonly stoppedMetrics: () => readonly string[]
  /** Somebody in the console moves every threshold of a policy. */
  readonly retargetBeside: (policy: string, threshold: number) => void
}

/** What was kept from a moment on. */
type Kept = {
  readonly at: number
  readonly policies: ReadonlyMap<string, LocalPolicy>
  readonly dashboards: ReadonlyMap<string, LocalDashboard>
}

type State = {
  readonly project: string
  readonly channels: readonly LocalChannel[]
  /** By time, so that a read can lag. */
  readonly history: Kept[]
  readonly custom: CustomPoints
  readonly stopped: Map<string, number>
  readonly newId: () => string
  readonly series: readonly RawSeries[]
  readonly timing: Timing
  writes: number
}

/** At Google, before `speed`. facts/cloudsql.md, 9. */
const sampleMs = 60_000
const lateMs = 165_000

export type MonitoringMeans = {
  readonly site: Site
  /** How many are there at a moment; absent: the document's nowUsers, always. */
  readonly users?: (at: number) => number
  readonly project: string
  readonly clock: { readonly now: () => number }
  readonly speed: number
  readonly newId: () => string
  readonly database: Measured['database']
  readonly trouble: Trouble
}

export type Monitoring = { readonly view: LocalMonitoring; readonly product: Product }

export function openMonitoring(means: MonitoringMeans): Monitoring {
  const { site, project, speed, database } = means
  const users = means.users ?? (() => site.workload.nowUsers)
  const { channels, policies } = seeded(means)
  const state: State = {
    ...{ project, channels },
    history: [{ at: -Infinity, policies, dashboards: new Map() }],
    custom: new Map(),
    stopped: new Map(),
    newId: means.newId,
    series: seriesOf({ site, users, database }),
    timing: { sampleMs: sampleMs / speed, lateMs: lateMs / speed },
    writes: 0,
  }
  return {
    view: viewOf(state, means),
    product: {
      ...{ name: 'monitoring', looksBy: 'GET' },
      owns: isMonitoring,
      answer: (request, moment) => routed(state, request, moment),
      refusal: refusalOf,
      special: (request, now) => specialThreshold(request, keptAt(state, now).policies),
      writes: () => state.writes,
    },
  }
}

function keptAt({ history }: State, at: number): Kept {
  const kept = history.findLast((one) => one.at <= at)
  if (kept === undefined) throw new Error('nothing is kept from the beginning')
  return kept
}

function isMonitoring(path: string): boolean {
  return path.startsWith('/v3/') || /^\/v1\/projects\/[^/]+\/dashboards(\/|$)/.test(path)
}

/** The day of the circulating page. facts/page.md */
const longAgo = Date.parse('2025-10-18T12:00:00Z')

/** One policy for each alert of the document, as somebody clicked it together long ago. */
function seeded({ site, project, newId }: MonitoringMeans) {
  const channels = ['incidents', 'on-call'].map((displayName) => {
    const name = `projects/${project}/notificationChannels/${newId()}`
    return { name, displayName, type: 'webhook_tokenauth', enabled: true }
  })
  const policies = Object.values(site.alerts).map(({ database, threshold }): LocalPolicy => {
    const name = `projects/${project}/alertPolicies/${newId()}`
    const filter =
      'resource.type="cloudsql_database" AND ' +
      'metric.type="cloudsql.googleapis.com/database/postgresql/num_backends" AND ' +
      `resource.labels.database_id="${project}:${database}"`
    const conditionThreshold = {
      ...{ filter, comparison: 1, thresholdValue: threshold, duration: '120s' },
      aggregations: [
        {
          ...{ alignmentPeriod: '60s', perSeriesAligner: 11, crossSeriesReducer: 4 },
          groupByFields: ['resource.label.database_id'],
        },
      ],
    }
    const conditions = [
      { name: `${name}/conditions/${newId()}`, displayName: 'sessions', conditionThreshold },
    ]
    return {
      ...{ name, displayName: 'DB Connections >80%', userLabels: {}, conditions, combiner: 2 },
      enabled: true,
      notificationChannels: channels.slice(0, 1).map((channel) => channel.name),
      ...{ createdAt: longAgo, mutatedAt: longAgo, mutatedBy: 'console@example.com' },
    }
  })
  return { channels, policies: new Map(policies.map((policy) => [policy.name, policy])) }
}

function viewOf(state: State, { clock, trouble }: MonitoringMeans): LocalMonitoring {
  const { stopped } = state
  const now = () => keptAt(state, clock.now())
  return {
    get writes() {
      return state.writes
    },
    policies: () => [...now().policies.values()],
    dashboards: () => [...now().dashboards.values()],
    customPoints: () => state.custom,
    provoke: (mishap) => trouble.provoke(mishap, 'monitoring'),
    stopMetric: (type) => void stopped.set(type, clock.now()),
    resumeMetric: (type) => void stopped.delete(type),
    stoppedMetrics: () => [...stopped.keys()],
    retargetBeside: (name, thresholdValue) => {
      const policy = now().policies.get(name)
      if (policy === undefined) throw new Error(`the local cloud has no policy ${name}`)
      const conditions = policy.conditions.map((one) => ({
        ...one,
        conditionThreshold: { ...one.conditionThreshold, thresholdValue },
      }))
      const by = { mutatedAt: clock.now(), mutatedBy: 'console@example.com' }
      keep(state, { ...policy, conditions, ...by }, clock.now())
    },
  }
}

/** It takes effect at once. */
function keep(state: State, made: LocalPolicy | LocalDashboard, at: number): void {
  const { policies, dashboards } = keptAt(state, at)
  state.history.push(
    'conditions' in made
      ? { at, policies: new Map(policies).set(made.name, made), dashboards }
      : { at, policies, dashboards: new Map(dashboards).set(made.name, made) },
  )
}

const collections = 'timeSeries|alertPolicies|notificationChannels|dashboards'
const route = new RegExp(`^/v[13]/projects/([^/]+)/(${collections})(?:/([^/]+))?$`)

function routed(state: State, request: ApiRequest, moment: Moment): Answer | GoogleError {
  const { now, seenAt } = moment
  const [, project, collection, id] = route.exec(request.path) ?? []
  if (project === undefined || collection === undefined)
    return refusal(404, `The local cloud has no ${request.method} ${request.path}.`)
  if (project !== state.project) return refusal(403, 'Permission denied on this project.')
  const name = id === undefined ? null : `projects/${project}/${collection}/${id}`
  switch (`${request.method} ${collection}${name === null ? '' : '/'}`) {
    case 'GET timeSeries':
      return answered(
        listSeries(visible(state), request.query, { now: seenAt, timing: state.timing }),
      )
    case 'POST timeSeries':
      return answered(createSeries(state.custom, request.body, now))
    case 'GET notificationChannels':
      return ok({ notificationChannels: state.channels, totalSize: state.channels.length })
    case 'GET alertPolicies':
      return ok({ alertPolicies: [...keptAt(state, seenAt).policies.values()].map(policyJson) })
    case 'GET dashboards':
      return ok({ dashboards: [...keptAt(state, seenAt).dashboards.values()] })
    case 'POST alertPolicies':
      return kept(state, createPolicy(state, request.body, { now, by: botName }), now)
    case 'POST dashboards': {
      const { dashboards } = keptAt(state, now)
      return kept(state, createDashboard({ ...state, dashboards }, request.body), now)
    }
  }
  return name === null
    ? refusal(404, `The local cloud has no ${request.method} ${request.path}.`)
    : ofOne(state, request, { name, now, seenAt })
}

const botName = 'plimsoll@example.com'

function ofOne(
  state: State,
  { method, body, query, path }: ApiRequest,
  { name, now, seenAt }: Pick<Moment, 'now' | 'seenAt'> & { readonly name: string },
): Answer | GoogleError {
  const { policies, dashboards } = keptAt(state, method === 'GET' ? seenAt : now)
  const policy = policies.get(name)
  const dashboard = dashboards.get(name)
  if (policy === undefined && dashboard === undefined)
    return refusal(404, 'Requested entity was not found.')
  if (method === 'GET') return ok(policy === undefined ? dashboard : policyJson(policy))
  if (method !== 'PATCH') return refusal(404, `The local cloud has no ${method} ${path}.`)
  if (dashboard !== undefined) return kept(state, updateDashboard(dashboard, body), now)
  if (policy === undefined) throw new Error(`${name} is neither a policy nor a dashboard`)
  const mask = query.get('updateMask')
  return kept(state, updatePolicy(state, policy, { json: body, mask, now, by: botName }), now)
}

function kept(state: State, made: LocalPolicy | LocalDashboard | GoogleError, now: number) {
  if ('kind' in made) return made
  state.writes += 1
  keep(state, made, now)
  return ok('conditions' in made ? policyJson(made) : made)
}

/** Answered in place of the request: it knows no change that waits, so all of these are conflicts. */
function refusalOf({ how }: Mishap, retryAfterSeconds: number): GoogleError | null {
  switch (how) {
    case 'busy':
    case 'stale':
      return conflict('ABORTED', 'The resource was changed by somebody else.')
    case 'rate-limited': {
      const headers = { 'retry-after': String(retryAfterSeconds) }
      return { ...refusal(429, 'Quota exceeded for quota metric of monitoring.'), headers }
    }
    case 'unavailable':
      return refusal(503, 'The service is currently unavailable.')
    case 'forbidden':
      return refusal(403, 'The caller does not have permission')
    default:
      return null
  }
}

/** What has stopped ends where it stopped. */
function visible(state: State): readonly RawSeries[] {
  return [...state.series, ...customSeries(state.custom)].map((series) => {
    const stoppedAt = state.stopped.get(series.metric.type)
    if (stoppedAt === undefined) return series
    const pointAt: RawSeries['pointAt'] = (at, sample) =>
      at > stoppedAt ? null : series.pointAt(at, sample)
    return { ...series, pointAt }
  })
}

const answered = (body: object | GoogleError): Answer | GoogleError =>
  'kind' in body && 'status' in body ? body : ok(body)
