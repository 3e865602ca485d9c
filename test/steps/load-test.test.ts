/** Starting and stopping a load test: one start, found again, judged by its own limits. writes.md. */
import { describe, expect, test } from 'vitest'
import type { Players } from '../../src/capacity/load-generator.ts'
import type { System } from '../../src/capacity/system.ts'
import { terminalFace } from '../../src/cli/text.ts'
import type { Intent, WriteAct } from '../../src/define/step.ts'
import { evidenceFor } from '../../src/gate/evidence.ts'
import { startLoadTest } from '../../src/steps/start-load-test.ts'
import { stopLoadTest } from '../../src/steps/stop-load-test.ts'
import { unableSentence } from '../../src/words/en.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { observe } from '../../src/world/observe.ts'
import type {
  LoadTestPlan,
  LoadTestProgress,
  LoadTestResult,
  SegmentVerdicts,
} from '../../src/world/ports/load-test.ts'
import type { World } from '../../src/world/world.ts'
import { site } from '../runs/process.ts'
import { handClock } from '../world/hand-clock.ts'
import { faultOf } from '../world/tuki-cloud.ts'
import { jobOfSite } from '../world/tuki-job.ts'

const hosts = ['staging.tuki.example']
const system: System = { ...site, policy: { ...site.policy, loadTestHosts: hosts } }
const measured: LoadTestResult = {
  kind: 'measured',
  users: 500,
  seconds: 360,
  requests: 90_000,
  requestsPerSecond: 250,
  p95Ms: 320,
  p99Ms: 700,
  errorRate: 0.002,
  dropped: 0,
  crossed: [],
}

const big = { cores: 8, memoryMib: 16_384 }

/** A generator that plays whatever it is told, and ends as it is told. */
function generator({ here = big, job = null }: Partial<Players> = {}) {
  const clock = handClock()
  const plans: LoadTestPlan[] = []
  let progress: LoadTestProgress = { kind: 'absent' }
  const terms = { hosts, limits: { p95Ms: 500, errorRate: 0.01 }, ...site.workload }
  const world: World = {
    read: {
      ...nowhere.read,
      loadTest: {
        progress: async (name) => (plans[0]?.name === name ? progress : { kind: 'absent' }),
        latest: async () => (plans[0] === undefined ? null : { name: plans[0].name, progress }),
        terms: () => ({ ...terms, players: () => ({ here, job }) }),
      },
    },
    write: {
      ...nowhere.write,
      loadTest: {
        start: async (clearance, plan) => {
          clearance.spend(clock.now(), 'workload')
          plans.push(plan)
          progress = { kind: 'running', now: null }
        },
        stop: async (clearance) => {
          clearance.spend(clock.now(), 'workload.loadTest')
          progress = { kind: 'ended', endedAt: clock.now(), result: null, error: 'it was stopped' }
          return plans[0]?.name ?? null
        },
      },
    },
  }
  const end = (result: LoadTestResult | SegmentVerdicts | null, error: string | null = null) => {
    progress = { kind: 'ended', endedAt: clock.now(), result, error }
  }
  return { clock, world, plans, end }
}

function acting(
  step: ReturnType<typeof startLoadTest>,
  { clock, world }: ReturnType<typeof generator>,
) {
  if (step.act.kind !== 'write') throw new Error(`${step.name} writes nothing`)
  const act: WriteAct = step.act
  const at = clock.now()
  const { target } = step
  const intent: Intent = {
    id: 'i-1',
    target,
    version: null,
    intendedAt: at,
    sendBefore: at + 5_000,
  }
  const clearance = mintClearance({ intent: 'i-1', target, request: 'sha', sendBefore: at + 5_000 })
  return {
    act,
    probe: () => act.probe(intent, world.read),
    perform: () => act.perform(clearance, intent, world, system),
    evidence: async () => {
      const facts = await observe(system, world.read, clock)
      return evidenceFor(act.expects(system), facts, clock.now(), world.read)
    },
  }
}

describe('start-load-test', () => {
  test('absent, started once, running, then done by me and judged by its limits', async () => {
    const player = generator()
    const { act, probe, perform, evidence } = acting(startLoadTest({ users: 500 }), player)
    expect(act.guard).toBe('none')
    expect(await probe()).toEqual({ kind: 'absent' })
    expect(await perform()).toEqual({ kind: 'operation', operation: 'k6-i-1' })
    expect(await probe()).toEqual({ kind: 'running', operation: 'k6-i-1' })
    expect(await act.poll('k6-i-1', player.world.read)).toEqual({ kind: 'running' })
    player.end(measured)
    expect(await act.poll('k6-i-1', player.world.read)).toEqual({ kind: 'ended', error: null })
    expect(await probe()).toEqual({ kind: 'done', by: 'me' })
    expect((await evidence()).map(({ outcome }) => outcome)).toEqual(Array(3).fill('confirmed'))
    expect(player.plans).toMatchObject([
      { host: hosts[0], arrival: { kind: 'closed', users: 500, thinkSeconds: 1.5 } },
    ])
  })

  test.each([
    [{ users: 499 }, 'usersReached'],
    [{ p95Ms: 501 }, 'p95Ms'],
    [{ errorRate: 0.011 }, 'errorRate'],
  ])('a result of %o contradicts %s alone', async (worse, field) => {
    const player = generator()
    const { perform, evidence } = acting(startLoadTest({ users: 500 }), player)
    await perform()
    player.end({ ...measured, ...worse })
    const contradicted = (await evidence()).filter(({ outcome }) => outcome === 'contradicted')
    expect(contradicted.map(({ fact }) => fact)).toEqual([`workload.loadTest.${field}`])
  })

  test('an end without a verdict is an operation that failed, and nothing is observed', async () => {
    const player = generator()
    const { act, perform, evidence } = acting(startLoadTest({ users: 500 }), player)
    await perform()
    player.end(measured, 'it ended with the bot')
    expect(await act.poll('k6-i-1', player.world.read)).toEqual({
      kind: 'ended',
      error: 'it ended with the bot',
    })
    expect((await evidence()).map(({ outcome }) => outcome)).toEqual(Array(3).fill('not-observed'))
  })

  test('arrivals are a rate that users make up, whatever the service does', async () => {
    const player = generator()
    await acting(startLoadTest({ users: 1_650, profile: 'arrivals' }), player).perform()
    expect(player.plans[0]?.arrival).toEqual({
      kind: 'open',
      users: 150,
      iterationsPerMinute: 60_000,
      usersAtMost: 2_000,
    })
  })

  test.each([{ memoryMib: 2_000 }, { cores: 0.2 }])(
    'a machine that cannot play it (%o) starts nothing',
    async (machine) => {
      const player = generator({ here: { ...big, ...machine } })
      const fault = await faultOf(acting(startLoadTest({ users: 500 }), player).perform())
      expect(fault).toMatchObject({ code: 'invalid', sent: 'no' })
      expect(player.plans).toEqual([])
    },
  )

  test('what this machine cannot play is shared by a job, by as few tasks as can', async () => {
    const small = { here: { ...big, cores: 1 } }
    const alone = generator(small)
    const fault = await faultOf(acting(startLoadTest({ users: 8_000 }), alone).perform())
    expect(fault).toMatchObject({ code: 'invalid', message: expect.stringContaining('no job') })
    const player = generator({ ...small, job: jobOfSite })
    await acting(startLoadTest({ users: 8_000 }), player).perform()
    expect(player.plans).toMatchObject([{ tasks: 3, arrival: { users: 8_000 } }])
    const less = generator({ ...small, job: jobOfSite })
    await acting(startLoadTest({ users: 500 }), less).perform()
    expect(less.plans).toMatchObject([{ tasks: null }])
  })

  const segments = (inside: number, users: number | null = 500): SegmentVerdicts => ({
    ...{ kind: 'segments', users, where: 'the logs' },
    p95Ms: { atMost: 500, in: inside, of: 3 },
    errorRate: { atMost: 0.01, in: 3, of: 3 },
  })

  test.each([
    [segments(3), ['confirmed', 'confirmed', 'confirmed']],
    [segments(2, null), ['not-observed', 'contradicted', 'confirmed']],
    [segments(3, 499), ['contradicted', 'confirmed', 'confirmed']],
  ])(
    'segments confirm together what each of them kept, and nothing else: %o',
    async (result, outcomes) => {
      const player = generator({ job: jobOfSite })
      const { perform, evidence } = acting(startLoadTest({ users: 500 }), player)
      await perform()
      player.end(result)
      expect((await evidence()).map(({ outcome }) => outcome)).toEqual(outcomes)
    },
  )

  test('the numbers that no segment gives stay unseen, and where they are is said', async () => {
    const player = generator({ job: jobOfSite })
    await acting(startLoadTest({ users: 500 }), player).perform()
    player.end(segments(3))
    const facts = await observe(system, player.world.read, player.clock)
    for (const field of ['p99Ms', 'requestsPerSecond'])
      expect(facts.find(({ name }) => name === `workload.loadTest.${field}`)).toMatchObject({
        ...{ kind: 'unavailable', why: expect.stringContaining('the logs') },
      })
  })

  test('a profile that nobody knows, a host that is not listed, no host, too many users', () => {
    expect(startLoadTest({ users: 1, profile: 'storm' }).missing(system)).toMatchObject({
      code: 'no-such',
    })
    expect(startLoadTest({ users: 1, host: 'tuki.example' }).predict(system)).toMatchObject({
      code: 'host-not-allowed',
    })
    const unable = (users: number, on = system) => {
      const { act } = startLoadTest({ users })
      return act.kind === 'write' ? act.unable(on) : null
    }
    expect(unable(1, site)).toMatchObject({ code: 'no-load-test-host' })
    expect(unable(30_001)).toMatchObject({
      ...{ code: 'load-too-large', most: 30_000, isShared: false },
    })
    const loadTestJob = { ...jobOfSite, maxTasks: 20 }
    const shared = { ...system, policy: { ...system.policy, loadTestJob } }
    expect(unable(58_980, shared)).toBeNull()
    expect(unable(58_981, shared)).toMatchObject({
      ...{ code: 'load-too-large', most: 58_980, isShared: true },
    })
    expect(unable(500)).toBeNull()
    const { act } = startLoadTest({ users: 1, minutes: 51 })
    expect(act.kind === 'write' && act.unable(system)).toMatchObject({ code: 'load-too-long' })
  })
})

test('too large a test is refused with what would play it', () => {
  const said = (isShared: boolean) =>
    unableSentence(
      { kind: 'unable', code: 'load-too-large', users: 90_000, most: 30_000, isShared },
      terminalFace,
    )
  expect(said(false)).toMatch(/one machine plays 30000 at most\. Name an image .*loadTestJob/)
  expect(said(true)).toMatch(/nor the job of .*loadTestJob. plays more than 30000\. Raise its max/)
})

describe('stop-load-test', () => {
  test('ends what runs, is seen to have ended, and may be said again', async () => {
    const player = generator()
    await acting(startLoadTest({ users: 500 }), player).perform()
    const { act, probe, perform, evidence } = acting(stopLoadTest({}), player)
    expect(act.guard).toBe('absolute')
    expect(await probe()).toEqual({ kind: 'absent' })
    expect(await perform()).toEqual({ kind: 'operation', operation: 'k6-i-1' })
    expect(await act.poll('k6-i-1', player.world.read)).toEqual({ kind: 'ended', error: null })
    expect(await probe()).toEqual({ kind: 'done', by: 'as-wished' })
    expect((await evidence()).map(({ outcome }) => outcome)).toEqual(['confirmed'])
  })

  test('claims another target than the test that runs, which holds the workload', () => {
    expect(stopLoadTest({}).target).not.toBe(startLoadTest({ users: 1 }).target)
  })

  test('without k6 it says what to install', async () => {
    const { act } = acting(stopLoadTest({}), generator())
    const intent = { id: 'i', target: '', version: null, intendedAt: 0, sendBefore: 0 }
    expect(await faultOf(act.probe(intent, nowhere.read))).toMatchObject({
      sent: 'no',
      message: expect.stringContaining('k6'),
    })
  })
})
