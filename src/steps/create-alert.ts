/** Creates an alert of the document, where it still warns in time. facts/cloudsql.md, 9. */
import { z } from 'zod'
import { withAlert } from '../capacity/changes.ts'
import { defineStep } from '../define/define-step.ts'
import { Fault } from '../world/fault.ts'
import { alertLabel, labelOf } from '../world/monitored/alert.ts'
import { databaseMetrics } from '../world/monitored/metrics.ts'
import type { NotificationChannel } from '../world/ports/monitoring.ts'
import { intentLabel, versionOf } from './cloud-sql-patch.ts'
import { alertName } from './inputs.ts'
import { absentVersion, alertOf, alertProgress, findAlert } from './monitoring-writes.ts'
import { missingFrom, settled } from './predicting.ts'
import { configured, noOperation } from './sources.ts'

export const createAlert = defineStep({
  name: 'create-alert',
  title: 'Create an alert',
  risk: 'safe',
  guard: 'absolute',
  minutes: 2,
  input: z.strictObject({
    alert: alertName,
    channel: z.string().min(1).describe('the notification channel that it speaks to'),
  }),
  examples: [{ alert: 'db-connections', channel: 'incidents' }],
  target: ({ alert }) => `alerts.${alert}`,
  needs: ({ alert }) => [`alerts.${alert}.mutatedAt`],
  missing: (system, { alert }) => missingFrom(withAlert(system, { alert })),
  effect: (_system, { alert, channel }) => ({ code: 'create-alert', values: { alert, channel } }),
  predict: (system, { alert }) => settled(withAlert(system, { alert })),
  acts: 'elsewhere',
  unable: () => null,
  probe: (intent, _input, read) => alertProgress(read, intent),
  perform: async (clearance, intent, { alert, channel }, { read, write }, system) => {
    if (versionOf(intent) !== absentVersion)
      throw new Fault('version-moved', 'no', `the alert ${alert} is there; retarget-alert moves it`)
    const { database } = alertOf(system, alert)
    const [found, channels] = await Promise.all([
      findAlert(read, system, alert),
      configured(read.monitoring).channels(),
    ])
    if (found.kind !== 'none')
      throw new Fault('version-moved', 'no', `the alert ${alert} has been made meanwhile`)
    const after = withAlert(system, { alert })
    const threshold = 'code' in after ? undefined : after.alerts[alert]?.threshold
    if (threshold === undefined)
      throw new Fault('invalid', 'no', `nobody knows where the alert ${alert} should warn`)
    await configured(write.monitoring).createAlert(clearance, {
      ...{ alert, threshold, channels: [channelNamed(channels, channel)] },
      displayName: `${database}: connections (${alert})`,
      watched: {
        ...databaseMetrics(system, database).sessions,
        groupBy: 'resource.label.database_id',
      },
      userLabels: { [alertLabel]: labelOf(alert), [intentLabel]: intent.id },
    })
    return { kind: 'done' }
  },
  poll: noOperation,
  expects: (after, { alert }) => [
    { fact: `alerts.${alert}.threshold`, predicted: after.alerts[alert]?.threshold ?? null },
  ],
  undo: () => ({ kind: 'cannot', because: 'no step deletes an alert: do it in the console' }),
})

/** By the name that people gave it, or by the full one. */
function channelNamed(channels: readonly NotificationChannel[], wished: string): string {
  const fitting = channels.filter(
    ({ name, displayName, isEnabled }) => isEnabled && [name, displayName].includes(wished),
  )
  const [channel, other] = fitting
  if (channel !== undefined && other === undefined) return channel.name
  const known = channels.map(({ displayName }) => displayName).join(', ')
  const why = other === undefined ? 'no' : 'more than one'
  throw new Fault('invalid', 'no', `${why} notification channel ${wished}; there are: ${known}`)
}
