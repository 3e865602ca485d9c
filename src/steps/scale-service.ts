/**
 * Changes the instances of a service, or what one of them takes and has. Minimum and maximum hold
 * at once; the rest is a new revision. facts/workload.md, 2.
 */
import { z } from 'zod'
import { concurrencyMax } from '../capacity/cloud-run.ts'
import { type ScaleSettings, withScale } from '../capacity/service-changes.ts'
import { defineStep } from '../define/define-step.ts'
import { unableWithout } from './bindings.ts'
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

const instances = z.int().min(0).max(100_000).optional()

export const scaleService = defineStep({
  name: 'scale-service',
  title: 'Scale a service',
  risk: 'disruptive',
  guard: 'version',
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
  needs: ({ service, ...wished }) => serviceFacts(service, Object.keys(wished)),
  missing: (system, input) => missingFrom(withScale(system, input)),
  effect: (system, { service, ...wished }) => ({
    code: 'scale',
    values: { service, changes: changesText(system.services[service], wished) },
  }),
  predict: (system, input) => rolledOut(system, withScale(system, input), input),
  unable: (system, { service }) => unableWithout(system, service),
  probe: (intent, input, read) => changeProgress(intent, changeOf(input), read),
  perform: (clearance, intent, input, world) =>
    sendChange(clearance, intent, changeOf(input), world),
  poll: watchRollOut,
  expects: (after, input) => expectedSettings(after, changeOf(input)),
  undo: (before, { service, ...wished }) => ({
    kind: 'step',
    step: 'scale-service',
    input: { service, ...asBefore(before.services[service], wished) },
  }),
})

function changeOf({ service, ...wished }: { service: string } & ScaleSettings): ServiceChange {
  const { minInstances, maxInstances, concurrency, cpu, memoryGib } = wished
  const settings = wishedSettings([
    ['minInstances', minInstances],
    ['maxInstances', maxInstances],
    ['concurrency', concurrency],
    ['cpu', cpu],
    ['memoryGib', memoryGib],
  ])
  return { service, settings }
}
