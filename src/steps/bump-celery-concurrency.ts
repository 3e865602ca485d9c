/**
 * Changes how many tasks one Celery worker runs at a time: in its container, which is a new
 * revision, or live, until it restarts. facts/workload.md, 4.
 */
import { z } from 'zod'
import { rollOutsBetween } from '../capacity/phases.ts'
import { withCelery } from '../capacity/service-changes.ts'
import type { CeleryWorker, System } from '../capacity/system.ts'
import { defineStep } from '../define/define-step.ts'
import { unableToSet } from './bindings.ts'
import { expectedLive, liveProgress, resizeLive } from './celery-live.ts'
import {
  changeProgress,
  expectedSettings,
  type ServiceChange,
  sendChange,
  serviceFacts,
  watchRollOut,
  wishedSettings,
} from './cloud-run-change.ts'
import { missingService, serviceName } from './inputs.ts'
import { asBefore } from './predicting.ts'

export const bumpCeleryConcurrency = defineStep({
  name: 'bump-celery-concurrency',
  title: 'Change the concurrency of a Celery worker',
  risk: 'disruptive',
  guard: ({ live }) => (live === true ? 'none' : 'version'),
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
  needs: ({ service, live }) =>
    live === true
      ? [`services.${service}.liveConcurrency`]
      : serviceFacts(service, ['celery.concurrency', 'celery.prefetchMultiplier']),
  missing: (system, input) => missingService(system, input, 'celery-worker'),
  effect: (system, { service, concurrency, prefetchMultiplier: prefetch, live }) => {
    const { concurrency: from = 0, prefetchMultiplier: was } = celeryOf(system, service) ?? {}
    const isMoved = was !== undefined && prefetch !== undefined && prefetch !== was
    return {
      code: 'change-celery',
      values: {
        ...{ service, from, to: concurrency },
        // As text: 0, no limit, is a value too.
        ...(isMoved ? { prefetchFrom: String(was), prefetch: String(prefetch) } : {}),
        ...(live === true ? { live: 'only' } : {}),
      },
    }
  },
  predict: (system, { service, concurrency, prefetchMultiplier, live }) => {
    const after = withCelery(system, { service, concurrency, prefetchMultiplier })
    if ('code' in after) return after
    return { phases: live === true ? [] : rollOutsBetween(system, after, { service }), after }
  },
  unable: (system, { service, concurrency, prefetchMultiplier, live }) => {
    const fetching = `${concurrency} and prefetchMultiplier to ${prefetchMultiplier}`
    const value = prefetchMultiplier === undefined ? concurrency : fetching
    const set = { service, binding: 'celery', setting: 'concurrency', value } as const
    if (live !== true) return unableToSet(system, set)
    // Remote control knows the size of a prefork pool; it fetches ahead in proportion, and no other way.
    return prefetchMultiplier !== undefined || !isPrefork(system, service)
      ? { kind: 'unable', code: 'not-live', service }
      : null
  },
  probe: (intent, input, read) =>
    input.live === true ? liveProgress(input, read) : changeProgress(intent, changeOf(input), read),
  perform: (clearance, intent, input, world) =>
    input.live === true
      ? resizeLive(clearance, intent, input, world)
      : sendChange(clearance, intent, changeOf(input), world),
  poll: watchRollOut,
  expects: (after, input) =>
    input.live === true ? expectedLive(input) : expectedSettings(after, changeOf(input)),
  undo: (before, { service, live, ...wished }) => {
    const was = celeryOf(before, service)
    const input = { service, ...asBefore(was, wished), ...(live === true ? { live } : {}) }
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

function celeryOf(system: System, service: string): CeleryWorker['celery'] | undefined {
  const worker = system.services[service]
  return worker?.kind === 'celery-worker' ? worker.celery : undefined
}

function isPrefork(system: System, service: string): boolean {
  return celeryOf(system, service)?.pool === 'prefork'
}
