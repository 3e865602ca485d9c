/** Sends a service's connections through a pooler, or straight to the database again. */
import { z } from 'zod'
import { routedThrough } from '../capacity/service-changes.ts'
import { defineStep } from '../define/define-step.ts'
import { bakedOr, missingFrom, rolledOut } from './foreseen.ts'
import { serviceName } from './inputs.ts'

export const routeThroughPooler = defineStep({
  name: 'route-through-pooler',
  title: 'Route a service through a pooler',
  risk: 'disruptive',
  minutes: 10,
  input: z.strictObject({
    service: serviceName,
    pooler: z.string().min(1).describe("a pooler of the service's database, or direct"),
  }),
  examples: [{ service: 'backend', pooler: 'pgbouncer' }],
  target: ({ service }) => `services.${service}`,
  needs: ({ service }) => [`services.${service}.database`],
  missing: (system, input) => missingFrom(routedThrough(system, input)),
  effect: (system, { service, pooler }) => ({
    code: 'route',
    values: { service, from: system.services[service]?.database?.through ?? '', to: pooler },
  }),
  predict: (system, input) => rolledOut(system, routedThrough(system, input), input),
  cannot: (system, { service, pooler }) =>
    bakedOr('route-through-pooler', system, {
      service,
      binding: 'databaseHost',
      setting: 'host of the database',
      value: pooler,
    }),
})
