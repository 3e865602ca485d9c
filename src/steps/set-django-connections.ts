/** Changes how long Django keeps a connection, and its pool; a new revision. facts/workload.md, 3. */
import { z } from 'zod'
import { withDjangoConnections } from '../capacity/service-changes.ts'
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
import { changesText, missingFrom, rolledOut } from './predicting.ts'

export const setDjangoConnections = defineStep({
  name: 'set-django-connections',
  title: "Change Django's database connections",
  risk: 'disruptive',
  guard: 'version',
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
  needs: ({ service }) => serviceFacts(service, ['django.connMaxAgeSeconds']),
  missing: (system, input) => missingFrom(withDjangoConnections(system, input)),
  effect: (system, { service, ...wished }) => {
    const web = system.services[service]
    const before = web?.kind === 'web' ? web.django : undefined
    return { code: 'set-django', values: { service, changes: changesText(before, wished) } }
  },
  predict: (system, input) => rolledOut(system, withDjangoConnections(system, input), input),
  unable: (system, { service, ...wished }) => {
    const setting = 'database connections of Django'
    const value = changesText(undefined, wished)
    // No variable holds a pool: it is a part of Django's own settings.
    return wished.pool === undefined
      ? unableToSet(system, { service, binding: 'connMaxAge', setting, value })
      : { kind: 'unable', code: 'baked-into-image', service, where: poolPlace, setting, value }
  },
  probe: (intent, input, read) => changeProgress(intent, changeOf(input), read),
  perform: (clearance, intent, input, world) =>
    sendChange(clearance, intent, changeOf(input), world),
  poll: watchRollOut,
  expects: (after, input) => expectedSettings(after, changeOf(input)),
  undo: (before, { service }) => {
    const web = before.services[service]
    const connMaxAgeSeconds = web?.kind === 'web' ? web.django.connMaxAgeSeconds : null
    return { kind: 'step', step: 'set-django-connections', input: { service, connMaxAgeSeconds } }
  },
})

const poolPlace = "DATABASES['default']['OPTIONS']['pool']"

function changeOf(wished: {
  service: string
  connMaxAgeSeconds?: number | null | undefined
}): ServiceChange {
  const settings = wishedSettings([['django.connMaxAgeSeconds', wished.connMaxAgeSeconds]])
  return { service: wished.service, settings }
}
