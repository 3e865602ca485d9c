/**
 * Changes how many tasks one Celery worker runs at a time, in its container: a new revision.
 * facts/workload.md, 4.
 */
import { z } from 'zod'
import { rollOutsBetween } from '../capacity/phases.ts'
import { withCelery } from '../capacity/service-changes.ts'
import type { System } from '../capacity/system.ts'
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
import { asBefore, noHandsYet } from './foreseen.ts'
import { missingService, serviceName } from './inputs.ts'

export const bumpCeleryConcurrency = defineStep({
  name: 'bump-celery-concurrency',
  title: 'Change the concurrency of a Celery worker',
  risk: 'disruptive',
  guard: 'version',
  minutes: 5,
  input: z.strictObject({
    service: serviceName,
    concurrency: z.int().min(1).max(64).describe('tasks at a time in one instance'),
    prefetchMultiplier: z
      .int()
      .min(0)
      .max(64)
      .optional()
      .describe('tasks that are fetched ahead, for each one that runs; 0: no limit'),
    live: z
      .boolean()
      .optional()
      .describe('only in the workers that run now; new instances come up with the old number'),
  }),
  examples: [{ service: 'celery-worker', concurrency: 6, prefetchMultiplier: 1 }],
  target: ({ service }) => `services.${service}`,
  needs: ({ service }) =>
    serviceFacts(service, ['celery.concurrency', 'celery.prefetchMultiplier']),
  missing: (system, input) => missingService(system, input, 'celery-worker'),
  effect: (system, { service, concurrency }) => ({
    code: 'change-celery',
    values: { service, from: concurrencyOf(system, service), to: concurrency },
  }),
  predict: (system, { service, concurrency, prefetchMultiplier, live }) => {
    const after = withCelery(system, { service, concurrency, prefetchMultiplier })
    if ('code' in after) return after
    return { phases: live === true ? [] : rollOutsBetween(system, after, { service }), after }
  },
  unable: (system, { service, concurrency, live }) =>
    live === true
      ? noHandsYet('bump-celery-concurrency')
      : unableToSet(system, {
          service,
          binding: 'celery',
          setting: 'concurrency',
          value: concurrency,
        }),
  probe: (intent, input, read) => changeProgress(intent, changeOf(input), read),
  perform: (clearance, intent, input, world) =>
    sendChange(clearance, intent, changeOf(input), world),
  poll: watchRollOut,
  expects: (after, input) => expectedSettings(after, changeOf(input)),
  undo: (before, { service, live: _live, ...wished }) => {
    const worker = before.services[service]
    const was = worker?.kind === 'celery-worker' ? worker.celery : undefined
    const input = { service, ...asBefore(was, wished) }
    return { kind: 'step', step: 'bump-celery-concurrency', input }
  },
})

function changeOf(wished: {
  service: string
  concurrency: number
  prefetchMultiplier?: number | undefined
}): ServiceChange {
  const settings = wishedSettings([
    ['celery.concurrency', wished.concurrency],
    ['celery.prefetchMultiplier', wished.prefetchMultiplier],
  ])
  return { service: wished.service, settings }
}

function concurrencyOf(system: System, service: string): number {
  const worker = system.services[service]
  return worker?.kind === 'celery-worker' ? worker.celery.concurrency : 0
}
