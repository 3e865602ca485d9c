/** The adapter against a cloud that answers over real HTTP: what is read, and the one write. */
import { describe, expect, test, vi } from 'vitest'
import { connectCloudSql } from '../../src/world/cloud-sql.ts'
import { handClock, started } from './hand-clock.ts'
import { faultOf, tuki, upgrade } from './tuki-cloud.ts'

describe('reading', () => {
  test('an instance is read as the port has it, and nothing is written', async () => {
    const { reader, cloud } = await tuki()
    expect(await reader.instance('tuki-db-prod')).toEqual({
      name: 'tuki-db-prod',
      region: 'us-central1',
      state: 'RUNNABLE',
      activationPolicy: 'ALWAYS',
      settingsVersion: '17',
      tier: 'db-custom-2-7680',
      edition: 'enterprise',
      availability: 'regional',
      diskGb: 50,
      version: 14,
      flags: { work_mem: '8192' },
      userLabels: { team: 'tickets' },
      primary: null,
      replicas: ['tuki-db-replica'],
    })
    expect(cloud.writes).toBe(0)
  })

  test('a replica names its primary, without the project', async () => {
    const { reader } = await tuki()
    const replica = await reader.instance('tuki-db-replica')
    expect(replica).toMatchObject({ primary: 'tuki-db-prod', availability: 'zonal', flags: {} })
  })

  test('an unknown instance is not-found, one of another project forbidden', async () => {
    const { reader, cloud, clock } = await tuki()
    expect(await faultOf(reader.instance('tuki-db-test'))).toMatchObject({
      code: 'not-found',
      sent: 'no',
    })
    const other = connectCloudSql({ project: 'elsewhere', apiRoot: cloud.root, clock })
    expect(await faultOf(other.reader.instance('tuki-db-prod'))).toMatchObject({
      code: 'forbidden',
      sent: 'no',
    })
  })

  test('a read survives two 503 and gives up at the third, saying so', async () => {
    const { reader, cloud } = await tuki()
    cloud.provoke({ on: 'read', how: 'unavailable' })
    cloud.provoke({ on: 'read', how: 'unavailable' })
    expect((await reader.instance('tuki-db-prod')).tier).toBe('db-custom-2-7680')
    expect(cloud.requests).toHaveLength(3)
    for (let i = 0; i < 3; i += 1) cloud.provoke({ on: 'read', how: 'unavailable' })
    const fault = await faultOf(reader.instance('tuki-db-prod'))
    expect(fault).toMatchObject({ code: 'server-error', sent: 'no' })
    expect(cloud.requests).toHaveLength(6)
  })

  test('a read that is not answered ends at its time-out', async () => {
    const { reader, cloud } = await tuki({}, 1_000)
    await reader.instance('tuki-db-prod')
    cloud.provoke({ on: 'read', how: 'silence' })
    const fault = await faultOf(reader.operations('tuki-db-prod'))
    expect(fault).toMatchObject({ code: 'time-out', sent: 'no' })
  })

  test('a rate-limited read is told to wait a minute, and is not repeated', async () => {
    const { reader, cloud } = await tuki()
    cloud.provoke({ on: 'read', how: 'rate-limited' })
    const fault = await faultOf(reader.instance('tuki-db-prod'))
    expect(fault).toMatchObject({ code: 'rate-limited', sent: 'no', retryAfterMs: 60_000 })
    expect(cloud.requests).toHaveLength(1)
  })

  test('an unknown operation is not-found', async () => {
    const { reader } = await tuki()
    expect((await faultOf(reader.operation('op-none'))).code).toBe('not-found')
  })

  test('a name that is no name never reaches the network', async () => {
    const { reader, cloud } = await tuki()
    expect((await faultOf(reader.instance('../operations'))).code).toBe('invalid')
    expect(cloud.requests).toHaveLength(0)
  })
})

describe('the one write', () => {
  test('an upgrade is accepted, runs, restarts the database once and is done', async () => {
    const { reader, writer, cloud, clock, clearance } = await tuki()
    const accepted = await writer.patch(clearance(), upgrade)
    expect(accepted).toMatchObject({
      instance: 'tuki-db-prod',
      type: 'UPDATE',
      status: 'pending',
      error: null,
      insertedAt: started,
      startedAt: null,
      endedAt: null,
    })
    expect((await reader.instance('tuki-db-prod')).tier).toBe('db-custom-2-7680')

    clock.forward(80_000)
    expect((await reader.operation(accepted.name)).status).toBe('running')
    expect(cloud.instance('tuki-db-prod').down).toBe(true)

    clock.forward(40_000)
    expect(await reader.operation(accepted.name)).toMatchObject({
      status: 'done',
      error: null,
      startedAt: started + 12_000,
      endedAt: started + 120_000,
    })
    expect(await reader.instance('tuki-db-prod')).toMatchObject({
      tier: 'db-custom-8-30720',
      settingsVersion: '18',
      userLabels: { team: 'tickets', 'plimsoll-intent': 'i1' },
      flags: { work_mem: '8192' },
    })
    expect(cloud.instance('tuki-db-prod').outages).toEqual([
      { startedAt: started + 68_000, endedAt: started + 108_000 },
    ])
    expect(cloud.writes).toBe(1)
  })

  test('the body on the wire is exactly the change, an empty list of flags included', async () => {
    const { writer, cloud, clearance, clock, reader } = await tuki()
    const { tier: _, ...others } = upgrade
    await writer.patch(clearance(), { ...others, availability: 'zonal', flags: {} })
    expect(cloud.requests[0]?.body).toEqual({
      settings: {
        settingsVersion: '17',
        availabilityType: 'ZONAL',
        databaseFlags: [],
        userLabels: upgrade.userLabels,
      },
    })
    clock.forward(120_000)
    const { flags, availability } = await reader.instance('tuki-db-prod')
    expect({ flags, availability }).toEqual({ flags: {}, availability: 'zonal' })
  })

  test('no credentials travel to a local root', async () => {
    const { reader, writer, cloud, clearance } = await tuki()
    await writer.patch(clearance(), upgrade)
    await reader.instance('tuki-db-prod')
    expect(cloud.requests.map((request) => request.authorized)).toEqual([false, false])
  })

  test('another root than loopback is refused before anything is loaded', () => {
    const clock = handClock()
    for (const apiRoot of ['http://sqladmin.example.com', 'https://127.0.0.1:9099'])
      expect(() => connectCloudSql({ project: 'p', apiRoot, clock })).toThrow(/loopback/)
  })
})

describe('without a local root', () => {
  test('no credentials is forbidden, not the end of the process', async () => {
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '/nonexistent/none.json')
    const { clearance, clock } = await tuki()
    const { reader, writer } = connectCloudSql({ project: 'tukiprod', clock })
    for (const work of [reader.instance('tuki-db-prod'), writer.patch(clearance(), upgrade)]) {
      const fault = await faultOf(work)
      expect(fault).toMatchObject({ code: 'forbidden', sent: 'no' })
      expect(fault.message).toMatch(/^no credentials for Cloud SQL/)
    }
    vi.unstubAllEnvs()
  })
})

describe('afterwards', () => {
  test('done is not success: the operation’s error is told, and the tier stays', async () => {
    const { reader, writer, cloud, clock, clearance } = await tuki()
    cloud.provoke({ on: 'write', how: 'operation-fails' })
    const { name } = await writer.patch(clearance(), upgrade)
    clock.forward(120_000)
    const operation = await reader.operation(name)
    expect(operation.status).toBe('done')
    expect(operation.error).toMatch(/^INTERNAL_ERROR: /)
    expect((await reader.instance('tuki-db-prod')).tier).toBe('db-custom-2-7680')
  })

  test('reads that lag show the world before the write, then the write', async () => {
    const { reader, writer, clock, clearance } = await tuki({ readLagMs: 3_000 })
    const { name } = await writer.patch(clearance(), upgrade)
    expect(await reader.operations('tuki-db-prod')).toEqual([])
    expect((await reader.instance('tuki-db-prod')).settingsVersion).toBe('17')
    clock.forward(3_000)
    expect(await reader.operations('tuki-db-prod')).toMatchObject([{ name, status: 'pending' }])
    expect((await reader.instance('tuki-db-prod')).settingsVersion).toBe('18')
    clock.forward(108_000)
    expect((await reader.instance('tuki-db-prod')).tier).toBe('db-custom-8-30720')
    expect((await reader.operation(name)).status).toBe('running')
  })

  test('of one instance at most the 20 newest operations are read, newest first', async () => {
    const { reader, writer, cloud, clock, clearance } = await tuki()
    for (let version = 17; version < 40; version += 1) {
      await writer.patch(clearance(), { ...upgrade, settingsVersion: String(version) })
      clock.forward(120_000)
    }
    const operations = await reader.operations('tuki-db-prod')
    expect(operations).toHaveLength(20)
    expect(operations[0]?.name).toBe(cloud.instance('tuki-db-prod').operations.at(-1)?.name)
    expect(await reader.operations('tuki-db-replica')).toEqual([])
  })
})
