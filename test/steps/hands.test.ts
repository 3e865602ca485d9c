/** What the hands of single steps must hold beyond what every write holds: writes.md, facts/cloudsql.md 11. */
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/steps/index.ts'
import { faultOf } from '../world/tuki-cloud.ts'
import { stage } from './stage.ts'

function entry(name: string) {
  const found = catalogue.find(name)
  if ('kind' in found) throw new Error(`${name} is gone`)
  return found
}

const database = 'tuki-db-prod'

describe('a flag', () => {
  const flag = (value: string | null, name = 'max_connections') =>
    stage(entry('set-database-flag'), { database, name, value })

  test('is sent with the whole list, so that no other flag disappears', async () => {
    const { cloud, clock, perform, step, foreseen } = flag('500')
    const { system, expects } = await foreseen()
    expect(step.effect(system).values).toMatchObject({ from: 'its default', kept: 'work_mem=8192' })
    expect(expects).toContainEqual({
      fact: `databases.${database}.flags`,
      predicted: { work_mem: '8192', max_connections: '500' },
    })
    await perform()
    clock.forward(12_000)
    const { flags } = await cloud.reader.instance(database)
    expect(flags).toEqual({ work_mem: '8192', max_connections: '500' })
  })

  test('that is unset goes, also when it is the last', async () => {
    const { cloud, clock, perform } = flag(null, 'work_mem')
    await perform()
    clock.forward(12_000)
    expect((await cloud.reader.instance(database)).flags).toEqual({})
  })

  test('is not sent with a list that is of another version than was judged', async () => {
    const { cloud, intent, perform } = flag('500')
    const fault = await faultOf(perform({ ...intent, version: '18' }))
    expect(fault).toMatchObject({ code: 'version-moved', sent: 'no' })
    expect(cloud.arrivals()).toBe(0)
  })
})

describe('a replica', () => {
  const replica = { database, name: 'tuki-db-read-replica' }
  const creation = () =>
    stage(entry('create-read-replica'), { ...replica, tier: 'db-custom-4-15360' })

  test('is made where its primary is, with its version, edition and disk', async () => {
    const { cloud, clock, perform } = creation()
    await perform()
    clock.forward(12_000)
    const primary = await cloud.reader.instance(database)
    const { region, version, edition, diskGb } = primary
    expect(await cloud.reader.instance(replica.name)).toMatchObject({
      ...{ region, version, edition, diskGb, primary: database },
      userLabels: { 'plimsoll-intent': 'i-1' },
    })
  })

  test('of that name and another shape, made by somebody else, is nobody’s success', async () => {
    const { cloud, clock, intent, perform, probe } = creation()
    await perform()
    clock.forward(12_000)
    const other = stage(entry('create-read-replica'), { ...replica, tier: 'db-custom-2-7680' })
    const read = { ...other.world.read, cloudSql: cloud.reader }
    expect(await other.act.probe({ ...intent, id: 'i-2' }, read)).toMatchObject({ kind: 'unknown' })
    expect(await probe({ ...intent, id: 'i-2' })).toEqual({ kind: 'done', by: 'as-wished' })
  })

  test('whose creation failed is not done, though an instance of its name is there', async () => {
    const { cloud, clock, perform, probe } = creation()
    cloud.provoke('operation-fails')
    await perform()
    clock.forward(12_000)
    expect(await probe()).toMatchObject({ kind: 'unknown', why: 'the replica is FAILED' })
  })

  test('is deleted only if it is one: never a primary, never somebody else’s', async () => {
    for (const primary of [null, 'another-db']) {
      const { cloud, world, act, intent, clearance, document } = stage(
        entry('delete-read-replica'),
        replica,
      )
      const instance = async (name: string) => ({ ...(await cloud.reader.instance(name)), primary })
      const cloudSql = { ...cloud.reader, instance }
      const lying = { ...world, read: { ...world.read, cloudSql } }
      const fault = await faultOf(act.perform(clearance(), intent, lying, document))
      expect(fault).toMatchObject({ code: 'invalid', sent: 'no' })
      expect(cloud.arrivals()).toBe(0)
    }
  })
})

describe('sessions', () => {
  const ending = (filter: object) =>
    stage(entry('terminate-sessions'), { database, idleInTransactionSeconds: 300, ...filter })

  test.for([
    { filter: {}, ended: [13, 14] },
    { filter: { user: 'shop' }, ended: [13] },
    { filter: { application: 'nightly' }, ended: [14] },
    { filter: { idleInTransactionSeconds: 3 }, ended: [12, 13, 14] },
    { filter: { user: 'shop', application: 'nightly' }, ended: [] },
  ])('$filter: $ended end, and no others', async ({ filter, ended }) => {
    const { postgres, perform, probe, foreseen, outcomes } = ending(filter)
    const { expects } = await foreseen()
    const before = postgres.pids()
    await perform()
    expect(postgres.pids()).toEqual(before.filter((pid) => !ended.some((one) => one === pid)))
    expect(postgres.statements()).toBe(ended.length === 0 ? 0 : 1)
    expect(await outcomes(expects)).toEqual(['confirmed'])
    expect(await probe()).toEqual({ kind: 'done', by: 'as-wished' })
  })

  test('of others do not count as left over, and ours that are left contradict', async () => {
    const { foreseen, outcomes } = ending({ user: 'shop' })
    const { expects } = await foreseen()
    expect(await outcomes(expects)).toEqual(['contradicted'])
    const none = ending({ user: 'nobody' })
    expect(await none.outcomes((await none.foreseen()).expects)).toEqual(['confirmed'])
  })

  test('that ended while the reply was lost are found to be gone', async () => {
    const { postgres, perform, probe } = ending({})
    postgres.loseReply()
    expect(await faultOf(perform())).toMatchObject({ sent: 'unknown' })
    expect(await probe()).toEqual({ kind: 'done', by: 'as-wished' })
    expect(postgres.statements()).toBe(1)
  })
})

describe('a pooler', () => {
  test('is verified by the pool that holds, in every process, and only until it restarts', async () => {
    const { foreseen, perform, outcomes } = stage(entry('set-pooler'), {
      ...{ pooler: 'pgbouncer', defaultPoolSize: 40, maxClientConn: 200 },
    })
    const { expects } = await foreseen()
    expect(expects).toEqual([
      { fact: 'poolers.pgbouncer.defaultPoolSize', predicted: 40, holds: 'until-restart' },
      { fact: 'poolers.pgbouncer.maxClientConn', predicted: 200, holds: 'until-restart' },
      { fact: 'poolers.pgbouncer.differing', predicted: [], holds: 'until-restart' },
    ])
    await perform()
    expect(await outcomes(expects)).toEqual(['confirmed', 'confirmed', 'confirmed'])
  })

  test('goes back to what was set before, and to nothing else', async () => {
    const { act, foreseen } = stage(entry('set-pooler'), {
      ...{ pooler: 'pgbouncer', mode: 'session', serverLoginRetrySeconds: 1 },
    })
    const { system } = await foreseen()
    expect(act.undo(system)).toEqual({
      kind: 'step',
      step: 'set-pooler',
      input: { pooler: 'pgbouncer', mode: 'transaction', serverLoginRetrySeconds: 15 },
    })
  })
})

test('an availability that was asked for is verified, and undone with the tier', async () => {
  const wish = { database, tier: 'db-custom-8-30720', availability: 'zonal' } as const
  const { clock, act, foreseen, perform, outcomes } = stage(entry('patch-cloud-sql-tier'), wish)
  const { system, expects } = await foreseen()
  expect(expects).toContainEqual({
    fact: `databases.${database}.availability`,
    predicted: 'zonal',
  })
  await perform()
  clock.forward(12_000)
  expect(new Set(await outcomes(expects))).toEqual(new Set(['confirmed']))
  expect(act.undo(system)).toMatchObject({
    input: { tier: 'db-custom-2-7680', availability: 'regional' },
  })
})
