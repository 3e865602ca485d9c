/**
 * Changes the instances of a service, or what one of them takes and has. Minimum and maximum hold
 * at once; the rest is a new revision. facts/workload.md, 2.
 */
import { z } from 'zod'
import { concurrencyMax } from '../capacity/cloud-run.ts'
import { withScale } from '../capacity/service-changes.ts'
import { defineStep } from '../define/define-step.ts'
import { changesText, missingFrom, noHandsYet, rolledOut } from './foreseen.ts'
import { serviceName } from './inputs.ts'

const instances = z.int().min(0).max(100_000).optional()

export const scaleService = defineStep({
  name: 'scale-service',
  title: 'Scale a service',
  risk: 'disruptive',
  minutes: 5,
  input: z.strictObject({
    service: serviceName,
    minInstances: instances.describe('instances that are always there'),
    maxInstances: z.int().min(1).max(100_000).optional().describe('instances at most'),
    concurrency: z
      .int()
      .min(1)
      .max(concurrencyMax)
      .optional()
      .describe('requests that one instance of a web service admits'),
    cpu: z.number().positive().max(8).optional().describe('vCPUs of one instance: 1, 2, 4, 6, 8'),
    memoryGib: z.number().positive().max(32).optional().describe('memory of one instance'),
  }),
  examples: [{ service: 'backend', concurrency: 36, maxInstances: 60 }],
  target: ({ service }) => `services.${service}`,
  needs: ({ service, ...wished }) =>
    Object.keys(wished).map((field) => `services.${service}.${field}`),
  missing: (system, input) => missingFrom(withScale(system, input)),
  effect: (system, { service, ...wished }) => ({
    code: 'scale',
    values: { service, changes: changesText(system.services[service], wished) },
  }),
  predict: (system, input) => rolledOut(system, withScale(system, input), input),
  cannot: () => noHandsYet('scale-service'),
})
