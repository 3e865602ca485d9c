/** Sends all traffic of a service to one of its revisions: the way back after a bad deploy. */
import { z } from 'zod'
import { serviceNamed } from '../capacity/changes.ts'
import { rollOut } from '../capacity/phases.ts'
import { defineStep } from '../define/define-step.ts'
import { Fault } from '../world/fault.ts'
import { unableWithout } from './bindings.ts'
import {
  changeProgress,
  cloudRunReader,
  sendChange,
  serviceFacts,
  watchRollOut,
} from './cloud-run-change.ts'
import { serviceName } from './inputs.ts'
import { missingFrom, settled } from './predicting.ts'

export const setTraffic = defineStep({
  name: 'set-traffic',
  title: 'Roll a service back to a revision',
  risk: 'disruptive',
  guard: 'version',
  minutes: 2,
  input: z.strictObject({
    service: serviceName,
    revision: z.string().min(1).describe('the revision that takes all traffic'),
  }),
  examples: [{ service: 'backend', revision: 'backend-00117' }],
  target: ({ service }) => `services.${service}`,
  needs: ({ service }) => serviceFacts(service, ['revision']),
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
  unable: (system, { service }) => unableWithout(system, service),
  probe: (intent, input, read) => changeProgress(intent, changeOf(input), read),
  perform: async (clearance, intent, input, world) => {
    const { service, revision } = input
    const found = await cloudRunReader(world.read).revision(service, revision)
    if (found?.isReady !== true)
      throw new Fault('invalid', 'no', `${service} has no revision ${revision} that is ready`)
    return sendChange(clearance, intent, changeOf(input), world)
  },
  poll: watchRollOut,
  expects: (_after, { service, revision }) => [
    { fact: `services.${service}.revision`, predicted: revision },
  ],
  undo: () => ({ kind: 'cannot', because: 'the revision before is among the facts of the run' }),
})

function changeOf({ service, revision }: { service: string; revision: string }) {
  return { service, settings: new Map(), traffic: revision }
}
