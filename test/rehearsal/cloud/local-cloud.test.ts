/** The local cloud behaves as Cloud SQL does: to plain HTTP, and to Google's own clients. */
import { v1 } from '@google-cloud/sql'
import { PassThroughClient } from 'google-auth-library'
import { describe, expect, test } from 'vitest'
import { startLocalCloud } from '../../../src/rehearsal/cloud/local-cloud.ts'
import { errorOf, started, tuki } from './plain-http.ts'

describe('what is read', () => {
  test('int64 are strings, enums are names, what is unset is absent', async () => {
    const { get, patch, forward, path } = await tuki()
    await patch({ databaseFlags: [] })
    forward(120_000)
    const { status, body } = await get(path)
    expect(status).toBe(200)
    expect(body).toEqual({
      kind: 'sql#instance',
      name: 'tuki-db-prod',
      project: 'tukiprod',
      region: 'us-central1',
      state: 'RUNNABLE',
      databaseVersion: 'POSTGRES_14',
      backendType: 'SECOND_GEN',
      instanceType: 'CLOUD_SQL_INSTANCE',
      connectionName: 'tukiprod:us-central1:tuki-db-prod',
      settings: {
        kind: 'sql#settings',
        settingsVersion: '18',
        tier: 'db-custom-2-7680',
        edition: 'ENTERPRISE',
        availabilityType: 'ZONAL',
        activationPolicy: 'ALWAYS',
        dataDiskSizeGb: '50',
        userLabels: { team: 'tickets' },
        backupConfiguration: { enabled: true },
      },
    })
  })

  test('lists have pages, and an empty one has no items', async () => {
    const { get, patch, forward } = await tuki()
    const operations = '/v1/projects/tukiprod/operations'
    expect((await get(operations)).body).toEqual({ kind: 'sql#operationsList' })
    for (let i = 0; i < 3; i += 1) {
      await patch({ userLabels: { round: String(i) } })
      forward(120_000)
    }
    const first = (await get(`${operations}?instance=tuki-db-prod&maxResults=2`)).body
    expect(first.items).toHaveLength(2)
    const rest = (await get(`${operations}?maxResults=2&pageToken=${first.nextPageToken}`)).body
    expect(rest.items).toHaveLength(1)
    expect(rest.nextPageToken).toBeUndefined()
    expect(Date.parse(first.items?.[0]?.insertTime ?? '')).toBe(started + 240_000)
    expect((await get('/v1/projects/tukiprod/instances')).body.items).toHaveLength(1)
  })
})

describe('a patch', () => {
  test('merges labels and objects, and replaces the whole list of flags', async () => {
    const { get, patch, forward, path } = await tuki()
    const { status, body } = await patch({
      settingsVersion: '17',
      userLabels: { 'plimsoll-intent': 'i1' },
      databaseFlags: [{ name: 'work_mem', value: '16384' }],
      backupConfiguration: { pointInTimeRecoveryEnabled: true },
    })
    expect([status, body.status, body.operationType]).toEqual([200, 'PENDING', 'UPDATE'])
    forward(120_000)
    expect((await get(path)).body.settings).toMatchObject({
      userLabels: { team: 'tickets', 'plimsoll-intent': 'i1' },
      databaseFlags: [{ name: 'work_mem', value: '16384' }],
      backupConfiguration: { enabled: true, pointInTimeRecoveryEnabled: true },
    })
  })

  test.each([
    ['a tier', { tier: 'db-custom-8-30720' }, 1],
    ['availability', { availabilityType: 'REGIONAL' }, 1],
    ['a flag that needs it', { databaseFlags: [{ name: 'max_connections', value: '500' }] }, 1],
    ['a label', { userLabels: { a: 'b' } }, 0],
    ['the tier that it has', { tier: 'db-custom-2-7680' }, 0],
  ])('%s changes at the end of an outage or of none', async (_, settings, outages) => {
    const { cloud, patch, forward } = await tuki()
    await patch(settings)
    forward(67_999)
    expect(cloud.instance('tuki-db-prod').down).toBe(false)
    forward(1)
    expect(cloud.instance('tuki-db-prod').down).toBe(outages === 1)
    forward(40_000)
    expect(cloud.instance('tuki-db-prod').down).toBe(false)
    expect(cloud.instance('tuki-db-prod').outages).toHaveLength(outages)
  })

  test('the host runs ten times quicker by default, and says so in every duration', async () => {
    const { cloud, patch, forward } = await tuki({ speed: 10 })
    await patch({ tier: 'db-custom-8-30720' })
    forward(11_999)
    expect(cloud.instance('tuki-db-prod').operations[0]?.status).toBe('RUNNING')
    forward(1)
    expect(cloud.instance('tuki-db-prod').operations[0]?.status).toBe('DONE')
    const [outage] = cloud.instance('tuki-db-prod').outages
    expect(outage).toEqual({ startedAt: started + 6_800, endedAt: started + 10_800 })
  })

  test('a stale version is 412 and changes nothing; without one it is accepted', async () => {
    const { cloud, patch } = await tuki()
    const { status, body } = await patch({ settingsVersion: '16', tier: 'db-custom-8-30720' })
    expect(status).toBe(412)
    expect(body.error).toEqual({
      code: 412,
      message: 'Condition does not match.',
      errors: [
        {
          message: 'Condition does not match.',
          domain: 'global',
          reason: 'staleData',
          locationType: 'header',
          location: 'If-Match',
        },
      ],
    })
    expect(cloud.writes).toBe(0)
    expect((await patch({ tier: 'db-custom-8-30720' })).status).toBe(200)
  })

  test('a second one during an operation is 409, reads go on', async () => {
    const { get, patch, path, cloud } = await tuki()
    await patch({ tier: 'db-custom-8-30720' })
    const { status, body } = await patch({ tier: 'db-custom-4-15360' })
    expect(status).toBe(409)
    expect(errorOf(body)).toEqual({
      message: 'Operation failed because another operation was already in progress.',
      reason: 'operationInProgress',
    })
    expect((await get(path)).status).toBe(200)
    expect(cloud.writes).toBe(1)
  })
})

describe('another client of Google’s', () => {
  test('enums as numbers, empty maps and all: @google-cloud/sql patches too', async () => {
    const { cloud, forward } = await tuki()
    const client = new v1.SqlInstancesServiceClient({
      fallback: true,
      protocol: 'http',
      apiEndpoint: '127.0.0.1',
      port: Number(new URL(cloud.root).port),
      authClient: new PassThroughClient(),
    })
    await client.patch({
      project: 'tukiprod',
      instance: 'tuki-db-prod',
      body: { settings: { settingsVersion: { value: 17 }, availabilityType: 'REGIONAL' } },
    })
    expect(cloud.requests[0]?.body).toMatchObject({ settings: { availabilityType: 2 }, tags: {} })
    forward(120_000)
    expect(cloud.instance('tuki-db-prod').availabilityType).toBe('REGIONAL')
    await client.close()
  })
})

test('it listens on this machine alone, and a taken port is an error', async () => {
  const { cloud } = await tuki()
  expect(cloud.root).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const port = Number(new URL(cloud.root).port)
  await expect(startLocalCloud({ project: 'p', instances: [], port })).rejects.toThrow(/EADDRINUSE/)
})
