/** What can be made to go wrong in the local cloud from now on, and by special inputs; over plain HTTP. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { specialNumbers, specialPlaces } from '../../../src/rehearsal/cloud/special-inputs.ts'
import { bindPlace } from '../../steps/bound.ts'
import { tukiMonitoring } from '../../world/tuki-monitoring.ts'

const database = '/v1/projects/tukiprod/instances/tuki-db-prod'
const backend = '/v2/projects/tukiprod/locations/us-central1/services/backend'
const policies = '/v3/projects/tukiprod/alertPolicies'
const dashboards = '/v1/projects/tukiprod/dashboards'

async function opened() {
  const { cloud, clock } = await tukiMonitoring()
  const get = async (path: string) => (await fetch(`${cloud.root}${path}`)).status
  const send = async (method: string, path: string, body: object) => {
    const response = await fetch(`${cloud.root}${path}`, { method, body: JSON.stringify(body) })
    return response.status
  }
  return { cloud, clock, get, send }
}

const listed = z.object({
  alertPolicies: z.array(
    z.object({
      conditions: z.array(
        z.object({ conditionThreshold: z.object({ thresholdValue: z.number() }) }),
      ),
    }),
  ),
})

describe('from now on', () => {
  test('every read of every product fails, until it is switched off', async () => {
    const { cloud, get } = await opened()
    cloud.trouble.failReads('unavailable')
    for (const path of [database, backend, policies, dashboards])
      for (const _time of [1, 2]) expect(await get(path)).toBe(503)
    cloud.trouble.failReads(null)
    for (const path of [database, backend, policies, dashboards]) expect(await get(path)).toBe(200)
  })

  test('reads lag, those of alert policies too', async () => {
    const { cloud, clock } = await opened()
    const [policy] = cloud.monitoring.policies()
    const threshold = async () => {
      const read = listed.parse(await (await fetch(`${cloud.root}${policies}`)).json())
      return read.alertPolicies[0]?.conditions[0]?.conditionThreshold.thresholdValue
    }
    cloud.trouble.lagReads(3_000)
    clock.forward(10_000)
    cloud.monitoring.retargetBeside(policy?.name ?? '', 350)
    clock.forward(2_999)
    expect(await threshold()).toBe(648)
    clock.forward(1)
    expect(await threshold()).toBe(350)
    cloud.monitoring.retargetBeside(policy?.name ?? '', 360)
    cloud.trouble.lagReads(0)
    expect(await threshold()).toBe(360)
  })

  test('a metric that stopped comes back with what it missed', async () => {
    const { monitoring } = (await opened()).cloud
    monitoring.stopMetric('run.googleapis.com/request_count')
    expect(monitoring.stoppedMetrics()).toEqual(['run.googleapis.com/request_count'])
    monitoring.resumeMetric('run.googleapis.com/request_count')
    expect(monitoring.stoppedMetrics()).toEqual([])
  })
})

describe('the next request of its kind', () => {
  test('meets what was armed, of whichever product it is; disarmed, none does', async () => {
    const { cloud, send } = await opened()
    const scaled = { scaling: { maxInstanceCount: 150 } }
    const scale = () => send('PATCH', `${backend}?updateMask=scaling.max_instance_count`, scaled)
    cloud.trouble.provoke({ on: 'write', how: 'unavailable' })
    expect(cloud.trouble.armed()).toEqual([{ on: 'write', how: 'unavailable' }])
    expect(await scale()).toBe(503)
    expect(cloud.trouble.armed()).toEqual([])
    cloud.trouble.provoke({ on: 'write', how: 'unavailable' })
    cloud.trouble.disarm()
    expect(await scale()).toBe(200)
    expect(cloud.changes.map(({ path }) => path)).toEqual([backend])
  })

  test('an operation that is to fail waits for a change that has one', async () => {
    const { cloud, send } = await opened()
    cloud.trouble.provoke({ on: 'write', how: 'operation-fails' })
    const channels = { displayName: 'x', mosaicLayout: { columns: 12, tiles: [] } }
    expect(await send('POST', dashboards, channels)).toBe(200)
    expect(cloud.trouble.armed()).toHaveLength(1)
    expect(await send('PATCH', database, { settings: { tier: 'db-custom-8-30720' } })).toBe(200)
    expect(cloud.trouble.armed()).toEqual([])
  })
})

/** The request that a step makes of each special place, with the number in it. */
function requests(number: number, policy: unknown) {
  const flags = [{ name: 'log_min_duration_statement', value: String(number) }]
  const replica = {
    ...{ name: `copy-${number}`, region: 'us-central1', databaseVersion: 'POSTGRES_14' },
    ...{ masterInstanceName: 'tuki-db-prod' },
    settings: { tier: 'db-custom-2-7680', dataDiskSizeGb: '50' },
  }
  const [name, conditions] = retargeted(policy, number)
  return [
    ['POST', '/v1/projects/tukiprod/instances', replica],
    ['PATCH', database, { settings: { databaseFlags: flags } }],
    [
      'PATCH',
      `${backend}?updateMask=scaling.max_instance_count`,
      { scaling: { maxInstanceCount: number } },
    ],
    ['PATCH', `/v3/${name}?updateMask=conditions`, { conditions }],
  ] as const
}

const policyShape = z.object({
  name: z.string(),
  conditions: z.array(z.looseObject({ conditionThreshold: z.looseObject({}) })),
})

function retargeted(policy: unknown, thresholdValue: number) {
  const { name, conditions } = policyShape.parse(policy)
  const moved = conditions.map((one) => ({
    ...one,
    conditionThreshold: { ...one.conditionThreshold, thresholdValue },
  }))
  return [name, moved] as const
}

describe('a special input', () => {
  const answers = { busy: 409, stale: [409, 412], 'rate-limited': 429, unavailable: 503 } as const

  test.for(specialNumbers.filter(({ how }) => how in answers))(
    '$number is $how in each place, each time, and takes no effect',
    async ({ number, how }) => {
      const { cloud, send } = await opened()
      const [policy] = cloud.monitoring.policies()
      for (const [method, path, body] of requests(number, policy))
        for (const _time of [1, 2]) {
          const status = await send(method, path, body)
          expect([Reflect.get(answers, how)].flat()).toContain(status)
        }
      expect(cloud.changes).toEqual([])
    },
  )

  test.for([
    [598, 4],
    [599, 0],
  ] as const)('%i is no answer in each place, with %i effects', async ([number, effects]) => {
    const { cloud, clock, send } = await opened()
    const [policy] = cloud.monitoring.policies()
    for (const [method, path, body] of requests(number, policy)) {
      await expect(send(method, path, body)).rejects.toThrow('fetch failed')
      clock.forward(600_000)
    }
    expect(cloud.changes).toHaveLength(effects)
  })

  test('500 is accepted, and its operation fails', async () => {
    const { cloud, clock, send } = await opened()
    const [policy] = cloud.monitoring.policies()
    for (const [method, path, body] of requests(500, policy)) {
      expect(await send(method, path, body)).toBe(200)
      clock.forward(600_000)
    }
    const errors = ['tuki-db-prod', 'copy-500'].flatMap((name) =>
      cloud.instance(name).operations.map(({ error }) => error),
    )
    expect(errors).toEqual([expect.any(String), expect.any(String)])
    expect(cloud.service('backend').problem).toMatch(/could not be brought up/)
  })

  test('that is there already asks for nothing', async () => {
    const { cloud, send } = await opened()
    const [policy] = cloud.monitoring.policies()
    cloud.monitoring.retargetBeside(policy?.name ?? '', 503)
    const [, , , retarget] = requests(503, policy)
    expect(await send(...retarget)).toBe(200)
  })

  test.for(specialPlaces)('%s is a step that can be asked for', (place) => {
    expect(bindPlace(place.replace('N', '409'))).toMatchObject({ name: place.split(' ')[0] })
  })
})
