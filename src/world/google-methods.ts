/**
 * Every method of Google's APIs that an adapter calls, and the permission that it needs: no call is made without its
 * row, and deploy/iam/ grants exactly these. facts/cloudsql.md, 4; each API's own reference.
 */

export type GoogleMethod = {
  readonly verb: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `*` is one part of the path. */
  readonly path: string
  readonly permission: string
  /** Which of the two identities of deploy/iam/ holds it. */
  readonly identity: 'reading' | 'writing'
}

const instances = '/v1/projects/*/instances'
const region = '/v2/projects/*/locations/*'

export const googleMethods = {
  'sql.instances.get': {
    verb: 'GET',
    path: `${instances}/*`,
    permission: 'cloudsql.instances.get',
    identity: 'reading',
  },
  'sql.instances.list': {
    verb: 'GET',
    path: instances,
    permission: 'cloudsql.instances.list',
    identity: 'reading',
  },
  'sql.operations.get': {
    verb: 'GET',
    path: '/v1/projects/*/operations/*',
    permission: 'cloudsql.instances.get',
    identity: 'reading',
  },
  'sql.operations.list': {
    verb: 'GET',
    path: '/v1/projects/*/operations',
    permission: 'cloudsql.instances.list',
    identity: 'reading',
  },
  'sql.backupRuns.list': {
    verb: 'GET',
    path: `${instances}/*/backupRuns`,
    permission: 'cloudsql.backupRuns.list',
    identity: 'reading',
  },
  'sql.instances.patch': {
    verb: 'PATCH',
    path: `${instances}/*`,
    permission: 'cloudsql.instances.update',
    identity: 'writing',
  },
  'sql.instances.insert': {
    verb: 'POST',
    path: instances,
    permission: 'cloudsql.instances.create',
    identity: 'writing',
  },
  'sql.instances.delete': {
    verb: 'DELETE',
    path: `${instances}/*`,
    permission: 'cloudsql.instances.delete',
    identity: 'writing',
  },
  'sql.backupRuns.insert': {
    verb: 'POST',
    path: `${instances}/*/backupRuns`,
    permission: 'cloudsql.backupRuns.create',
    identity: 'writing',
  },
  'run.services.get': {
    verb: 'GET',
    path: `${region}/services/*`,
    permission: 'run.services.get',
    identity: 'reading',
  },
  'run.services.list': {
    verb: 'GET',
    path: `${region}/services`,
    permission: 'run.services.list',
    identity: 'reading',
  },
  'run.workerPools.list': {
    verb: 'GET',
    path: `${region}/workerPools`,
    permission: 'run.workerpools.list',
    identity: 'reading',
  },
  'run.workerPools.get': {
    verb: 'GET',
    path: `${region}/workerPools/*`,
    permission: 'run.workerpools.get',
    identity: 'reading',
  },
  'run.revisions.get': {
    verb: 'GET',
    path: `${region}/*/*/revisions/*`,
    permission: 'run.revisions.get',
    identity: 'reading',
  },
  'run.operations.get': {
    verb: 'GET',
    path: `${region}/operations/*`,
    permission: 'run.operations.get',
    identity: 'reading',
  },
  'run.services.patch': {
    verb: 'PATCH',
    path: `${region}/services/*`,
    permission: 'run.services.update',
    identity: 'writing',
  },
  'run.workerPools.patch': {
    verb: 'PATCH',
    path: `${region}/workerPools/*`,
    permission: 'run.workerpools.update',
    identity: 'writing',
  },
  'run.jobs.get': {
    verb: 'GET',
    path: `${region}/jobs/*`,
    permission: 'run.jobs.get',
    identity: 'reading',
  },
  'run.jobs.list': {
    verb: 'GET',
    path: `${region}/jobs`,
    permission: 'run.jobs.list',
    identity: 'reading',
  },
  'run.executions.get': {
    verb: 'GET',
    path: `${region}/jobs/*/executions/*`,
    permission: 'run.executions.get',
    identity: 'reading',
  },
  'run.tasks.list': {
    verb: 'GET',
    path: `${region}/jobs/*/executions/*/tasks`,
    permission: 'run.tasks.list',
    identity: 'reading',
  },
  'run.jobs.create': {
    verb: 'POST',
    path: `${region}/jobs`,
    permission: 'run.jobs.create',
    identity: 'writing',
  },
  'run.executions.cancel': {
    verb: 'POST',
    path: `${region}/jobs/*/executions/*:cancel`,
    permission: 'run.executions.cancel',
    identity: 'writing',
  },
  'monitoring.timeSeries.list': {
    verb: 'GET',
    path: '/v3/projects/*/timeSeries',
    permission: 'monitoring.timeSeries.list',
    identity: 'reading',
  },
  'monitoring.alertPolicies.list': {
    verb: 'GET',
    path: '/v3/projects/*/alertPolicies',
    permission: 'monitoring.alertPolicies.list',
    identity: 'reading',
  },
  'monitoring.alertPolicies.get': {
    verb: 'GET',
    path: '/v3/projects/*/alertPolicies/*',
    permission: 'monitoring.alertPolicies.get',
    identity: 'reading',
  },
  'monitoring.notificationChannels.list': {
    verb: 'GET',
    path: '/v3/projects/*/notificationChannels',
    permission: 'monitoring.notificationChannels.list',
    identity: 'reading',
  },
  'monitoring.dashboards.list': {
    verb: 'GET',
    path: '/v1/projects/*/dashboards',
    permission: 'monitoring.dashboards.list',
    identity: 'reading',
  },
  'monitoring.dashboards.get': {
    verb: 'GET',
    path: '/v1/projects/*/dashboards/*',
    permission: 'monitoring.dashboards.get',
    identity: 'reading',
  },
  'monitoring.alertPolicies.create': {
    verb: 'POST',
    path: '/v3/projects/*/alertPolicies',
    permission: 'monitoring.alertPolicies.create',
    identity: 'writing',
  },
  'monitoring.alertPolicies.patch': {
    verb: 'PATCH',
    path: '/v3/projects/*/alertPolicies/*',
    permission: 'monitoring.alertPolicies.update',
    identity: 'writing',
  },
  'monitoring.dashboards.create': {
    verb: 'POST',
    path: '/v1/projects/*/dashboards',
    permission: 'monitoring.dashboards.create',
    identity: 'writing',
  },
  'monitoring.dashboards.patch': {
    verb: 'PATCH',
    path: '/v1/projects/*/dashboards/*',
    permission: 'monitoring.dashboards.update',
    identity: 'writing',
  },
  'monitoring.timeSeries.create': {
    verb: 'POST',
    path: '/v3/projects/*/timeSeries',
    permission: 'monitoring.timeSeries.create',
    identity: 'writing',
  },
} as const satisfies Readonly<Record<string, GoogleMethod>>

export type GoogleMethodName = keyof typeof googleMethods
