/** Load tests as a Cloud Run job, through Google's own client, against the local cloud. writes.md. */
import { describe, expect, test } from 'vitest'
import { jobMark } from '../../src/world/load-test-job-body.ts'
import { endOf, readJob } from '../../src/world/load-test-job-wire.ts'
import type { LoadTestPlan } from '../../src/world/ports/load-test.ts'
import { faultOf } from './tuki-cloud.ts'
import { jobOfSite, sharedPlan, tukiJob } from './tuki-job.ts'

const parent = '/v2/projects/tukiprod/locations/us-central1'
const ended = (result: unknown, error: unknown = null) => ({
  ...{ kind: 'ended', endedAt: expect.any(Number) },
  ...{ result, error },
})
const none = (why: RegExp) => ended(null, expect.stringMatching(why))

describe('a start', () => {
  test('creates the job with the one execution that its token names, and never runs it', async () => {
    const { cloud, start, sent, reader } = await tukiJob()
    expect(await reader.progress('k6-i-1')).toEqual({ kind: 'absent' })
    await start()
    expect(cloud.writes).toBe(1)
    expect(sent().map(({ method, path }) => `${method} ${path}`)).toEqual([`POST ${parent}/jobs`])
    expect(sent()[0]?.body).toMatchObject({
      startExecutionToken: 'once',
      template: {
        ...{ taskCount: 3, parallelism: 3 },
        template: {
          // 0 must be said: left out, Google tries three times more.
          ...{ maxRetries: 0, timeout: '400s', serviceAccount: jobOfSite.serviceAccount },
          containers: [{ image: 'k6:1', resources: { limits: { cpu: '4', memory: '16384Mi' } } }],
        },
      },
    })
    expect(cloud.requests.every(({ authorized }) => !authorized)).toBe(true)
  })

  test('of the same test again is refused by its name, and a second one beside it too', async () => {
    const { cloud, start, sent } = await tukiJob()
    await start()
    expect(await faultOf(start())).toMatchObject({ code: 'name-taken', sent: 'no' })
    expect([cloud.writes, sent().length]).toEqual([1, 2])
  })

  test.each([
    ['rate-limited', { code: 'rate-limited', sent: 'no', retryAfterMs: 60_000 }, 0],
    ['forbidden', { code: 'forbidden', sent: 'no' }, 0],
    ['unavailable', { code: 'server-error', sent: 'unknown' }, 0],
    ['request-lost', { code: 'unreachable', sent: 'unknown' }, 0],
    ['reply-lost', { code: 'unreachable', sent: 'unknown' }, 1],
    ['reply-unavailable', { code: 'server-error', sent: 'unknown' }, 1],
    ['silence', { code: 'time-out', sent: 'unknown' }, 1],
  ] as const)('that meets %s is sent once, and a look tells', async (how, fault, writes) => {
    const { cloud, start, sent, reader } = await tukiJob(
      how === 'silence' ? { timeOutMs: 3_000 } : {},
    )
    cloud.provoke({ on: 'write', how })
    expect(await faultOf(start())).toMatchObject(fault)
    expect([cloud.writes, sent().length]).toEqual([writes, 1])
    const { kind } = await reader.progress('k6-i-1')
    expect(kind).toBe(writes === 0 ? 'absent' : 'running')
  })

  test('whose operation fails, or whose image is not there, ends without a verdict', async () => {
    const failing = await tukiJob()
    failing.cloud.provoke({ on: 'write', how: 'operation-fails' })
    await failing.start()
    const missing = await tukiJob({ image: 'k6:missing' })
    await missing.start()
    for (const { clock, cloud, reader } of [failing, missing]) {
      expect((await reader.progress('k6-i-1')).kind).toBe('running')
      clock.forward(6_000)
      expect(await reader.progress('k6-i-1')).toEqual(none(/could not be started|not found/))
      expect(cloud.writes).toBe(1)
    }
  })

  test('is never sent to another host, too late, or with a script that is too long', async () => {
    const { cloud, start, sent, writer, clearance, clock } = await tukiJob()
    const elsewhere = { ...sharedPlan, host: 'tuki.example' }
    expect(await faultOf(start(elsewhere))).toMatchObject({ code: 'forbidden', sent: 'no' })
    const path = `/${'x'.repeat(32_768)}`
    const long: LoadTestPlan = { ...sharedPlan, requests: [{ method: 'GET', path }] }
    expect(await faultOf(start(long))).toMatchObject({ code: 'invalid', sent: 'no' })
    const cleared = clearance()
    clock.forward(6_000)
    expect(await faultOf(writer.start(cleared, sharedPlan))).toMatchObject({ sent: 'no' })
    expect([cloud.writes, sent().length]).toEqual([0, 0])
  })
})

describe('what its tasks say', () => {
  const bound = (atMost: number, of: number, inside = of) => ({ atMost, in: inside, of })
  const played = async (image: string, plan = sharedPlan, taskSeconds = 380) => {
    const { clock, reader, start } = await tukiJob({ image, taskSeconds })
    await start(plan)
    clock.forward(6_000)
    expect(await reader.progress('k6-i-1')).toEqual({ kind: 'running', now: null })
    clock.forward(600_000)
    const progress = await reader.progress('k6-i-1')
    expect(await reader.latest()).toEqual({ name: 'k6-i-1', progress })
    return progress
  }

  test('all of them within the limits: so is the whole, at the users that were asked for', async () => {
    expect(await played('k6:1')).toEqual(
      ended({
        ...{ kind: 'segments', users: 8_000 },
        ...{ p95Ms: bound(500, 3), errorRate: bound(0.01, 3) },
        where: expect.stringContaining('k6-i-1-once'),
      }),
    )
  })

  test.each([
    ['k6:exit-0-201', bound(500, 3, 1), bound(0.01, 3)],
    ['k6:exit-0-0-202', bound(500, 3), bound(0.01, 3, 2)],
    ['k6:exit-203', bound(500, 3, 0), bound(0.01, 3, 0)],
  ])('%s: which limit how many of them kept, and no users', async (image, p95Ms, errorRate) => {
    expect(await played(image)).toMatchObject(ended({ users: null, p95Ms, errorRate }))
  })

  test.each([
    ['k6:exit-0-107', /^2 of its 3 segments gave no verdict: one ended with 107$/],
    ['k6:exit-0-0-205', /^1 of its 3 segments did not play what was asked for$/],
  ])('%s is no verdict about the service', async (image, why) => {
    expect(await played(image)).toEqual(none(why))
  })

  test('one that is not over in its time is ended by Cloud Run, and says nothing', async () => {
    expect(await played('k6:1', sharedPlan, 3_600)).toEqual(none(/ended by signal 9/))
  })

  test('a rate has no users to reach', async () => {
    const arrival = {
      ...({ kind: 'open', users: 900 } as const),
      ...{ iterationsPerMinute: 400_000, usersAtMost: 9_000 },
    }
    expect(await played('k6:1', { ...sharedPlan, arrival })).toMatchObject(
      ended({ users: null, p95Ms: bound(500, 3) }),
    )
  })
})

describe('an end', () => {
  const mark = {
    ...{ users: 8_000, tasks: 2, holdSeconds: 300 },
    limits: { p95Ms: 500, errorRate: 0.01 },
  }
  const execution = {
    ...{ taskCount: 2, succeededCount: 2, cancelledCount: 0 },
    ...{ completionTime: 9_000, logUri: '' },
  }
  const task = (more: object = {}, startTime = 1_000) => ({
    startTime,
    lastAttemptResult: { exitCode: 0, termSignal: 0, status: null, ...more },
  })
  const told = (more: object, tasks: readonly ReturnType<typeof task>[]) =>
    endOf(mark, { execution: { ...execution, ...more }, tasks }, 90_000)

  test('is one where execution and tasks agree', () => {
    expect(told({}, [task(), task({}, 2_000)])).toMatchObject({
      ...{ kind: 'ended', endedAt: 9_000, error: null },
      result: { users: 8_000, p95Ms: { in: 2, of: 2 } },
    })
  })

  test.each([
    ['fewer tasks than were asked for', { taskCount: 1, succeededCount: 1 }, [task()]],
    ['no task at all', { taskCount: 0, succeededCount: 0 }, []],
    ['a task that is not told', {}, [task()]],
    ['a success that the execution does not count', { succeededCount: 1 }, [task(), task()]],
    ['one that was cancelled', { cancelledCount: 1 }, [task(), task()]],
    ['a status that is not OK beside exit code 0', {}, [task(), task({ status: { code: 2 } })]],
    ['an exit code of no segment', {}, [task(), task({ exitCode: 208 })]],
    ['the base of all verdicts', {}, [task(), task({ exitCode: 200 })]],
    ['a signal', {}, [task(), task({ termSignal: 15 })]],
    ['segments that never played together', {}, [task(), task({}, 301_000)]],
  ])('with %s is no verdict', (_, more, tasks) => {
    expect(told(more, tasks)).toEqual(none(/./))
  })

  test('that is not told whole yet is none, and after a minute no verdict', () => {
    const silent = { startTime: null, lastAttemptResult: null }
    const of = { execution, tasks: [task(), silent] }
    const isRunning = { kind: 'running', now: null }
    expect(endOf(mark, of, 10_000)).toEqual(isRunning)
    expect(endOf(mark, of, 90_000)).toEqual(none(/says nothing of its end/))
    expect(told({ completionTime: null }, [task(), task()])).toEqual(isRunning)
    const unbegun = [task(), { ...task(), startTime: null }]
    expect(endOf(mark, { execution, tasks: unbegun }, 10_000)).toEqual(none(/segments began/))
    const cancelled = { execution: { ...execution, cancelledCount: 2 }, tasks: [] }
    expect(endOf(mark, cancelled, 10_000)).toEqual(none(/^it was stopped$/))
  })
})

test.each(['{', '{}', '7'])('a job whose mark somebody wrote over (%s) is not ours', (mark) => {
  const job = { name: 'jobs/k6-i-1', annotations: { [jobMark]: mark } }
  expect(readJob(job)).toMatchObject({ mark: null, execution: null })
})

describe('a stop', () => {
  test('cancels the execution, which ends soon after and is no verdict', async () => {
    const { clock, cloud, reader, start, stop, sent } = await tukiJob()
    expect(await stop()).toBeNull()
    await start()
    clock.forward(60_000)
    expect(await stop()).toBe('k6-i-1')
    expect(sent().at(-1)?.path).toBe(`${parent}/jobs/k6-i-1/executions/k6-i-1-once:cancel`)
    expect((await reader.latest())?.progress.kind).toBe('running')
    clock.forward(11_000)
    expect(await reader.progress('k6-i-1')).toEqual(none(/^it was stopped$/))
    expect(await stop()).toBeNull()
    expect([cloud.writes, sent().length]).toEqual([2, 2])
  })

  test.each([
    ['rate-limited', 'rate-limited', 'no', 1],
    ['stale', 'busy', 'no', 1],
    ['unavailable', 'server-error', 'unknown', 1],
    ['reply-lost', 'unreachable', 'unknown', 2],
  ] as const)(
    'that meets %s is sent once, and may be said again',
    async (how, code, sentIt, writes) => {
      const { clock, cloud, start, stop, sent } = await tukiJob()
      await start()
      clock.forward(60_000)
      cloud.provoke({ on: 'write', how })
      expect(await faultOf(stop())).toMatchObject({ code, sent: sentIt })
      expect([cloud.writes, sent().length]).toEqual([writes, 2])
      expect(await stop()).toBe('k6-i-1')
    },
  )

  test('of one that nobody of us started stops nothing', async () => {
    const { cloud, stop } = await tukiJob()
    const body = JSON.stringify({
      startExecutionToken: 'x',
      template: {
        template: {
          containers: [{ image: 'a', resources: { limits: { cpu: '1', memory: '1Gi' } } }],
        },
      },
    })
    const made = await fetch(`${cloud.root}${parent}/jobs?jobId=nightly`, { method: 'POST', body })
    expect(made.status).toBe(200)
    expect(await stop()).toBeNull()
    expect(cloud.writes).toBe(1)
  })
})

describe('a look', () => {
  test('that is refused says which permission it needs; one that is not answered is a fault', async () => {
    const { cloud, reader } = await tukiJob()
    cloud.provoke({ on: 'read', how: 'forbidden' })
    expect(await faultOf(reader.latest())).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('run.jobs.list'),
    })
    cloud.provoke({ on: 'read', how: 'rate-limited' })
    expect(await faultOf(reader.progress('k6-i-1'))).toMatchObject({ code: 'rate-limited' })
  })

  test('while reads lag finds nothing yet, never an end', async () => {
    const { clock, reader, start } = await tukiJob({ readLagMs: 3_000 })
    await start()
    expect(await reader.progress('k6-i-1')).toEqual({ kind: 'absent' })
    clock.forward(4_000)
    expect((await reader.progress('k6-i-1')).kind).toBe('running')
  })
})
