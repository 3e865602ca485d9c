/** The local cloud is strict, so that what it accepts Google accepts too. */
import { describe, expect, test } from 'vitest'
import { errorOf, tuki } from './plain-http.ts'

describe('what it refuses', () => {
  test.each([
    [{ tierr: 'db-custom-8-30720' }, `Unknown name "tierr" at 'body.settings': Cannot find field.`],
    [{ availabilityType: 'REGIONL' }, `Invalid value at 'body.settings.availability_type'`],
    [{ availabilityType: 7 }, `Invalid value at 'body.settings.availability_type'`],
    [{ settingsVersion: 'x' }, `Invalid value at 'body.settings.settings_version'`],
    [{ tier: 'db-custom-3-7680' }, 'Invalid Tier (db-custom-3-7680) for (ENTERPRISE) Edition'],
    [{ tier: 'db-custom-2-3840000' }, 'Invalid Tier (db-custom-2-3840000)'],
    [{ tier: 'db-perf-optimized-N-2' }, 'Invalid Tier (db-perf-optimized-N-2) for (ENTERPRISE)'],
    [{ tier: 'db-n1-standard-1' }, 'Only custom or shared-core instance Billing Tier type'],
    [{ databaseFlags: [{ name: 'max_conections', value: '5' }] }, 'max_conections'],
    [{ databaseFlags: [{ name: 'max_connections', value: '13' }] }, 'Invalid flag value: 13'],
    [{ userLabels: { Team: 'x' } }, 'Invalid label Team'],
    [{ dataDiskSizeGb: '40' }, 'Disk size cannot be decreased'],
  ])('%j is 400 and changes nothing', async (settings, message) => {
    const { cloud, patch } = await tuki()
    const { status, body } = await patch(settings)
    expect(status).toBe(400)
    expect(errorOf(body).reason).toBe('invalid')
    expect(errorOf(body).message).toContain(message)
    expect(cloud.writes).toBe(0)
    expect(cloud.instance('tuki-db-prod').settingsVersion).toBe('17')
  })

  test('the edition may change only together with the tier', async () => {
    const { patch } = await tuki()
    expect((await patch({ edition: 'ENTERPRISE_PLUS' })).status).toBe(400)
    const both = { edition: 3, tier: 'db-perf-optimized-N-2' }
    expect((await patch(both)).status).toBe(200)
  })

  test('a field that Google has and it has not is 501, not a lie about the field', async () => {
    const { patch } = await tuki()
    const { status, body } = await patch({ ipConfiguration: { requireSsl: true } })
    expect(status).toBe(501)
    expect(errorOf(body).message).toContain('ipConfiguration')
  })

  test('a body that is no JSON is 400', async () => {
    const { send } = await tuki()
    expect((await send('{"settings":')).status).toBe(400)
  })

  test.each([
    ['/v1/projects/tukiprod/instances/none', 404, 'instanceDoesNotExist'],
    ['/v1/projects/other/instances/tuki-db-prod', 403, 'notAuthorized'],
    ['/v1/projects/tukiprod/operations/none', 404, 'operationDoesNotExist'],
    ['/v1/projects/tukiprod/operations?instance=none', 404, 'instanceDoesNotExist'],
    ['/v1/projects/tukiprod/operations?status=RUNNING', 400, 'invalid'],
    ['/v1/projects/tukiprod/operations?maxResults=none', 400, 'invalid'],
    ['/v1/projects/tukiprod/instances?filter=state:RUNNABLE', 501, 'notImplemented'],
    ['/sql/v1beta4/projects/tukiprod/instances', 404, 'notFound'],
    ['/v1/projects/tukiprod/backups', 404, 'notFound'],
  ])('GET %s is %i %s', async (url, status, reason) => {
    const { get } = await tuki()
    const answer = await get(url)
    expect([answer.status, errorOf(answer.body).reason]).toEqual([status, reason])
  })

  test.each([
    ['POST', 404],
    ['PUT', 404],
    // What Google has, and it has not: no primary is deleted here.
    ['DELETE', 501],
  ])('%s on a primary is refused with %i', async (method, status) => {
    const { send, cloud } = await tuki()
    expect((await send({ settings: {} }, { method })).status).toBe(status)
    expect(cloud.writes).toBe(0)
  })

  const replica = {
    name: 'tuki-db-read-replica',
    masterInstanceName: 'tuki-db-prod',
    region: 'us-central1',
    databaseVersion: 'POSTGRES_14',
    settings: { tier: 'db-custom-4-15360', dataDiskSizeGb: '50' },
  }
  test.each([
    [{ ...replica, masterInstanceName: 'none' }, 404, 'does not exist'],
    [{ ...replica, masterInstanceName: undefined }, 501, 'of a primary'],
    [{ ...replica, databaseVersion: 'POSTGRES_15' }, 400, 'Database version POSTGRES_15'],
    [{ ...replica, name: 'Replica' }, 400, 'Invalid instance name'],
    [{ ...replica, settings: { tier: 'db-custom-3-7680' } }, 400, 'Invalid Tier'],
    [{ ...replica, settings: { ...replica.settings, dataDiskSizeGb: '10' } }, 400, 'Disk size'],
    [{ ...replica, sort: 'small' }, 400, `Unknown name "sort" at 'body'`],
    [{ ...replica, name: 'tuki-db-prod' }, 409, 'already exists'],
  ])('the replica %j is %i', async (body, status, message) => {
    const { send, cloud } = await tuki()
    const answer = await send(body, { method: 'POST', url: '/v1/projects/tukiprod/instances' })
    expect(answer.status).toBe(status)
    expect(errorOf(answer.body).message).toContain(message)
    expect(cloud.writes).toBe(0)
  })

  test('429 says when to come back, in its own quick time', async () => {
    const { cloud, patch } = await tuki({ speed: 10 })
    cloud.provoke({ on: 'write', how: 'rate-limited' })
    const { status, headers } = await patch({ tier: 'db-custom-8-30720' })
    expect([status, headers.get('retry-after')]).toEqual([429, '6'])
    expect((await patch({ tier: 'db-custom-8-30720' })).status).toBe(200)
  })
})
