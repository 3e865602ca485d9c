/** Sends all traffic of a service to one of its revisions: the way back after a bad deploy. */
import { z } from 'zod'
import { serviceNamed } from '../capacity/changes.ts'
import { rollOut } from '../capacity/phases.ts'
import { defineStep } from '../define/define-step.ts'
import { missingFrom, noHandsYet, settled } from './foreseen.ts'
import { serviceName } from './inputs.ts'

export const setTraffic = defineStep({
  name: 'set-traffic',
  title: 'Roll a service back to a revision',
  risk: 'disruptive',
  minutes: 2,
  input: z.strictObject({
    service: serviceName,
    revision: z.string().min(1).describe('the revision that takes all traffic'),
  }),
  examples: [{ service: 'backend', revision: 'backend-00117' }],
  target: ({ service }) => `services.${service}`,
  needs: ({ service }) => [`services.${service}.revision`],
  missing: (system, { service }) => {
    const found = serviceNamed(system, service)
    return 'code' in found ? missingFrom(found) : null
  },
  effect: (_system, { service, revision }) => ({
    code: 'roll-back',
    values: { service, revision },
  }),
  // What that revision was configured with is in no document: both are taken to be alike.
  predict: (system, { service }) => {
    const found = serviceNamed(system, service)
    if ('code' in found) return found
    const phase = rollOut(system, service, found)
    return 'code' in phase ? phase : settled(system, [phase])
  },
  cannot: () => noHandsYet('set-traffic'),
})
