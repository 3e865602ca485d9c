/** Replicas and backups through the adapter: what leaves, what the cloud makes of it, and what goes wrong. */
import { describe, expect, test } from 'vitest'
import type { CloudSqlOperation, CloudSqlWriter } from '../../src/world/ports/cloud-sql.ts'
import { faultOf, tuki } from './tuki-cloud.ts'

type World = Awaited<ReturnType<typeof tuki>>
type Clearance = ReturnType<World['clearance']>

const replica = {
  name: 'tuki-db-read-replica',
  primary: 'tuki-db-prod',
  region: 'us-central1',
  version: 14,
  tier: 'db-custom-4-15360',
  edition: 'enterprise',
  diskGb: 50,
  userLabels: { 'plimsoll-intent': 'i1' },
} as const

const old = { name: 'tuki-db-replica', primary: 'tuki-db-prod' }
const backup = { instance: 'tuki-db-prod', description: 'plimsoll-intent i1' }

const writes: readonly {
  readonly name: string
  readonly type: string
  readonly on: string
  readonly write: (writer: CloudSqlWriter, clearance: Clearance) => Promise<CloudSqlOperation>
}[] = [
  {
    name: 'the creation of a replica',
    type: 'CREATE_REPLICA',
    on: replica.name,
    write: (writer, clearance) => writer.createReplica(clearance, replica),
  },
  {
    name: 'the deletion of a replica',
    type: 'DELETE',
    on: old.name,
    write: (writer, clearance) => writer.deleteReplica(clearance, old),
  },
  {
    name: 'a backup',
    type: 'BACKUP_VOLUME',
    on: 'tuki-db-prod',
    write: (writer, clearance) => writer.backUp(clearance, backup),
  },
]

describe.each(writes)('$name', ({ type, on, write }) => {
  test('is one request, accepted as an operation', async () => {
    const { writer, cloud, clearance } = await tuki()
    const accepted = await write(writer, clearance())
    expect(accepted).toMatchObject({ type, instance: on, status: 'pending', error: null })
    expect([cloud.requests.length, cloud.writes]).toEqual([1, 1])
    expect(cloud.requests[0]?.authorized).toBe(false)
  })

  test('spends its clearance once, in its time, for its primary', async () => {
    const { writer, cloud, clock, clearance } = await tuki()
    const once = clearance()
    await write(writer, once)
    const late = clearance()
    clock.forward(5_001)
    for (const spent of [once, late])
      expect(await faultOf(write(writer, spent))).toMatchObject({ code: 'expired', sent: 'no' })
    const other = clearance('databases.tuki-db-replica')
    expect(await faultOf(write(writer, other))).toMatchObject({ code: 'invalid', sent: 'no' })
    expect(cloud.requests).toHaveLength(1)
  })

  test('waits for the operation that runs, on the primary or on a replica of it', async () => {
    for (const first of writes) {
      const { writer, cloud, clearance } = await tuki()
      await first.write(writer, clearance())
      const second = first.type === type && type === 'CREATE_REPLICA' ? 'name-taken' : 'busy'
      const fault = await faultOf(write(writer, clearance()))
      expect(fault).toMatchObject({ code: second, sent: 'no' })
      expect(cloud.writes).toBe(1)
    }
  })

  test.each([
    ['busy', 'busy', 'no', 0],
    ['rate-limited', 'rate-limited', 'no', 0],
    ['forbidden', 'forbidden', 'no', 0],
    ['unavailable', 'server-error', 'unknown', 0],
    ['request-lost', 'unreachable', 'unknown', 0],
    ['reply-lost', 'unreachable', 'unknown', 1],
    ['reply-unavailable', 'server-error', 'unknown', 1],
  ] as const)('%s is %s, sent: %s, and never sent again', async (how, code, sent, effects) => {
    const { writer, cloud, clearance } = await tuki()
    cloud.provoke({ on: 'write', how })
    expect(await faultOf(write(writer, clearance()))).toMatchObject({ code, sent })
    expect([cloud.requests.length, cloud.writes]).toEqual([1, effects])
  })

  test('without an answer has a fate that is not known', async () => {
    const { reader, writer, cloud, clearance } = await tuki({}, 1_000)
    await reader.instance('tuki-db-prod')
    cloud.provoke({ on: 'write', how: 'silence' })
    const fault = await faultOf(write(writer, clearance()))
    expect(fault).toMatchObject({ code: 'time-out', sent: 'unknown' })
    expect(cloud.writes).toBe(1)
  })

  test('that fails says so when its operation has ended', async () => {
    const { reader, writer, cloud, clock, clearance } = await tuki()
    cloud.provoke({ on: 'write', how: 'operation-fails' })
    const { name } = await write(writer, clearance())
    clock.forward(120_000)
    const ended = await reader.operation(name)
    expect(ended.error).toMatch(/^INTERNAL_ERROR: /)
  })

  test('says which permission is missing', async () => {
    const { writer, cloud, clearance } = await tuki()
    cloud.provoke({ on: 'write', how: 'forbidden' })
    const { message } = await faultOf(write(writer, clearance()))
    expect(message).toMatch(/\(it needs cloudsql\.(instances|backupRuns)\.(create|delete)\)$/)
  })
})

describe('a replica', () => {
  test('is created with exactly what was asked, and serves when its operation has ended', async () => {
    const { reader, writer, cloud, clock, clearance } = await tuki()
    await writer.createReplica(clearance(), replica)
    expect(cloud.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/projects/tukiprod/instances',
      body: {
        name: replica.name,
        masterInstanceName: 'tuki-db-prod',
        region: 'us-central1',
        databaseVersion: 'POSTGRES_14',
        settings: {
          tier: 'db-custom-4-15360',
          edition: 'ENTERPRISE',
          availabilityType: 'ZONAL',
          dataDiskSizeGb: '50',
          userLabels: { 'plimsoll-intent': 'i1' },
        },
      },
    })
    expect((await reader.instance(replica.name)).state).toBe('PENDING_CREATE')
    clock.forward(120_000)
    expect(await reader.instance(replica.name)).toMatchObject({
      state: 'RUNNABLE',
      primary: 'tuki-db-prod',
      availability: 'zonal',
      tier: 'db-custom-4-15360',
      diskGb: 50,
      flags: {},
    })
    const { replicas, settingsVersion } = await reader.instance('tuki-db-prod')
    expect(replicas).toEqual(['tuki-db-read-replica', 'tuki-db-replica'])
    // Its creation moves the version of its primary.
    expect(settingsVersion).toBe('18')
  })

  test('whose creation failed is there and does not serve', async () => {
    const { reader, writer, cloud, clock, clearance } = await tuki()
    cloud.provoke({ on: 'write', how: 'operation-fails' })
    await writer.createReplica(clearance(), replica)
    clock.forward(120_000)
    expect((await reader.instance(replica.name)).state).toBe('FAILED')
  })

  test('of a name that is taken is refused, and the second send changes nothing', async () => {
    const { writer, cloud, clock, clearance } = await tuki()
    await writer.createReplica(clearance(), replica)
    clock.forward(120_000)
    const again = await faultOf(writer.createReplica(clearance(), replica))
    expect(again).toMatchObject({ code: 'name-taken', sent: 'no' })
    expect(again.message).toContain('until one week from the deletion date')
    expect(cloud.writes).toBe(1)
  })

  test('that was deleted is gone, and its name burnt for a week', async () => {
    const { reader, writer, clock, cloud, clearance } = await tuki()
    await writer.deleteReplica(clearance(), old)
    expect((await reader.instance(old.name)).state).toBe('PENDING_DELETE')
    clock.forward(120_000)
    expect((await faultOf(reader.instance(old.name))).code).toBe('not-found')
    expect(await reader.instance('tuki-db-prod')).toMatchObject({
      replicas: [],
      settingsVersion: '18',
    })
    const again = { ...replica, name: old.name }
    const burnt = await faultOf(writer.createReplica(clearance(), again))
    expect(burnt).toMatchObject({ code: 'name-taken', sent: 'no' })
    clock.forward(7 * 24 * 3_600_000)
    await writer.createReplica(clearance(), again)
    expect(cloud.writes).toBe(2)
  })

  test('that is none is not-found', async () => {
    const { writer, cloud, clearance } = await tuki()
    const none = { ...old, name: 'tuki-db-none' }
    const fault = await faultOf(writer.deleteReplica(clearance(), none))
    expect(fault).toMatchObject({ code: 'not-found', sent: 'no' })
    expect(cloud.writes).toBe(0)
  })

  test('of a name that is no name, or with a label that is none, leaves nothing', async () => {
    const { writer, cloud, clearance } = await tuki()
    const wrong = [
      { ...replica, name: '../instances' },
      { ...replica, userLabels: { Intent: 'I1' } },
      { ...replica, region: '' },
    ]
    for (const one of wrong)
      expect(await faultOf(writer.createReplica(clearance(), one))).toMatchObject({
        code: 'invalid',
        sent: 'no',
      })
    expect(cloud.requests).toEqual([])
  })
})

test('backups are read newest first, with their description and how they ended', async () => {
  const { reader, writer, cloud, clock, clearance } = await tuki()
  expect(await reader.backups('tuki-db-prod')).toEqual([])
  await writer.backUp(clearance(), backup)
  const enqueuedAt = clock.now()
  const seen = { description: backup.description, status: 'ENQUEUED', enqueuedAt }
  expect(await reader.backups('tuki-db-prod')).toEqual([seen])
  clock.forward(120_000)
  cloud.provoke({ on: 'write', how: 'operation-fails' })
  await writer.backUp(clearance(), { ...backup, description: 'another' })
  clock.forward(120_000)
  expect(await reader.backups('tuki-db-prod')).toMatchObject([
    { description: 'another', status: 'FAILED' },
    { description: backup.description, status: 'SUCCESSFUL' },
  ])
})
