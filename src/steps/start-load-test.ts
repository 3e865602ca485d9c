/** Starts a load test with k6: its users come on top of those who are there. facts/workload.md, 6; writes.md. */
import { z } from 'zod'
import {
  generatorNeeds,
  mostUsersOfJob,
  mostUsersOfOne,
  playerOf,
  usersForRate,
} from '../capacity/load-generator.ts'
import { loadTest } from '../capacity/phases.ts'
import { type Refusal, refuse } from '../capacity/refusal.ts'
import type { System } from '../capacity/system.ts'
import { defineStep } from '../define/define-step.ts'
import type { Intent, Unable } from '../define/step.ts'
import { Fault } from '../world/fault.ts'
import type { LoadTestPlan, LoadTestTerms } from '../world/ports/load-test.ts'
import { settled } from './predicting.ts'
import { configured } from './sources.ts'

/** Whoever thinks between requests is slowed by a slow service; arrivals come whatever becomes of them. */
const profiles = ['browse', 'arrivals']
const defaultMinutes = 5
/** A run waits an hour for an operation, ramp and clean-up included. */
const mostMinutes = 50
const rampSeconds = 60
const judgedAfterSeconds = 30
const k6 = { mibPerUserLow: 1, mibPerUserHigh: 5, requestsPerSecondPerCore: 1_000 }

type Input = {
  readonly users: number
  readonly profile?: string | undefined
  readonly host?: string | undefined
  readonly minutes?: number | undefined
}

export const startLoadTest = defineStep({
  name: 'start-load-test',
  title: 'Start a load test',
  risk: 'disruptive',
  // A process has nothing that would refuse a second one. A job has its name; which of them plays is
  // this machine's to say, so the stricter one holds for both.
  guard: 'none',
  minutes: 20,
  // It is there as long as it was asked for.
  minutesOf: ({ minutes }) => minutes ?? 20,
  input: z.strictObject({
    users: z.int().min(1).max(1_000_000).describe('test users at once'),
    profile: z
      .string()
      .min(1)
      .optional()
      .describe('browse: users who think between requests; arrivals: a rate, whatever happens'),
    host: z.string().min(1).optional().describe('where it is sent; one of policy.loadTestHosts'),
    minutes: z.int().min(1).max(240).optional().describe('how long at full load'),
  }),
  examples: [{ users: 500 }],
  target: () => 'workload',
  needs: () => ['workload.nowUsers'],
  missing: (_system, { profile }) =>
    profile === undefined || profiles.includes(profile)
      ? null
      : refuse('no-such', { what: 'profile', name: profile, known: profiles }),
  effect: (_system, { users, minutes, host }) => ({
    code: 'start-load',
    values: { users, minutes: minutes ?? 0, host: host ?? '' },
  }),
  predict: (system, { users, host }) =>
    hostRefusal(system, host) ?? settled(system, [loadTest(system, { users })]),
  acts: 'elsewhere',
  unable: (system, { users, host, minutes = defaultMinutes }) => {
    if (minutes > mostMinutes)
      return { kind: 'unable', code: 'load-too-long', minutes, most: mostMinutes }
    if (hostOf(system, host) === null) return { kind: 'unable', code: 'no-load-test-host' }
    return tooLarge(system, users)
  },
  probe: async (intent, _input, read) => {
    const test = testOf(intent)
    const { kind } = await configured(read.loadTest).progress(test)
    switch (kind) {
      case 'absent':
        return { kind: 'absent' }
      case 'running':
        return { kind: 'running', operation: test }
      case 'ended':
        return { kind: 'done', by: 'me' }
    }
  },
  perform: async (clearance, intent, input, { read, write }) => {
    const plan = planOf(testOf(intent), input, configured(read.loadTest).terms())
    await configured(write.loadTest).start(clearance, plan)
    return { kind: 'operation', operation: plan.name }
  },
  poll: async (test, read) => {
    const progress = await configured(read.loadTest).progress(test)
    switch (progress.kind) {
      case 'absent':
        return { kind: 'ended', error: `nothing is left of ${test}` }
      case 'running':
        return { kind: 'running' }
      case 'ended':
        return { kind: 'ended', error: progress.error }
    }
  },
  expects: ({ policy }, { users, profile }) => [
    ...(profile === 'arrivals'
      ? []
      : [{ fact: 'workload.loadTest.usersReached', predicted: users }]),
    { fact: 'workload.loadTest.p95Ms', predicted: policy.p95Ms, atMost: true },
    { fact: 'workload.loadTest.errorRate', predicted: policy.errorRate, atMost: true },
  ],
  undo: () => ({ kind: 'step', step: 'stop-load-test', input: {} }),
})

const testOf = ({ id }: Intent): string => `k6-${id}`

/** Whatever this machine turns out to be: more than any one plays, and than the document's job does. */
function tooLarge({ policy, workload }: System, users: number): Unable | null {
  const { loadTestJob: job } = policy
  const shared = job === undefined ? 0 : mostUsersOfJob(job, { ...k6, ...workload })
  const most = Math.max(mostUsersOfOne, shared)
  const isShared = job !== undefined
  return users > most ? { kind: 'unable', code: 'load-too-large', users, most, isShared } : null
}

/** Throws a Fault where nobody here can play it: then the test would measure its own machine. */
function planOf(name: string, input: Input, terms: LoadTestTerms): LoadTestPlan {
  const { users, profile = 'browse', minutes = defaultMinutes } = input
  const [host = ''] = input.host === undefined ? terms.hosts : [input.host]
  const { thinkSeconds, requestSeconds, limits } = terms
  const load = { users, thinkSeconds, requestSeconds, ...k6 }
  const { here, job } = terms.players(host)
  const needs = generatorNeeds({ ...load, ...(here ?? { cores: 0, memoryMib: 0 }) })
  const player = playerOf({ here, job }, load)
  if (player === null) {
    const what = `${users} users need up to ${needs.memoryHighMib} MiB and ${Math.ceil(needs.requestsPerSecond)} requests a second`
    const than =
      job === null
        ? 'this machine plays, and no job shares it. Name one in policy.loadTestJob (none reaches a host of this machine)'
        : 'this machine or the job of policy.loadTestJob plays. Raise its maxTasks'
    throw new Fault('invalid', 'no', `${what}: more than ${than}, or ask for fewer users`)
  }
  const iterationsPerSecond = needs.requestsPerSecond
  const atOnce = (iterationSeconds: number) =>
    Math.max(1, usersForRate({ iterationsPerSecond, iterationSeconds }))
  const arrivals = {
    kind: 'open',
    users: atOnce(requestSeconds),
    iterationsPerMinute: Math.round(60 * iterationsPerSecond),
    // Beyond the limit the test ends itself; until then no iteration may be dropped.
    usersAtMost: atOnce(Math.max(requestSeconds, (4 * limits.p95Ms) / 1_000)),
  } as const
  return {
    name,
    host,
    arrival: profile === 'arrivals' ? arrivals : { kind: 'closed', users, thinkSeconds },
    rampSeconds,
    holdSeconds: 60 * minutes,
    requests: [{ method: 'GET', path: '/' }],
    cleanUp: null,
    limits,
    judgedAfterSeconds,
    tasks: player.tasks,
  }
}

/** A test buys real tickets where it is sent to production. facts/workload.md, 6. */
function hostRefusal({ policy }: System, host: string | undefined): Refusal | null {
  const known = policy.loadTestHosts ?? []
  return host === undefined || known.includes(host)
    ? null
    : refuse('host-not-allowed', { host, known })
}

function hostOf({ policy }: System, host: string | undefined): string | null {
  return host ?? policy.loadTestHosts?.[0] ?? null
}
