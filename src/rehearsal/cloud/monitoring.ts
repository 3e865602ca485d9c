/**
 * Cloud Monitoring v3 and its dashboards v1 on localhost: which request means what, what it changes,
 * and what goes wrong with it.
 */
import type { GoogleError } from './google-error.ts'
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
import type { Answer, ApiRequest } from './product.ts'
import type { Site } from './site.ts'

export type MonitoringMishap =
  | { readonly on: 'read'; readonly how: 'unavailable' | 'rate-limited' | 'forbidden' | 'silence' }
  | {
      readonly on: 'write'
      readonly how:
        | 'stale'
        | 'rate-limited'
        | 'unavailable'
        | 'forbidden'
        | 'request-lost'
        | 'reply-lost'
        | 'reply-unavailable'
        | 'silence'
    }

export type LocalMonitoring = {
  /** How many writes took effect; points of custom metrics are none. */
  readonly writes: number
  readonly policies: () => readonly LocalPolicy[]
  readonly dashboards: () => readonly LocalDashboard[]
  readonly customPoints: () => CustomPoints
  /** The next request of that kind meets this; called twice, the next two. */
  readonly provoke: (mishap: MonitoringMishap) => void
  /** From now on there is no new point of this metric. */
  readonly stopMetric: (type: string) => void
  /** Somebody in the console moves every threshold of a policy. */
  readonly retargetBeside: (policy: string, threshold: number) => void
}

type State = {
  readonly project: string
  readonly policies: Map<string, LocalPolicy>
  readonly channels: readonly LocalChannel[]
  readonly dashboards: Map<string, LocalDashboard>
  readonly custom: CustomPoints
  readonly stopped: Map<string, number>
  readonly newId: () => string
  readonly series: readonly RawSeries[]
  readonly timing: Timing
  readonly mishaps: MonitoringMishap[]
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
  readonly retryAfterSeconds: number
}

export type Outcome = Answer | GoogleError | { readonly kind: 'lost' } | { readonly kind: 'silent' }

export type Monitoring = {
  readonly view: LocalMonitoring
  readonly answer: (request: ApiRequest) => Outcome
}

export function openMonitoring(means: MonitoringMeans): Monitoring {
  const { site, project, clock, speed, database } = means
  const users = means.users ?? (() => site.workload.nowUsers)
  const state: State = {
    project,
    ...seeded(means),
    dashboards: new Map(),
    custom: new Map(),
    stopped: new Map(),
    newId: means.newId,
    series: seriesOf({ site, users, database }),
    timing: { sampleMs: sampleMs / speed, lateMs: lateMs / speed },
    mishaps: [],
    writes: 0,
  }
  return {
    view: viewOf(state, clock),
    answer: (request) => met(state, request, { now: clock.now(), means }),
  }
}

export function isMonitoring(path: string): boolean {
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

function viewOf(state: State, clock: { readonly now: () => number }): LocalMonitoring {
  return {
    get writes() {
      return state.writes
    },
    policies: () => [...state.policies.values()],
    dashboards: () => [...state.dashboards.values()],
    customPoints: () => state.custom,
    provoke: (mishap) => void state.mishaps.push(mishap),
    stopMetric: (type) => void state.stopped.set(type, clock.now()),
    retargetBeside: (name, thresholdValue) => {
      const policy = state.policies.get(name)
      if (policy === undefined) throw new Error(`the local cloud has no policy ${name}`)
      const conditions = policy.conditions.map((one) => ({
        ...one,
        conditionThreshold: { ...one.conditionThreshold, thresholdValue },
      }))
      const by = { mutatedAt: clock.now(), mutatedBy: 'console@example.com' }
      state.policies.set(name, { ...policy, conditions, ...by })
    },
  }
}

type Moment = { readonly now: number; readonly means: MonitoringMeans }

function met(state: State, request: ApiRequest, moment: Moment): Outcome {
  const on = request.method === 'GET' ? 'read' : 'write'
  const index = state.mishaps.findIndex((one) => one.on === on)
  const mishap = index < 0 ? undefined : state.mishaps.splice(index, 1)[0]
  switch (mishap?.how) {
    case undefined:
      return routed(state, request, moment)
    case 'request-lost':
      return { kind: 'lost' }
    case 'unavailable':
      return refusal(503, 'The service is currently unavailable.')
    case 'forbidden':
      return refusal(403, 'The caller does not have permission')
    case 'stale':
      return conflict('ABORTED', 'The resource was changed by somebody else.')
    case 'rate-limited': {
      const headers = { 'retry-after': String(moment.means.retryAfterSeconds) }
      return { ...refusal(429, 'Quota exceeded for quota metric of monitoring.'), headers }
    }
    case 'silence':
      routed(state, request, moment)
      return { kind: 'silent' }
    case 'reply-lost':
      routed(state, request, moment)
      return { kind: 'lost' }
    case 'reply-unavailable':
      routed(state, request, moment)
      return refusal(503, 'The service is currently unavailable.')
  }
}

const collections = 'timeSeries|alertPolicies|notificationChannels|dashboards'
const route = new RegExp(`^/v[13]/projects/([^/]+)/(${collections})(?:/([^/]+))?$`)

function routed(state: State, request: ApiRequest, { now }: Moment): Outcome {
  const [, project, collection, id] = route.exec(request.path) ?? []
  if (project === undefined || collection === undefined)
    return refusal(404, `The local cloud has no ${request.method} ${request.path}.`)
  if (project !== state.project) return refusal(403, 'Permission denied on this project.')
  const name = id === undefined ? null : `projects/${project}/${collection}/${id}`
  switch (`${request.method} ${collection}${name === null ? '' : '/'}`) {
    case 'GET timeSeries':
      return answered(listSeries(visible(state), request.query, { now, timing: state.timing }))
    case 'POST timeSeries':
      return answered(createSeries(state.custom, request.body, now))
    case 'GET notificationChannels':
      return ok({ notificationChannels: state.channels, totalSize: state.channels.length })
    case 'GET alertPolicies':
      return ok({ alertPolicies: [...state.policies.values()].map(policyJson) })
    case 'GET dashboards':
      return ok({ dashboards: [...state.dashboards.values()] })
    case 'POST alertPolicies':
      return kept(state, createPolicy(state, request.body, { now, by: botName }))
    case 'POST dashboards':
      return kept(state, createDashboard(state, request.body))
  }
  return name === null
    ? refusal(404, `The local cloud has no ${request.method} ${request.path}.`)
    : ofOne(state, request, { name, now })
}

const botName = 'plimsoll@example.com'

function ofOne(
  state: State,
  { method, body, query, path }: ApiRequest,
  { name, now }: { readonly name: string; readonly now: number },
): Outcome {
  const policy = state.policies.get(name)
  const dashboard = state.dashboards.get(name)
  if (policy === undefined && dashboard === undefined)
    return refusal(404, 'Requested entity was not found.')
  if (method === 'GET') return ok(policy === undefined ? dashboard : policyJson(policy))
  if (method !== 'PATCH') return refusal(404, `The local cloud has no ${method} ${path}.`)
  if (dashboard !== undefined) return kept(state, updateDashboard(dashboard, body))
  if (policy === undefined) throw new Error(`${name} is neither a policy nor a dashboard`)
  const mask = query.get('updateMask')
  return kept(state, updatePolicy(state, policy, { json: body, mask, now, by: botName }))
}

/** A write that was accepted takes effect at once. */
function kept(state: State, made: LocalPolicy | LocalDashboard | GoogleError): Outcome {
  if ('kind' in made) return made
  state.writes += 1
  if ('conditions' in made) {
    state.policies.set(made.name, made)
    return ok(policyJson(made))
  }
  state.dashboards.set(made.name, made)
  return ok(made)
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

const ok = (body: unknown): Answer => ({ kind: 'answer', status: 200, body })

const answered = (body: object | GoogleError): Outcome =>
  'kind' in body && 'status' in body ? body : ok(body)
