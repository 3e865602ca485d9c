/** Moves an alert's threshold to where it still warns in time. facts/cloudsql.md, 11, 36. */
import { z } from 'zod'
import { withAlert } from '../capacity/changes.ts'
import { defineStep } from '../define/define-step.ts'
import { missingFrom, noHandsYet, settled } from './foreseen.ts'
import { alertName } from './inputs.ts'

export const retargetAlert = defineStep({
  name: 'retarget-alert',
  title: 'Move the threshold of an alert',
  risk: 'safe',
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
  needs: ({ alert }) => [`alerts.${alert}`],
  missing: (system, input) => missingFrom(withAlert(system, input)),
  effect: (system, { alert, threshold }) => {
    const after = withAlert(system, { alert, threshold })
    const to = 'code' in after ? threshold : after.alerts[alert]?.threshold
    const from = system.alerts[alert]?.threshold ?? 0
    return { code: 'retarget-alert', values: { alert, from, to: to ?? 'unknown' } }
  },
  predict: (system, input) => settled(withAlert(system, input)),
  cannot: () => noHandsYet('retarget-alert'),
})
