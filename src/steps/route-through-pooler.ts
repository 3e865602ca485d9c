/** Sends a service's connections through a pooler, or straight to the database again. */
import { z } from 'zod'
import { routedThrough } from '../capacity/service-changes.ts'
import type { System } from '../capacity/system.ts'
import { defineStep } from '../define/define-step.ts'
import type { Unable } from '../define/step.ts'
import { noBinding, unableToSet } from './bindings.ts'
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
import { missingFrom, rolledOut } from './predicting.ts'

export const routeThroughPooler = defineStep({
  name: 'route-through-pooler',
  title: 'Route a service through a pooler',
  risk: 'disruptive',
  guard: 'version',
  minutes: 10,
  input: z.strictObject({
    service: serviceName,
    pooler: z.string().min(1).describe("a pooler of the service's database, or direct"),
  }),
  examples: [{ service: 'backend', pooler: 'pgbouncer' }],
  target: ({ service }) => `services.${service}`,
  needs: ({ service }) => serviceFacts(service, ['database.through']),
  missing: (system, input) => missingFrom(routedThrough(system, input)),
  effect: (system, { service, pooler }) => ({
    code: 'route',
    values: { service, from: system.services[service]?.database?.through ?? '', to: pooler },
  }),
  predict: (system, input) => rolledOut(system, routedThrough(system, input), input),
  unable: (system, { service, pooler }) =>
    unableToSet(system, {
      service,
      binding: 'databaseHost',
      setting: 'host of the database',
      value: pooler,
    }) ?? unableToFind(system, { service, pooler }),
  probe: (intent, input, read) => changeProgress(intent, changeOf(input), read),
  perform: (clearance, intent, input, world) =>
    sendChange(clearance, intent, changeOf(input), world),
  poll: watchRollOut,
  expects: (after, input) => expectedSettings(after, changeOf(input)),
  undo: (before, { service }) => ({
    kind: 'step',
    step: 'route-through-pooler',
    input: { service, pooler: before.services[service]?.database?.through ?? '' },
  }),
})

function changeOf({ service, pooler }: { service: string; pooler: string }): ServiceChange {
  return { service, settings: wishedSettings([['database.through', pooler]]) }
}

/** What is written is an address, and only the document can say whose it is. */
function unableToFind(
  system: System,
  { service, pooler }: { service: string; pooler: string },
): Unable | null {
  const name = system.services[service]?.database?.name ?? ''
  const [under, place] =
    pooler === 'direct'
      ? [`databases.${name}`, system.databases[name]]
      : [`poolers.${pooler}`, system.poolers[pooler]]
  if (place === undefined || place.host !== undefined) return null
  return noBinding({ service, setting: `host of ${pooler}`, under, line: 'host: <its address>' })
}
