/** The local Cloud Run's jobs are strict, so that what it accepts Google accepts too; over plain HTTP. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { startLocalCloud } from '../../../src/rehearsal/cloud/local-cloud.ts'
import { handClock } from '../../world/hand-clock.ts'

const parent = '/v2/projects/tukiprod/locations/us-central1'
const reply = z.looseObject({
  name: z.string().default(''),
  error: z.looseObject({ status: z.string(), message: z.string() }).optional(),
})

async function plain() {
  const clock = handClock()
  const options = { project: 'tukiprod', instances: [], clock, speed: 10, taskSeconds: 100 }
  const cloud = await startLocalCloud(options)
  onTestFinished(cloud.stop)
  const ask = async (method: string, path: string, body?: object) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(`${cloud.root}${path}`, { method, ...sent })
    return { status: response.status, body: reply.parse(await response.json()) }
  }
  const create = (body: object, id = 'k6-a') => ask('POST', `${parent}/jobs?jobId=${id}`, body)
  const get = async (path: string) => (await ask('GET', `${parent}/${path}`)).body
  return { cloud, clock, ask, create, get }
}

const container = (more: object = {}) => ({
  ...{ image: 'k6:1', resources: { limits: { cpu: '4', memory: '16Gi' } } },
  ...more,
})
const job = (task: object = {}, execution: object = {}, more: object = {}) => ({
  startExecutionToken: 'once',
  template: { ...execution, template: { containers: [container()], ...task } },
  ...more,
})
const env = (name: string, value: string) => ({
  containers: [container({ env: [{ name, value }] })],
})

describe('a creation', () => {
  test.each([
    ['no template', {}, /template/],
    ['an unknown field', job({}, {}, { template2: {} }), /Unrecognized key/],
    ['a name in the body', job({}, {}, { name: 'x' }), /name/],
    ['no container', job({ containers: [] }), /containers/],
    [
      'an impossible shape',
      job({ containers: [container({ resources: { limits: { cpu: '3', memory: '1Gi' } } })] }),
      /no known shape/,
    ],
    ['eleven retries', job({ maxRetries: 11 }), /maxRetries/],
    ['no time', job({ timeout: '0s' }), /timeout/],
    ['a time that is none', job({ timeout: '5m' }), /timeout/],
    ['no task', job({}, { taskCount: 0 }), /taskCount/],
    ['more at once than there are', job({}, { taskCount: 2, parallelism: 3 }), /above the task/],
    ['a reserved variable', job(env('CLOUD_RUN_TASK_INDEX', '1')), /reserved/],
    ['a value that is too long', job(env('A', 'x'.repeat(32_769))), /longer than 32768/],
    ['a token that is no name', job({}, {}, { startExecutionToken: 'A b' }), /no suffix/],
    ['a token that is too long', job({}, {}, { startExecutionToken: 'x'.repeat(59) }), /too long/],
    ['two tokens', job({}, {}, { runExecutionToken: 'b' }), /set twice/],
    ['an account that is none', job({ serviceAccount: 'load' }), /no e-mail/],
    [
      'a reserved annotation',
      job({}, {}, { annotations: { 'run.googleapis.com/a': 'b' } }),
      /reserved/,
    ],
  ])('with %s is 400 and makes nothing', async (_, body, why) => {
    const { cloud, create } = await plain()
    const answer = await create(body)
    expect([answer.status, answer.body.error?.status]).toEqual([400, 'INVALID_ARGUMENT'])
    expect(answer.body.error?.message).toMatch(why)
    expect(cloud.writes).toBe(0)
  })

  test('under a name that is none is 400, under one that is taken 409', async () => {
    const { cloud, create } = await plain()
    for (const id of ['', 'K6', '-a', 'a-', 'x'.repeat(64)])
      expect((await create(job(), id)).status).toBe(400)
    expect((await create(job())).status).toBe(200)
    const { status, body } = await create(job())
    expect([status, body.error?.status]).toEqual([409, 'ALREADY_EXISTS'])
    expect(cloud.writes).toBe(1)
  })

  test('that is only to be validated makes nothing', async () => {
    const { cloud, ask } = await plain()
    const path = `${parent}/jobs?jobId=k6-a&validateOnly=true`
    expect((await ask('POST', path, job())).status).toBe(200)
    expect([cloud.writes, (await ask('GET', `${parent}/jobs/k6-a`)).status]).toEqual([0, 404])
  })

  test('keeps its defaults, its etag and its generation, and is done when it has begun', async () => {
    const { clock, create, ask, get } = await plain()
    const { name } = (await create(job())).body
    expect((await ask('GET', `/v2/${name}`)).body).not.toHaveProperty('done')
    expect(await get('jobs/k6-a')).toMatchObject({
      ...{ generation: '1', reconciling: true, etag: expect.stringMatching(/^".+"$/) },
      terminalCondition: { state: 'CONDITION_RECONCILING' },
      template: { taskCount: 1, parallelism: 1, template: { maxRetries: 3, timeout: '600s' } },
    })
    clock.forward(500)
    expect((await ask('GET', `/v2/${name}`)).body).toMatchObject({ done: true })
    expect(await get('jobs/k6-a')).toMatchObject({
      terminalCondition: { state: 'CONDITION_SUCCEEDED' },
      latestCreatedExecution: { name: 'k6-a-once', completionStatus: 'EXECUTION_RUNNING' },
    })
  })

  test('without a token runs nothing', async () => {
    const { create, get, ask, clock } = await plain()
    const { startExecutionToken: _, ...quiet } = job()
    await create(quiet)
    clock.forward(60_000)
    expect(await get('jobs/k6-a')).not.toHaveProperty('latestCreatedExecution')
    expect((await ask('GET', `${parent}/jobs/k6-a/executions/k6-a-once`)).status).toBe(404)
  })
})

describe('an execution', () => {
  const at = 'jobs/k6-a/executions/k6-a-once'
  const counts = async ({ get }: Pick<Awaited<ReturnType<typeof plain>>, 'get'>) => {
    const {
      runningCount = 0,
      succeededCount = 0,
      failedCount = 0,
      cancelledCount = 0,
    } = await get(at)
    return [runningCount, succeededCount, failedCount, cancelledCount]
  }

  test('runs as many tasks at once as it may, in scaled time, and each one’s end is told', async () => {
    const stage = await plain()
    const image = { containers: [container({ image: 'k6:exit-0-7' })] }
    await stage.create(job(image, { taskCount: 3, parallelism: 2 }))
    expect(await counts(stage)).toEqual([0, 0, 0, 0])
    stage.clock.forward(600)
    expect(await counts(stage)).toEqual([2, 0, 0, 0])
    stage.clock.forward(10_000)
    expect(await counts(stage)).toEqual([1, 1, 1, 0])
    stage.clock.forward(10_000)
    expect(await counts(stage)).toEqual([0, 1, 2, 0])
    expect(await stage.get(`${at}/tasks`)).toMatchObject({
      tasks: [
        { lastAttemptResult: {} },
        { index: 1, lastAttemptResult: { exitCode: 7 } },
        { index: 2, lastAttemptResult: { exitCode: 7 } },
      ],
    })
    const { latestCreatedExecution } = await stage.get('jobs/k6-a?$alt=json;enum-encoding=int')
    expect(latestCreatedExecution).toMatchObject({ completionStatus: 2 })
  })

  test('is cancelled once, and never after its end', async () => {
    const stage = await plain()
    await stage.create(job({}, { taskCount: 2 }))
    stage.clock.forward(600)
    const cancel = () => stage.ask('POST', `${parent}/${at}:cancel`, {})
    const { name } = (await cancel()).body
    expect((await cancel()).status).toBe(200)
    expect(await counts(stage)).toEqual([2, 0, 0, 0])
    stage.clock.forward(1_000)
    expect(await counts(stage)).toEqual([0, 0, 0, 2])
    expect((await stage.ask('GET', `/v2/${name}`)).body).toMatchObject({ done: true })
    const late = await cancel()
    expect([late.status, late.body.error?.status]).toEqual([400, 'FAILED_PRECONDITION'])
  })

  test('of another name is not found, nor what this cloud does not have', async () => {
    const { create, ask } = await plain()
    await create(job())
    const status = async (method: string, path: string) =>
      (await ask(method, `${parent}/jobs/${path}`, method === 'GET' ? undefined : {})).status
    expect(await status('GET', 'k6-a/executions/k6-a-twice')).toBe(404)
    expect(await status('POST', 'k6-b/executions/k6-b-once:cancel')).toBe(404)
    expect(await status('POST', 'k6-a:run')).toBe(501)
    expect(await status('PATCH', 'k6-a')).toBe(501)
    expect(await status('GET', 'k6-a?view=FULL')).toBe(400)
  })
})

describe('what is deleted', () => {
  const at = 'jobs/k6-a/executions/k6-a-once'

  test('is gone at once, and a job’s name is free again', async () => {
    const { cloud, create, ask, get } = await plain()
    await create(job())
    expect(await get('jobs/k6-a/executions')).toMatchObject({
      executions: [{ name: expect.stringMatching(/k6-a-once$/) }],
    })
    expect((await ask('DELETE', `${parent}/${at}`)).status).toBe(200)
    expect((await ask('GET', `${parent}/${at}`)).status).toBe(404)
    expect(await get('jobs/k6-a/executions')).not.toHaveProperty('executions')
    expect((await ask('DELETE', `${parent}/jobs/k6-a`)).status).toBe(200)
    expect((await ask('DELETE', `${parent}/jobs/k6-a`)).status).toBe(404)
    expect((await create(job())).status).toBe(200)
    expect(await get(at)).toMatchObject({ taskCount: 1 })
    expect(cloud.writes).toBe(4)
  })

  test.each([
    ['DELETE', 'jobs/k6-a?etag=old', undefined],
    ['DELETE', `${at}?etag=old`, undefined],
    ['POST', `${at}:cancel`, { etag: 'old' }],
  ])('or cancelled under an old etag (%s %s) is 409, and stays', async (method, path, body) => {
    const { cloud, create, ask, get } = await plain()
    await create(job())
    const answer = await ask(method, `${parent}/${path}`, body)
    expect([answer.status, answer.body.error?.status]).toEqual([409, 'ABORTED'])
    expect([cloud.writes, (await get(at)).name]).toEqual([1, expect.stringMatching(/once$/)])
  })
})

test('the list is newest first, a page at a time', async () => {
  const { create, get, clock } = await plain()
  for (const id of ['k6-a', 'k6-b', 'k6-c']) {
    await create(job(), id)
    clock.forward(1_000)
  }
  const named = (id: string) => ({ name: expect.stringMatching(new RegExp(`/${id}$`)) })
  const first = await get('jobs?pageSize=2')
  expect(first).toMatchObject({ jobs: [named('k6-c'), named('k6-b')] })
  expect(await get(`jobs?pageSize=2&pageToken=${first.nextPageToken}`)).toMatchObject({
    jobs: [named('k6-a')],
  })
})
