/** Creates in Cloud Monitoring the alert that the document declares. facts/cloudsql.md, 9. */
import { z } from 'zod'
import { withAlert } from '../capacity/changes.ts'
import { defineStep } from '../define/define-step.ts'
import { missingFrom, noHandsYet, settled } from './foreseen.ts'
import { alertName } from './inputs.ts'

export const createAlert = defineStep({
  name: 'create-alert',
  title: 'Create an alert',
  risk: 'safe',
  minutes: 2,
  input: z.strictObject({
    alert: alertName,
    channel: z.string().min(1).describe('the notification channel that it speaks to'),
  }),
  examples: [{ alert: 'db-connections', channel: 'incidents' }],
  target: ({ alert }) => `alerts.${alert}`,
  needs: ({ alert }) => [`alerts.${alert}`],
  missing: (system, { alert }) => missingFrom(withAlert(system, { alert })),
  effect: (_system, { alert, channel }) => ({ code: 'create-alert', values: { alert, channel } }),
  predict: (system) => settled(system),
  acts: 'elsewhere',
  cannot: () => noHandsYet('create-alert'),
})
