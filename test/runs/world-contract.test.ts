/** The simulated world behaves as the real adapter does against the local cloud: one contract, run over both. */
import { describe, expect, test } from 'vitest'
import { mintClearance } from '../../src/world/clearance.ts'
import { handClock } from '../world/hand-clock.ts'
import { faultOf, tuki } from '../world/tuki-cloud.ts'
import { type Mishap, simulateCloud, type TestCloud } from './simulated-world.ts'

type Opened = { readonly clock: ReturnType<typeof handClock>; readonly cloud: TestCloud }
type Opener = (options?: { readonly readLagMs?: number }) => Promise<Opened>

const database = 'tuki-db-prod'
const replica = 'tuki-db-replica'
const patch = {
  instance: database,
  settingsVersion: '17',
  tier: 'db-custom-8-30720',
  userLabels: { team: 'tickets', 'plimsoll-intent': 'i1' },
}

const cleared = (clock: Opened['clock'], target = `databases.${database}`) =>
  mintClearance({ intent: 'i1', target, request: 'sha', sendBefore: clock.now() + 5_000 })

const simulated: Opener = async ({ readLagMs = 0 } = {}) => {
  const clock = handClock()
  return { clock, cloud: simulateCloud({ clock, readLagMs, replicas: [replica] }) }
}

const real: Opener = async ({ readLagMs = 0 } = {}) => {
  const times = { operationSeconds: 12, restartSeconds: 6 }
  const { clock, cloud, reader, writer } = await tuki({ ...times, readLagMs })
  const provoke = (mishap: Mishap): void => {
    if (typeof mishap === 'object') throw new Error('the local cloud has no late letters')
    cloud.provoke({ on: 'write', how: mishap })
  }
  return {
    clock,
    cloud: {
      reader,
      writer,
      writes: () => cloud.writes,
      arrivals: () => cloud.requests.filter(({ method }) => method !== 'GET').length,
      provoke,
    },
  }
}

for (const [name, open] of [
  ['the local cloud through the adapter', real],
  ['the simulated world', simulated],
] as const)
  describe(name, () => {
    reads(open)
    writes(open)
    goesWrong(open)
    otherWrites(open)
  })

function reads(open: Opener): void {
  test('an instance is read whole', async () => {
    const { cloud } = await open()
    expect(await cloud.reader.instance(database)).toEqual({
      name: database,
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
    expect(await cloud.reader.operations(database)).toEqual([])
  })

  test('what is not there is not-found', async () => {
    const { reader } = (await open()).cloud
    for (const question of [reader.instance('no-db'), reader.operation('op-none')])
      expect(await faultOf(question)).toMatchObject({ code: 'not-found', sent: 'no' })
  })

  test('reads that lag show the world as it was', async () => {
    const { clock, cloud } = await open({ readLagMs: 3_000 })
    clock.forward(5_000)
    const { name } = await cloud.writer.patch(cleared(clock), patch)
    clock.forward(2_999)
    expect(await cloud.reader.operations(database)).toEqual([])
    expect((await cloud.reader.instance(database)).settingsVersion).toBe('17')
    clock.forward(1)
    expect(await cloud.reader.operations(database)).toMatchObject([{ name, status: 'pending' }])
    expect((await cloud.reader.instance(database)).settingsVersion).toBe('18')
  })
}

function writes(open: Opener): void {
  test('the version moves at once, the tier and the label when the operation has taken hold', async () => {
    const { clock, cloud } = await open()
    const { insertedAt, ...accepted } = await cloud.writer.patch(cleared(clock), patch)
    expect(accepted).toMatchObject({ instance: database, type: 'UPDATE', status: 'pending' })
    expect(insertedAt).toBe(clock.now())
    expect(await cloud.reader.instance(database)).toMatchObject({
      settingsVersion: '18',
      tier: 'db-custom-2-7680',
      userLabels: { team: 'tickets' },
    })
    clock.forward(10_800)
    expect((await cloud.reader.operation(accepted.name)).status).toBe('running')
    expect(await cloud.reader.instance(database)).toMatchObject({
      tier: 'db-custom-8-30720',
      userLabels: patch.userLabels,
    })
    clock.forward(1_200)
    expect(await cloud.reader.operation(accepted.name)).toMatchObject({
      status: 'done',
      error: null,
      startedAt: (insertedAt ?? 0) + 1_200,
      endedAt: clock.now(),
    })
    expect(cloud.writes()).toBe(1)
  })

  test('a stale version is refused and changes nothing; a current one waits for the operation', async () => {
    const { clock, cloud } = await open()
    await cloud.writer.patch(cleared(clock), patch)
    const stale = await faultOf(cloud.writer.patch(cleared(clock), patch))
    expect(stale).toMatchObject({ code: 'version-moved', sent: 'no' })
    const next = { ...patch, settingsVersion: '18' }
    const busy = await faultOf(cloud.writer.patch(cleared(clock), next))
    expect(busy).toMatchObject({ code: 'busy', sent: 'no' })
    clock.forward(12_000)
    await cloud.writer.patch(cleared(clock), next)
    expect([cloud.writes(), cloud.arrivals()]).toEqual([2, 4])
  })

  test('a clearance sends once, in its time, to its target', async () => {
    const { clock, cloud } = await open()
    const once = cleared(clock)
    await cloud.writer.patch(once, patch)
    const late = cleared(clock)
    clock.forward(5_001)
    for (const clearance of [once, late])
      expect(await faultOf(cloud.writer.patch(clearance, patch))).toMatchObject({
        code: 'expired',
        sent: 'no',
      })
    const other = cleared(clock, 'databases.other-db')
    expect((await faultOf(cloud.writer.patch(other, patch))).code).toBe('invalid')
    expect(cloud.arrivals()).toBe(1)
  })
}

function goesWrong(open: Opener): void {
  test.for([
    { how: 'stale', fault: { code: 'version-moved', sent: 'no' }, writes: 0 },
    { how: 'busy', fault: { code: 'busy', sent: 'no' }, writes: 0 },
    {
      how: 'rate-limited',
      fault: { code: 'rate-limited', sent: 'no', retryAfterMs: 60_000 },
      writes: 0,
    },
    { how: 'unavailable', fault: { code: 'server-error', sent: 'unknown' }, writes: 0 },
    { how: 'request-lost', fault: { code: 'unreachable', sent: 'unknown' }, writes: 0 },
    { how: 'reply-lost', fault: { code: 'unreachable', sent: 'unknown' }, writes: 1 },
  ] as const)('$how is this fault, with $writes effects', async ({ how, fault, writes: count }) => {
    const { clock, cloud } = await open()
    cloud.provoke(how)
    expect(await faultOf(cloud.writer.patch(cleared(clock), patch))).toMatchObject(fault)
    expect(cloud.writes()).toBe(count)
    const { settingsVersion } = await cloud.reader.instance(database)
    expect(settingsVersion).toBe(count === 1 ? '18' : '17')
  })

  test('an operation that fails says so when it has ended, and the tier stays', async () => {
    const { clock, cloud } = await open()
    cloud.provoke('operation-fails')
    const { name, error } = await cloud.writer.patch(cleared(clock), patch)
    expect(error).toBeNull()
    clock.forward(12_000)
    const ended = await cloud.reader.operation(name)
    expect(ended).toMatchObject({
      status: 'done',
      error: expect.stringMatching(/^INTERNAL_ERROR: /),
    })
    expect(await cloud.reader.instance(database)).toMatchObject({
      tier: 'db-custom-2-7680',
      settingsVersion: '18',
      userLabels: { team: 'tickets' },
    })
  })
}

const fresh = {
  ...{ name: 'tuki-db-read-replica', primary: database, region: 'us-central1', version: 14 },
  ...{ tier: 'db-custom-4-15360', diskGb: 50 },
  edition: 'enterprise',
  userLabels: { 'plimsoll-intent': 'i1' },
} as const

function otherWrites(open: Opener): void {
  test('a replica is there at once, serves when its operation has ended, and keeps its name', async () => {
    const { clock, cloud } = await open()
    const { type, instance } = await cloud.writer.createReplica(cleared(clock), fresh)
    expect([type, instance]).toEqual(['CREATE_REPLICA', fresh.name])
    expect((await cloud.reader.instance(fresh.name)).state).toBe('PENDING_CREATE')
    const patched = faultOf(cloud.writer.patch(cleared(clock), { ...patch, settingsVersion: '18' }))
    expect(await patched).toMatchObject({ code: 'busy', sent: 'no' })
    clock.forward(12_000)
    expect(await cloud.reader.instance(fresh.name)).toMatchObject({
      ...{ state: 'RUNNABLE', primary: database, tier: fresh.tier, availability: 'zonal' },
      ...{ version: 14, region: fresh.region, userLabels: fresh.userLabels, flags: {} },
    })
    const { replicas, settingsVersion } = await cloud.reader.instance(database)
    expect([replicas, settingsVersion]).toEqual([[fresh.name, replica], '18'])
    const again = await faultOf(cloud.writer.createReplica(cleared(clock), fresh))
    expect(again).toMatchObject({ code: 'name-taken', sent: 'no' })
    expect(cloud.writes()).toBe(1)
  })

  test('a replica that is deleted goes with its operation, and its name is burnt', async () => {
    const { clock, cloud } = await open()
    const gone = { name: replica, primary: database }
    expect((await cloud.writer.deleteReplica(cleared(clock), gone)).type).toBe('DELETE')
    expect((await cloud.reader.instance(replica)).state).toBe('PENDING_DELETE')
    clock.forward(12_000)
    expect((await faultOf(cloud.reader.instance(replica))).code).toBe('not-found')
    expect((await cloud.reader.instance(database)).replicas).toEqual([])
    const twice = await faultOf(cloud.writer.deleteReplica(cleared(clock), gone))
    expect(twice).toMatchObject({ code: 'not-found', sent: 'no' })
    const reborn = { ...fresh, name: replica }
    const burnt = await faultOf(cloud.writer.createReplica(cleared(clock), reborn))
    expect(burnt).toMatchObject({ code: 'name-taken', sent: 'no' })
  })

  test('a backup shows its description and how far it is, and a second one waits', async () => {
    const { clock, cloud } = await open()
    const backup = { instance: database, description: 'plimsoll-intent i1' }
    expect((await cloud.writer.backUp(cleared(clock), backup)).type).toBe('BACKUP_VOLUME')
    const { description } = backup
    const enqueuedAt = clock.now()
    expect(await cloud.reader.backups(database)).toEqual([
      { description, status: 'ENQUEUED', enqueuedAt },
    ])
    const second = await faultOf(cloud.writer.backUp(cleared(clock), backup))
    expect(second).toMatchObject({ code: 'busy', sent: 'no' })
    clock.forward(12_000)
    expect(await cloud.reader.backups(database)).toMatchObject([{ status: 'SUCCESSFUL' }])
    expect((await cloud.reader.instance(database)).settingsVersion).toBe('17')
  })

  test('what fails says so: no replica, no deletion, no backup', async () => {
    const { clock, cloud } = await open()
    const { writer } = cloud
    const failing = [
      () => writer.createReplica(cleared(clock), fresh),
      () => writer.deleteReplica(cleared(clock), { name: replica, primary: database }),
      () => writer.backUp(cleared(clock), { instance: database, description: 'a test' }),
    ]
    for (const write of failing) {
      cloud.provoke('operation-fails')
      const { name } = await write()
      clock.forward(12_000)
      expect((await cloud.reader.operation(name)).error).toMatch(/^INTERNAL_ERROR: /)
    }
    expect((await cloud.reader.instance(fresh.name)).state).toBe('FAILED')
    expect((await cloud.reader.instance(replica)).state).toBe('RUNNABLE')
    expect(await cloud.reader.backups(database)).toMatchObject([{ status: 'FAILED' }])
  })
}
