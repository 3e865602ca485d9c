/** What Google answers: Cloud SQL, Cloud Run and Cloud Monitoring. */
import fc from 'fast-check'
import type { Container } from '../../src/world/cloud-run-wire.ts'
import {
  readCpu,
  readMemoryGib,
  readRevision,
  readOperation as readRunOperation,
  readService,
  readWorkerPool,
} from '../../src/world/cloud-run-wire.ts'
import {
  readAccepted,
  readBackups,
  readInstance,
  readOperation,
  readOperations,
} from '../../src/world/cloud-sql-wire.ts'
import { Fault } from '../../src/world/fault.ts'
import { failedRead, waitMs } from '../../src/world/google-faults.ts'
import { readDashboard, readDashboardLabels } from '../../src/world/monitoring-dashboard-wire.ts'
import { readChannels, readPolicies, readSeries } from '../../src/world/monitoring-wire.ts'
import { nearJson, nearText } from './mutate.ts'
import { finite, must, orFault, parser, sayable } from './parser.ts'

const time = { seconds: '1796000000', nanos: 5 }
const operation = {
  ...{ name: 'op-1', targetId: 'tuki-db-prod', operationType: 'UPDATE', status: 'DONE' },
  error: { errors: [{ code: 'INTERNAL', message: 'it failed' }] },
  ...{ user: 'bot@example.org', insertTime: time, startTime: time, endTime: null },
}
const instance = {
  ...{ name: 'tuki-db-prod', region: 'us-central1', project: 'tukiprod', state: 'RUNNABLE' },
  ...{ databaseVersion: 'POSTGRES_13', masterInstanceName: '', replicaNames: ['a'] },
  settings: {
    settingsVersion: { value: '17' },
    ...{ tier: 'db-custom-2-7680', activationPolicy: 'ALWAYS', availabilityType: 'REGIONAL' },
    ...{ edition: 'ENTERPRISE', dataDiskSizeGb: { value: '100' } },
    databaseFlags: [{ name: 'work_mem', value: '8192' }],
    userLabels: { team: 'tickets' },
  },
}
const backups = { items: [{ description: 'x', status: 'SUCCESSFUL', enqueuedTime: time }] }
const accepted = { ...operation, ...{ insertTime: '2026-11-23T12:00:00Z', startTime: undefined } }

/** Each of them reads it, or says in a Fault that it cannot. */
const eachReads = (readers: readonly ((reply: unknown) => unknown)[]) => (reply: unknown) => {
  for (const read of readers) finite(orFault(() => read(reply)))
}

const cloudSql = parser(
  'cloud-sql',
  'instances, operations and backups of the Cloud SQL Admin API',
  nearJson(instance, operation, { items: [operation] }, backups, accepted),
  eachReads([
    ...[readInstance, readOperation, readOperations, readBackups],
    (reply) => readAccepted(reply, 'tuki-db-prod'),
  ]),
)

const container: Container = {
  ...{ name: 'app', args: ['--workers=9'], env: [{ name: 'DB_HOST', value: '10.0.0.1' }] },
  ...{ ports: [{ containerPort: 8080 }], resources: { limits: { cpu: '1', memory: '2Gi' } } },
}
const target = {
  type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST',
  revision: '',
  percent: 100,
  tag: '',
}
const resource = {
  ...{ name: 'projects/p/locations/l/services/backend', etag: '"7"', reconciling: false },
  ...{ annotations: {}, latestReadyRevision: 'backend-1', latestCreatedRevision: 'backend-1' },
  terminalCondition: { type: 'Ready', state: 'CONDITION_SUCCEEDED', message: '' },
}
const service = {
  ...resource,
  ...{ scaling: { scalingMode: 'AUTOMATIC', minInstanceCount: 1, maxInstanceCount: 200 } },
  template: { scaling: null, containers: [container], maxInstanceRequestConcurrency: 80 },
  ...{ traffic: [target], trafficStatuses: [target] },
}
const workers = {
  ...resource,
  ...{ scaling: { manualInstanceCount: 3 }, template: { containers: [container] } },
  ...{ instanceSplits: [target], instanceSplitStatuses: [target] },
}
const revision = {
  name: 'backend-1',
  conditions: [{ type: 'Ready', state: 'CONDITION_SUCCEEDED', message: '' }],
  ...{ containers: [container], maxInstanceRequestConcurrency: 80 },
}
const runOperation = { name: 'x/op-1', done: true, error: { code: 9, message: 'no' } }

const cloudRun = parser(
  'cloud-run',
  'services, worker pools, revisions and operations of the Cloud Run Admin API',
  nearJson(service, workers, revision, runOperation),
  eachReads([
    ...[readService, readWorkerPool, readRevision],
    (reply) => readRunOperation(reply, 'unknown'),
  ]),
)

const quantities = parser(
  'quantities',
  'CPU and memory as Cloud Run writes them',
  nearText('4', '0.5', '1000m', '8Gi', '512Mi', '1.5G'),
  (text) => {
    for (const amount of [readCpu(text), readMemoryGib(text)])
      must(amount === null || (Number.isFinite(amount) && amount >= 0), `${text} is ${amount}`)
  },
)

const series = [
  {
    metric: { labels: { state: 'active' } },
    resource: { labels: { database_id: 'tukiprod:tuki-db-prod' } },
    points: [{ interval: { endTime: time }, value: { doubleValue: 3.5, int64Value: '4' } }],
  },
]
const policies = [
  {
    ...{ name: 'projects/p/alertPolicies/1', displayName: 'connections', userLabels: { a: 'b' } },
    conditions: [
      {
        name: 'c',
        conditionThreshold: { filter: 'f', thresholdValue: 320, comparison: 'COMPARISON_GT' },
      },
    ],
    ...{ notificationChannels: ['c'], mutationRecord: { mutateTime: time } },
  },
]
const channels = [{ name: 'c', displayName: 'pager', type: 'email', enabled: { value: true } }]
const query = { filter: 'f', alignSeconds: 60, aligner: 'mean', reducer: 'sum' } as const

const monitoring = parser(
  'monitoring',
  'time series, alert policies and channels of Cloud Monitoring',
  nearJson(series, policies, channels),
  eachReads([
    (reply) => readSeries(reply, query),
    (reply) => readSeries(reply, { ...query, groupBy: 'metric.label.state' }),
    ...[readPolicies, readChannels],
  ]),
)

const dashboard = {
  ...{ name: 'd', displayName: 'plimsoll', etag: 'e', labels: { a: '' } },
  mosaicLayout: {
    tiles: [
      { widget: { title: 'Database', sectionHeader: {} } },
      {
        widget: {
          title: 'Sessions',
          xyChart: {
            dataSets: [
              {
                timeSeriesQuery: {
                  timeSeriesFilter: {
                    filter: 'f',
                    aggregation: {
                      alignmentPeriod: { seconds: '60' },
                      ...{ perSeriesAligner: 'ALIGN_MEAN', crossSeriesReducer: 'REDUCE_SUM' },
                      groupByFields: ['metric.label.state'],
                    },
                  },
                },
              },
            ],
            thresholds: [{ label: 'usable', value: 390 }],
          },
        },
      },
    ],
  },
}

const dashboards = parser(
  'dashboards',
  'dashboards of Cloud Monitoring',
  nearJson(dashboard, [dashboard]),
  eachReads([readDashboard, readDashboardLabels]),
)

const googleErrors = parser(
  'google-errors',
  'what Google says instead of an answer, and how long it asks to be left alone',
  fc.tuple(
    nearJson({ message: 'no', code: 7, httpStatusCode: 403 }),
    nearText('120', 'Fri, 27 Nov 2026 10:00:00 GMT'),
  ),
  ([error, retryAfter]) => {
    const fault = failedRead('tuki-db-prod', error, 'cloudsql.instances.get')
    must(fault instanceof Fault && fault.sent === 'no', 'a read that may have written')
    sayable(fault.message)
    const wait = waitMs(retryAfter, Date.UTC(2026, 10, 27, 9))
    must(Number.isFinite(wait) && wait >= 0, `a wait of ${wait} ms`)
  },
)

export const googleParsers = [
  ...[cloudSql, cloudRun, quantities, monitoring, dashboards, googleErrors],
]
