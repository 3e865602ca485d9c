/** The local Cloud Run is strict, so that what it accepts Google accepts too; over plain HTTP. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { startLocalCloud } from '../../../src/rehearsal/cloud/local-cloud.ts'
import { tukiRun } from '../../world/tuki-run.ts'

const service = '/v2/projects/tukiprod/locations/us-central1/services/backend'

const reply = z.looseObject({
  error: z.looseObject({ code: z.int(), status: z.string(), message: z.string() }).optional(),
})

async function plain() {
  const { cloud, clock } = await tukiRun()
  const get = async (path: string) => {
    const response = await fetch(`${cloud.root}${path}`)
    return { status: response.status, body: reply.parse(await response.json()) }
  }
  const patch = async (mask: string, body: object, more = '') => {
    const url = `${cloud.root}${service}?updateMask=${mask}${more}`
    const response = await fetch(url, { method: 'PATCH', body: JSON.stringify(body) })
    return { status: response.status, body: reply.parse(await response.json()) }
  }
  return { cloud, clock, get, patch }
}

const container = (more: object = {}) => ({
  image: 'app:1',
  resources: { limits: { cpu: '4', memory: '8Gi' } },
  ...more,
})

describe('what is read', () => {
  test('enums are names, and numbers for a client that asks for them; int64 are strings', async () => {
    const { get } = await plain()
    const named = (await get(service)).body
    expect(named).toMatchObject({
      generation: '1',
      traffic: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }],
      terminalCondition: { state: 'CONDITION_SUCCEEDED' },
    })
    expect(named).not.toHaveProperty('reconciling')
    const numbered = (await get(`${service}?$alt=json;enum-encoding=int`)).body
    expect(numbered).toMatchObject({ traffic: [{ type: 1 }], terminalCondition: { state: 4 } })
  })

  test.each([
    ['/v2/projects/tukiprod/locations/us-central1/services/none', 404, 'NOT_FOUND'],
    ['/v2/projects/other/locations/us-central1/services/backend', 403, 'PERMISSION_DENIED'],
    [`${service}/revisions/backend-none`, 404, 'NOT_FOUND'],
    ['/v2/projects/tukiprod/locations/us-central1/operations/none', 404, 'NOT_FOUND'],
    ['/v2/projects/tukiprod/locations/us-central1/jobs/k6', 404, 'NOT_FOUND'],
    ['/v2/projects/tukiprod/locations/us-central1/instances/k6', 501, 'UNIMPLEMENTED'],
    [`${service}?view=FULL`, 400, 'INVALID_ARGUMENT'],
  ])('GET %s is %i %s', async (path, code, status) => {
    const { get } = await plain()
    const answer = await get(path)
    expect([answer.status, answer.body.error?.status]).toEqual([code, status])
  })
})

describe('a PATCH', () => {
  test.each([
    ['scaling.maximum', {}, 400, /Invalid field mask/],
    ['', { scaling: { maxInstanceCount: 9 } }, 501, /without updateMask/],
    ['annotations', { annotation: {} }, 400, /Unrecognized key/],
    ['annotations', { annotations: { 'run.googleapis.com/x': 'y' } }, 400, /reserved/],
    ['scaling.max_instance_count', { scaling: { maxInstanceCount: 2 } }, 400, /above the maximum/],
    ['template.containers', { template: { containers: [] } }, 400, /at least one/],
    [
      'template.containers',
      {
        template: {
          containers: [container({ resources: { limits: { cpu: '3', memory: '8Gi' } } })],
        },
      },
      400,
      /no known shape/,
    ],
    [
      'template.max_instance_request_concurrency',
      { template: { maxInstanceRequestConcurrency: 1_001 } },
      400,
      /not from 1 to 1000/,
    ],
    ['traffic', { traffic: [{ type: 1, percent: 90 }] }, 400, /sum to 90/],
    ['traffic', { traffic: [{ type: 2, revision: 'backend-9', percent: 100 }] }, 400, /not found/],
    [
      'template.revision,template.containers',
      { template: { revision: 'other-1', containers: [container()] } },
      400,
      /must begin with backend-/,
    ],
    ['annotations', { etag: '"old"', annotations: {} }, 409, /another version/],
  ])('of %s with %j is %i and changes nothing', async (mask, body, status, message) => {
    const { cloud, patch } = await plain()
    const answer = await patch(mask, body)
    expect(answer.status).toBe(status)
    expect(answer.body.error?.message).toMatch(message)
    expect(cloud.writes).toBe(0)
  })

  test('that is only to be validated changes nothing', async () => {
    const { cloud, patch } = await plain()
    const scaling = { scaling: { maxInstanceCount: 9 } }
    const { status } = await patch('scaling.max_instance_count', scaling, '&validateOnly=true')
    expect([status, cloud.writes]).toEqual([200, 0])
  })

  test('that sends an old revision’s name back with other containers is 409', async () => {
    const { patch, clock } = await plain()
    const first = { revision: 'backend-a', containers: [container()] }
    expect((await patch('template.revision,template.containers', { template: first })).status).toBe(
      200,
    )
    clock.forward(30_000)
    const other = { template: { containers: [container({ args: ['x'] })] } }
    const { status, body } = await patch('template.containers', other)
    expect([status, body.error?.status]).toEqual([409, 'ALREADY_EXISTS'])
  })

  test.each([
    ['an image that is not there', { image: 'app:missing' }, /not found/],
    ['arguments that gunicorn refuses', { args: ['--workers=0'] }, /failed to start/],
  ])('to %s is accepted, and never becomes ready', async (_, more, why) => {
    const { patch, clock, get, cloud } = await plain()
    await patch('template.containers', { template: { containers: [container(more)] } })
    expect(cloud.writes).toBe(1)
    clock.forward(30_000)
    const { body } = await get(service)
    expect(body).toMatchObject({
      observedGeneration: '1',
      generation: '2',
      latestReadyRevision: expect.stringMatching(/backend-00001-loc$/),
      terminalCondition: { state: 'CONDITION_FAILED', message: expect.stringMatching(why) },
    })
  })
})

test('a document that is none leaves the local Cloud Run empty: it is the bot’s to refuse', async () => {
  for (const document of ['{', 'services: 3', '']) {
    const cloud = await startLocalCloud({ project: 'tukiprod', instances: [], document })
    expect((await fetch(`${cloud.root}${service}`)).status).toBe(404)
    await cloud.stop()
  }
})
