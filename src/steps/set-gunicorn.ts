/** Changes gunicorn's workers and threads; a new revision. facts/workload.md, 1. */
import { z } from 'zod'
import { type GunicornSettings, withGunicorn } from '../capacity/service-changes.ts'
import { defineStep } from '../define/define-step.ts'
import { unableToSet } from './bindings.ts'
import {
  changeProgress,
  expectedSettings,
  type ServiceChange,
  sendChange,
  serviceFacts,
  watchRollOut,
  wishedSettings,
} from './cloud-run-change.ts'
import { serviceName } from './inputs.ts'
import { asBefore, changesText, missingFrom, rolledOut } from './predicting.ts'

export const setGunicorn = defineStep({
  name: 'set-gunicorn',
  title: "Change gunicorn's workers and threads",
  risk: 'disruptive',
  guard: 'version',
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
  needs: ({ service }) =>
    serviceFacts(service, ['gunicorn.workerClass', 'gunicorn.workers', 'gunicorn.threads']),
  missing: (system, input) => missingFrom(withGunicorn(system, input)),
  effect: (system, { service, ...wished }) => {
    const web = system.services[service]
    const before = web?.kind === 'web' ? web.gunicorn : undefined
    return { code: 'set-gunicorn', values: { service, changes: changesText(before, wished) } }
  },
  predict: (system, input) => rolledOut(system, withGunicorn(system, input), input),
  unable: (system, { service, ...wished }) =>
    unableToSet(system, {
      service,
      binding: 'gunicorn',
      setting: 'gunicorn',
      value: changesText(undefined, wished),
    }),
  probe: (intent, input, read) => changeProgress(intent, changeOf(input), read),
  perform: (clearance, intent, input, world) =>
    sendChange(clearance, intent, changeOf(input), world),
  poll: watchRollOut,
  expects: (after, input) => expectedSettings(after, changeOf(input)),
  undo: (before, { service, ...wished }) => {
    const web = before.services[service]
    const was = web?.kind === 'web' ? web.gunicorn : undefined
    return { kind: 'step', step: 'set-gunicorn', input: { service, ...asBefore(was, wished) } }
  },
})

function changeOf({ service, ...wished }: { service: string } & GunicornSettings): ServiceChange {
  const { workerClass, workers, threads } = wished
  const settings = wishedSettings([
    ['gunicorn.workerClass', workerClass],
    ['gunicorn.workers', workers],
    ['gunicorn.threads', threads],
  ])
  return { service, settings }
}
