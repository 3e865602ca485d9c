/** Changes how long Django keeps a connection, and its pool; a new revision. facts/workload.md, 3. */
import { z } from 'zod'
import { withDjangoConnections } from '../capacity/service-changes.ts'
import { defineStep } from '../define/define-step.ts'
import { bakedOr, changesText, missingFrom, rolledOut } from './foreseen.ts'
import { serviceName } from './inputs.ts'

export const setDjangoConnections = defineStep({
  name: 'set-django-connections',
  title: "Change Django's database connections",
  risk: 'disruptive',
  minutes: 10,
  input: z.strictObject({
    service: serviceName,
    connMaxAgeSeconds: z
      .int()
      .min(0)
      .nullable()
      .optional()
      .describe('CONN_MAX_AGE; 0: closed after each request; null: kept for ever'),
    pool: z
      .strictObject({ minSize: z.int().min(0), maxSize: z.int().min(1) })
      .nullable()
      .optional()
      .describe('OPTIONS.pool of each process, with minSize and maxSize; null: none'),
  }),
  examples: [{ service: 'backend', connMaxAgeSeconds: 600 }],
  target: ({ service }) => `services.${service}`,
  needs: ({ service }) => [`services.${service}.django`],
  missing: (system, input) => missingFrom(withDjangoConnections(system, input)),
  effect: (system, { service, ...wished }) => {
    const web = system.services[service]
    const before = web?.kind === 'web' ? web.django : undefined
    return { code: 'set-django', values: { service, changes: changesText(before, wished) } }
  },
  predict: (system, input) => rolledOut(system, withDjangoConnections(system, input), input),
  cannot: (system, { service, ...wished }) =>
    bakedOr('set-django-connections', system, {
      service,
      binding: 'connMaxAge',
      setting: 'database connections of Django',
      value: changesText(undefined, wished),
    }),
})
