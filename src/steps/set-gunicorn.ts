/** Changes gunicorn's workers and threads; a new revision. facts/workload.md, 1. */
import { z } from 'zod'
import { withGunicorn } from '../capacity/service-changes.ts'
import { defineStep } from '../define/define-step.ts'
import { bakedOr, changesText, missingFrom, rolledOut } from './foreseen.ts'
import { serviceName } from './inputs.ts'

export const setGunicorn = defineStep({
  name: 'set-gunicorn',
  title: "Change gunicorn's workers and threads",
  risk: 'disruptive',
  minutes: 10,
  input: z.strictObject({
    service: serviceName,
    workerClass: z
      .enum(['sync', 'gthread', 'gevent', 'uvicorn'])
      .optional()
      .describe('--worker-class; sync with threads runs as gthread'),
    workers: z.int().min(1).max(1000).optional().describe('processes of one instance'),
    threads: z.int().min(1).max(1000).optional().describe('threads of one worker'),
  }),
  examples: [{ service: 'backend', workerClass: 'gthread', workers: 9, threads: 4 }],
  target: ({ service }) => `services.${service}`,
  needs: ({ service }) => [`services.${service}.gunicorn`],
  missing: (system, input) => missingFrom(withGunicorn(system, input)),
  effect: (system, { service, ...wished }) => {
    const web = system.services[service]
    const before = web?.kind === 'web' ? web.gunicorn : undefined
    return { code: 'set-gunicorn', values: { service, changes: changesText(before, wished) } }
  },
  predict: (system, input) => rolledOut(system, withGunicorn(system, input), input),
  cannot: (system, { service, ...wished }) =>
    bakedOr('set-gunicorn', system, {
      service,
      binding: 'gunicorn',
      setting: 'gunicorn',
      value: changesText(undefined, wished),
    }),
})
