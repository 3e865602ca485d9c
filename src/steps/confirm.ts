/** A person does or looks at something, and says so. */
import { z } from 'zod'
import { defineStep } from '../define/define-step.ts'
import { settled } from './predicting.ts'

export const confirm = defineStep({
  name: 'confirm',
  title: 'A person confirms',
  risk: 'safe',
  minutes: 5,
  input: z.strictObject({ what: z.string().min(1).max(1000).describe('what is so, or is done') }),
  examples: [{ what: 'the oldest task is younger than a minute' }],
  target: () => 'confirm',
  needs: () => [],
  missing: () => null,
  effect: (_system, { what }) => ({ code: 'confirm', values: { what } }),
  predict: (system) => settled(system),
  acts: 'elsewhere',
  doneBy: 'person',
})
