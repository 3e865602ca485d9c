/** Writes the dashboards of the System to Cloud Monitoring. facts/workload.md, 7. */
import { z } from 'zod'
import { defineStep } from '../define/define-step.ts'
import { noHandsYet, settled } from './foreseen.ts'

export const applyDashboards = defineStep({
  name: 'apply-dashboards',
  title: 'Write the dashboards',
  risk: 'safe',
  minutes: 2,
  input: z.strictObject({}),
  examples: [{}],
  target: () => 'dashboards',
  needs: () => [],
  missing: () => null,
  effect: () => ({ code: 'apply-dashboards', values: {} }),
  predict: (system) => settled(system),
  acts: 'elsewhere',
  cannot: () => noHandsYet('apply-dashboards'),
})
