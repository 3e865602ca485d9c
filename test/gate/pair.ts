/**
 * Two steps on different targets that share one database's connections: each fits alone, both together do not. They
 * write to a list that the test holds, under guard `absolute`, and their operations never end.
 */
import { z } from 'zod'
import { withTier } from '../../src/capacity/changes.ts'
import { withCelery, withScale } from '../../src/capacity/service-changes.ts'
import { type SystemDocument, systemSchema } from '../../src/capacity/system.ts'
import { type Catalogue, catalogueOf } from '../../src/define/catalogue.ts'
import { defineStep, type WriteStep } from '../../src/define/define-step.ts'
import { site } from '../runs/process.ts'

/** 405 of 590 sessions; 108 more fit, and 100 more fit, and 208 more do not. */
export const roomy: SystemDocument = systemSchema.parse(
  withScale(
    systemSchema.parse(withTier(site, { database: 'tuki-db-prod', tier: 'db-custom-8-30720' })),
    {
      service: 'backend',
      maxInstances: 35,
    },
  ),
)

export function pairOf() {
  /** The targets that were written, in order. */
  const written: string[] = []
  const hands = (target: string) =>
    ({
      risk: 'safe',
      guard: 'absolute',
      minutes: 1,
      needs: () => [],
      missing: () => null,
      unable: () => null,
      probe: async () =>
        written.includes(target) ? { kind: 'running', operation: target } : { kind: 'absent' },
      perform: async (clearance, { sendBefore }) => {
        clearance.spend(sendBefore, target)
        written.push(target)
        return { kind: 'operation', operation: target }
      },
      poll: async () => ({ kind: 'running' }),
      expects: () => [],
      undo: () => ({ kind: 'cannot', because: 'a test' }),
    }) satisfies Partial<WriteStep<never>>

  const moreInstances = defineStep({
    ...hands('services.backend'),
    name: 'more-instances',
    title: 'More instances',
    input: z.strictObject({ maxInstances: z.int().describe('instances at most') }),
    examples: [],
    target: () => 'services.backend',
    effect: () => ({ code: 'change-celery', values: {} }),
    predict: (system, { maxInstances }) => {
      const after = withScale(system, { service: 'backend', maxInstances })
      return 'code' in after ? after : { phases: [], after }
    },
  })
  const moreTasks = defineStep({
    ...hands('services.celery-worker'),
    name: 'more-tasks',
    title: 'More tasks',
    input: z.strictObject({ concurrency: z.int().describe('tasks at a time') }),
    examples: [],
    target: () => 'services.celery-worker',
    effect: () => ({ code: 'change-celery', values: {} }),
    predict: (system, { concurrency }) => {
      const after = withCelery(system, { service: 'celery-worker', concurrency })
      return 'code' in after ? after : { phases: [], after }
    },
  })
  const catalogue: Catalogue = catalogueOf([moreInstances, moreTasks])
  return {
    catalogue,
    written,
    instances: moreInstances({ maxInstances: 47 }),
    tasks: moreTasks({ concurrency: 9 }),
  }
}
