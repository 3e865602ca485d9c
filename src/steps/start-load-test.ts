/** Starts a load test: its users come on top of those who are there. facts/workload.md, 6. */
import { z } from 'zod'
import { loadTest } from '../capacity/phases.ts'
import { type Refusal, refuse } from '../capacity/refusal.ts'
import type { System } from '../capacity/system.ts'
import { defineStep } from '../define/define-step.ts'
import { noHandsYet, settled } from './foreseen.ts'

export const startLoadTest = defineStep({
  name: 'start-load-test',
  title: 'Start a load test',
  risk: 'disruptive',
  minutes: 20,
  // It is there as long as it was asked for.
  minutesOf: ({ minutes }) => minutes ?? 20,
  input: z.strictObject({
    users: z.int().min(1).max(1_000_000).describe('test users at once'),
    profile: z.string().min(1).optional().describe('the shape of the load, by its name'),
    host: z.string().min(1).optional().describe('where it is sent; one of policy.loadTestHosts'),
    minutes: z.int().min(1).max(240).optional().describe('how long at full load'),
  }),
  examples: [{ users: 500 }],
  target: () => 'workload',
  needs: () => ['workload.nowUsers'],
  missing: () => null,
  effect: (_system, { users, minutes, host }) => ({
    code: 'start-load',
    values: { users, minutes: minutes ?? 0, host: host ?? '' },
  }),
  predict: (system, { users, host }) =>
    hostRefusal(system, host) ?? settled(system, [loadTest(system, { users })]),
  acts: 'elsewhere',
  cannot: () => noHandsYet('start-load-test'),
})

/** A test buys real tickets where it is sent to production. facts/workload.md, 6. */
function hostRefusal({ policy }: System, host: string | undefined): Refusal | null {
  const known = policy.loadTestHosts ?? []
  return host === undefined || known.includes(host)
    ? null
    : refuse('host-not-allowed', { host, known })
}
