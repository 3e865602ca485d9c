/** The three writes: an alert policy made, its threshold moved, a dashboard put. writes.md. */
import type { protos } from '@google-cloud/monitoring'
import type { Clearance } from './clearance.ts'
import { Fault } from './fault.ts'
import { type MonitoringCalls, noRetries } from './monitoring-call.ts'
import { dashboardBody, readDashboard } from './monitoring-dashboard-wire.ts'
import { aggregationOf, readPolicy } from './monitoring-wire.ts'
import type { AlertPolicy, Dashboard, MonitoringWriter } from './ports/monitoring.ts'

/** An alert speaks when it has been so for two minutes. facts/cloudsql.md, 9. */
const mustLastSeconds = 120

export function monitoringWriter(calls: MonitoringCalls): MonitoringWriter {
  return {
    createAlert: (clearance, creation) => createAlert(calls, clearance, creation),
    retarget: (clearance, change) => retarget(calls, clearance, change),
    putDashboard: (clearance, dashboard) => putDashboard(calls, clearance, dashboard),
  }
}

type Creation = Parameters<MonitoringWriter['createAlert']>[1]

async function createAlert(
  { project, sendOnce, clock }: MonitoringCalls,
  clearance: Clearance,
  creation: Creation,
): Promise<AlertPolicy> {
  const { alert, displayName, watched, threshold, channels, userLabels } = creation
  judgeLabels(userLabels)
  const conditionThreshold = {
    filter: watched.filter,
    aggregations: [aggregationOf(watched)],
    comparison: 'COMPARISON_GT' as const,
    thresholdValue: threshold,
    duration: { seconds: mustLastSeconds },
    trigger: { count: 1 },
  }
  return sendOnce({
    method: 'monitoring.alertPolicies.create',
    what: `creation of the alert ${alert}`,
    spend: () => clearance.spend(clock.now(), `alerts.${alert}`),
    send: async ({ policies }) => {
      const alertPolicy = {
        ...{ displayName, userLabels: { ...userLabels }, notificationChannels: [...channels] },
        combiner: 'OR' as const,
        enabled: { value: true },
        conditions: [{ displayName, conditionThreshold }],
      }
      const request = { name: `projects/${project}`, alertPolicy }
      const [made] = await policies.createAlertPolicy(request, noRetries)
      return readPolicy(made, 'unknown')
    },
  })
}

type Change = Parameters<MonitoringWriter['retarget']>[1]
type Policy = protos.google.monitoring.v3.IAlertPolicy

/**
 * v3 has no etag: the policy is read whole just before, and its conditions go back whole with their
 * names, so that none is lost and none is made anew; the mask keeps everything else as it is.
 */
async function retarget(
  { asked, sendOnce, clock }: MonitoringCalls,
  clearance: Clearance,
  change: Change,
): Promise<AlertPolicy> {
  const { alert, policy: name, mutatedAt, condition, threshold, userLabels } = change
  judgeLabels(userLabels)
  const held: Policy[] = []
  await asked(
    'monitoring.alertPolicies.get',
    `alert policy ${name}`,
    async ({ policies }, call) => {
      const [policy] = await policies.getAlertPolicy({ name }, call)
      held.push(policy)
      return [policy]
    },
  )
  const current = held.at(-1)
  if (current === undefined || readPolicy(current).mutatedAt !== mutatedAt)
    throw new Fault('version-moved', 'no', `the alert ${alert} was changed since ${mutatedAt}`)
  const conditions = (current.conditions ?? []).map((one) =>
    one.name === condition
      ? { ...one, conditionThreshold: { ...one.conditionThreshold, thresholdValue: threshold } }
      : one,
  )
  if (!conditions.some((one) => one.name === condition))
    throw new Fault('version-moved', 'no', `the alert ${alert} has no condition ${condition} now`)
  return sendOnce({
    method: 'monitoring.alertPolicies.patch',
    what: `new threshold of the alert ${alert}`,
    spend: () => clearance.spend(clock.now(), `alerts.${alert}`),
    send: async ({ policies }) => {
      const alertPolicy = { name, conditions, userLabels: { ...userLabels } }
      const updateMask = { paths: ['conditions', 'user_labels'] }
      const [moved] = await policies.updateAlertPolicy({ updateMask, alertPolicy }, noRetries)
      return readPolicy(moved, 'unknown')
    },
  })
}

type Put = Parameters<MonitoringWriter['putDashboard']>[1]

async function putDashboard(
  { project, sendOnce, clock }: MonitoringCalls,
  clearance: Clearance,
  { id, etag, labels, ...content }: Put,
): Promise<Dashboard> {
  judgeLabels(labels)
  const parent = `projects/${project}`
  const body = { name: `${parent}/dashboards/${id}`, labels: { ...labels } }
  const whole = { ...dashboardBody(content), ...body }
  return sendOnce({
    method: etag === null ? 'monitoring.dashboards.create' : 'monitoring.dashboards.patch',
    what: `dashboard ${id}`,
    spend: () => clearance.spend(clock.now(), 'dashboards'),
    send: async ({ dashboards }) => {
      const [put] =
        etag === null
          ? await dashboards.createDashboard({ parent, dashboard: whole }, noRetries)
          : await dashboards.updateDashboard({ dashboard: { ...whole, etag } }, noRetries)
      return readDashboard(put, 'unknown')
    },
  })
}

const labelKey = /^[a-z][a-z0-9_-]{0,62}$/
const labelValue = /^[a-z0-9_-]{0,63}$/

/** Google's rule, looked at before anything is spent. */
function judgeLabels(labels: Readonly<Record<string, string>>): void {
  const wrong = Object.entries(labels).find(
    ([key, value]) => !labelKey.test(key) || !labelValue.test(value),
  )
  if (wrong !== undefined) throw new Fault('invalid', 'no', `${wrong[0]} is no label as Google has`)
}
