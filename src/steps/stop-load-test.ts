/** Stops the load test that runs. facts/workload.md, 6. */
import { z } from 'zod'
import { defineStep } from '../define/define-step.ts'
import { noHandsYet, settled } from './foreseen.ts'

export const stopLoadTest = defineStep({
  name: 'stop-load-test',
  title: 'Stop the load test',
  risk: 'safe',
  minutes: 1,
  input: z.strictObject({}),
  examples: [{}],
  target: () => 'workload',
  needs: () => [],
  missing: () => null,
  effect: () => ({ code: 'stop-load', values: {} }),
  predict: (system) => settled(system),
  acts: 'elsewhere',
  cannot: () => noHandsYet('stop-load-test'),
})
