/** Stops the load test that runs. facts/workload.md, 6. */
import { z } from 'zod'
import { defineStep } from '../define/define-step.ts'
import { settled } from './predicting.ts'
import { configured } from './sources.ts'

export const stopLoadTest = defineStep({
  name: 'stop-load-test',
  title: 'Stop the load test',
  risk: 'safe',
  guard: 'absolute',
  minutes: 1,
  input: z.strictObject({}),
  examples: [{}],
  // Not the whole workload: that is claimed by the test that runs.
  target: () => 'workload.loadTest',
  needs: () => [],
  missing: () => null,
  effect: () => ({ code: 'stop-load', values: {} }),
  predict: (system) => settled(system),
  acts: 'elsewhere',
  unable: () => null,
  probe: async (_intent, _input, read) => {
    const latest = await configured(read.loadTest).latest()
    return latest?.progress.kind === 'running'
      ? { kind: 'absent' }
      : { kind: 'done', by: 'as-wished' }
  },
  perform: async (clearance, _intent, _input, { write }) => {
    const test = await configured(write.loadTest).stop(clearance)
    return test === null ? { kind: 'done' } : { kind: 'operation', operation: test }
  },
  poll: async (test, read) =>
    (await configured(read.loadTest).progress(test)).kind === 'running'
      ? { kind: 'running' }
      : { kind: 'ended', error: null },
  expects: () => [{ fact: 'workload.loadTest.isRunning', predicted: false }],
  undo: () => ({ kind: 'cannot', because: 'a test that was stopped is started anew' }),
})
