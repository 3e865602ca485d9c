/** Moves an alert's threshold to where it still warns in time. facts/cloudsql.md, 11, 36. */
import { z } from 'zod'
import { withAlert } from '../capacity/changes.ts'
import { defineStep } from '../define/define-step.ts'
import { Fault } from '../world/fault.ts'
import { alertLabel, labelOf } from '../world/monitored/alert.ts'
import { intentLabel, versionOf } from './cloud-sql-patch.ts'
import { alertName } from './inputs.ts'
import { alertProgress, findAlert } from './monitoring-writes.ts'
import { missingFrom, settled } from './predicting.ts'
import { configured, noOperation } from './sources.ts'

export const retargetAlert = defineStep({
  name: 'retarget-alert',
  title: 'Move the threshold of an alert',
  risk: 'safe',
  guard: 'absolute',
  minutes: 1,
  input: z.strictObject({
    alert: alertName,
    threshold: z
      .int()
      .min(0)
      .optional()
      .describe('connections; left out: 0.8 of the usable ones, rounded down'),
  }),
  examples: [{ alert: 'db-connections' }, { alert: 'db-connections', threshold: 312 }],
  target: ({ alert }) => `alerts.${alert}`,
  needs: ({ alert }) => [`alerts.${alert}.threshold`, `alerts.${alert}.mutatedAt`],
  missing: (system, input) => missingFrom(withAlert(system, input)),
  effect: (system, { alert, threshold }) => {
    const after = withAlert(system, { alert, threshold })
    const to = 'code' in after ? threshold : after.alerts[alert]?.threshold
    const from = system.alerts[alert]?.threshold ?? 0
    return { code: 'retarget-alert', values: { alert, from, to: to ?? 'unknown' } }
  },
  predict: (system, input) => settled(withAlert(system, input)),
  unable: () => null,
  probe: (intent, _input, read) => alertProgress(read, intent),
  perform: async (clearance, intent, input, { read, write }, system) => {
    const { alert } = input
    const mutatedAt = versionOf(intent)
    const after = withAlert(system, input)
    const threshold = 'code' in after ? undefined : after.alerts[alert]?.threshold
    const found = await findAlert(read, system, alert)
    if (threshold === undefined || found.kind !== 'found')
      throw new Fault('invalid', 'no', `no threshold of the alert ${alert} can be moved`)
    const { policy } = found
    await configured(write.monitoring).retarget(clearance, {
      ...{ alert, policy: policy.name, mutatedAt, condition: found.threshold.name, threshold },
      userLabels: {
        ...policy.userLabels,
        [alertLabel]: labelOf(alert),
        [intentLabel]: intent.id,
      },
    })
    return { kind: 'done' }
  },
  poll: noOperation,
  expects: (after, { alert }) => [
    { fact: `alerts.${alert}.threshold`, predicted: after.alerts[alert]?.threshold ?? null },
  ],
  undo: (before, { alert }) => ({
    kind: 'step',
    step: 'retarget-alert',
    input: { alert, threshold: before.alerts[alert]?.threshold ?? 0 },
  }),
})
