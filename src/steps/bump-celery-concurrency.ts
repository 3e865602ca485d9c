/**
 * Changes how many tasks one Celery worker runs at a time. Foreseen only: its hands come later.
 * facts/workload.md, 4.
 */
import { z } from 'zod'
import { rollOutsBetween } from '../capacity/phases.ts'
import { withCelery } from '../capacity/service-changes.ts'
import type { System } from '../capacity/system.ts'
import { defineStep } from '../define/define-step.ts'
import type { Unable } from '../define/step.ts'
import { missingService, serviceName } from './inputs.ts'

export const bumpCeleryConcurrency = defineStep({
  name: 'bump-celery-concurrency',
  title: 'Change the concurrency of a Celery worker',
  risk: 'disruptive',
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
  needs: ({ service }) => [`services.${service}.celery`],
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
  cannot: baked,
})

function concurrencyOf(system: System, service: string): number {
  const worker = system.services[service]
  return worker?.kind === 'celery-worker' ? worker.celery.concurrency : 0
}

/** Why nobody can set it from outside, with the patch to make. */
function baked(
  system: System,
  { service, concurrency }: { service: string; concurrency: number },
): Unable {
  const binding = system.services[service]?.bindings?.celery
  return binding !== undefined && 'image' in binding
    ? {
        kind: 'unable',
        code: 'baked-into-image',
        service,
        where: binding.image,
        setting: 'concurrency',
        value: concurrency,
      }
    : { kind: 'unable', code: 'no-hands-yet', step: 'bump-celery-concurrency' }
}
