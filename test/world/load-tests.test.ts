/** Load tests wherever they are played: one at a time, found again by whoever plays them. */
import { describe, expect, test } from 'vitest'
import { loadTestsOf } from '../../src/world/load-tests.ts'
import type { LoadTestPlan, LoadTestProgress } from '../../src/world/ports/load-test.ts'
import { faultOf } from './tuki-cloud.ts'
import { jobOfSite, sharedPlan, tukiJob } from './tuki-job.ts'

/** Plays on this machine whatever it is told, until it is told to stop. */
function playerHere() {
  const plans: LoadTestPlan[] = []
  let progress: LoadTestProgress = { kind: 'absent' }
  const end = (endedAt: number): void => {
    progress = { kind: 'ended', endedAt, result: null, error: 'it was stopped' }
  }
  const reader = {
    progress: async (name: string): Promise<LoadTestProgress> =>
      plans[0]?.name === name ? progress : { kind: 'absent' },
    latest: async () => (plans[0] === undefined ? null : { name: plans[0].name, progress }),
  }
  const writer = {
    start: async (_: unknown, plan: LoadTestPlan) => {
      plans.push(plan)
      progress = { kind: 'running', now: null }
    },
    stop: async () => {
      end(0)
      return plans[0]?.name ?? null
    },
  }
  return { plans, end, part: { reader, writer } }
}

async function both() {
  const job = await tukiJob()
  const here = playerHere()
  const parts = { here: here.part, job: { reader: job.reader, writer: job.writer } }
  const tests = loadTestsOf(job.document, parts)
  const start = (plan: LoadTestPlan) => tests.writer.start(job.clearance(), plan)
  const stop = () => tests.writer.stop(job.clearance('workload.loadTest'))
  return { ...job, here, tests, start, stop }
}

const small: LoadTestPlan = { ...sharedPlan, name: 'k6-i-2', tasks: null }

describe('a start', () => {
  test('goes to this machine or to the job, as its plan says, and to no other', async () => {
    const { cloud, here, start, stop, tests } = await both()
    await start(small)
    expect([here.plans.length, cloud.writes]).toEqual([1, 0])
    expect(await stop()).toBe('k6-i-2')
    await start(sharedPlan)
    expect([here.plans.length, cloud.writes]).toEqual([1, 1])
    expect((await tests.reader.progress('k6-i-1')).kind).toBe('running')
    expect((await tests.reader.progress('k6-i-2')).kind).toBe('ended')
    expect(await tests.reader.progress('k6-i-3')).toEqual({ kind: 'absent' })
  })

  test.each([
    [small, sharedPlan],
    [sharedPlan, small],
  ])('beside one that runs is refused, whoever plays it', async (first, second) => {
    const { cloud, here, start } = await both()
    await start(first)
    expect(await faultOf(start(second))).toMatchObject({ code: 'busy', sent: 'no' })
    expect(here.plans.length + cloud.writes).toBe(1)
  })

  test('for a player that is not here is refused', async () => {
    const { document, clearance, here } = await both()
    const { writer } = loadTestsOf(document, { here: here.part, job: null })
    expect(await faultOf(writer.start(clearance(), sharedPlan))).toMatchObject({ sent: 'no' })
    expect(here.plans).toEqual([])
  })
})

test('a stop ends whichever runs, and nothing where none does', async () => {
  const { clock, cloud, start, stop, tests } = await both()
  expect(await stop()).toBeNull()
  await start(sharedPlan)
  clock.forward(60_000)
  expect(await stop()).toBe('k6-i-1')
  clock.forward(60_000)
  expect(await stop()).toBeNull()
  expect(cloud.writes).toBe(2)
  expect((await tests.reader.latest())?.progress.kind).toBe('ended')
})

test('the latest is the one that runs, else the one that ended last', async () => {
  const { clock, here, start, tests } = await both()
  await start(small)
  here.end(clock.now() - 1)
  await start(sharedPlan)
  expect((await tests.reader.latest())?.name).toBe('k6-i-1')
  clock.forward(600_000)
  expect((await tests.reader.latest())?.name).toBe('k6-i-1')
  here.end(clock.now())
  expect((await tests.reader.latest())?.name).toBe('k6-i-2')
})

test('a job shares no test of a host that is another one on each machine', async () => {
  const { document, here, reader, writer } = await both()
  const { terms } = loadTestsOf(document, { here: here.part, job: { reader, writer } }).reader
  expect(terms().players('staging.tuki.example').job).toMatchObject(jobOfSite)
  for (const host of ['127.0.0.1:8080', 'localhost', '[::1]'])
    expect(terms().players(host)).toMatchObject({ here: { cores: expect.any(Number) }, job: null })
  const alone = loadTestsOf(document, { here: null, job: { reader, writer } }).reader
  expect(alone.terms().players('staging.tuki.example').here).toBeNull()
})
