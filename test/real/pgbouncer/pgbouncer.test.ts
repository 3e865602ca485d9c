/** The adapter against two real PgBouncer processes before a real PostgreSQL. facts/cloudsql.md, 3 and 7. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { mintClearance } from '../../../src/world/clearance.ts'
import { systemClock, systemTimers } from '../../../src/world/clock.ts'
import { connectPgBouncer } from '../../../src/world/pgbouncer.ts'
import { connectPostgres } from '../../../src/world/postgres.ts'
import { type PgBouncerServer, startPgBouncer } from '../servers/pgbouncer-server.ts'
import { type PostgresServer, startPostgres } from '../servers/postgres-server.ts'

let server: PostgresServer
let poolers: readonly [PgBouncerServer, PgBouncerServer]
const open: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  server = await startPostgres({ max_connections: '50' })
  await server.sql('CREATE ROLE shop LOGIN; GRANT pg_monitor TO shop')
  poolers = [await startPgBouncer(server.port), await startPgBouncer(server.port)]
})
afterAll(async () => {
  for (const pooler of poolers ?? []) await pooler.remove()
  await server?.remove()
})
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const adapter = (writeMs = 5_000, urls = poolers.map(({ adminUrl }) => adminUrl), processes = 2) =>
  connectPgBouncer({
    pooler: { name: 'pgbouncer', processes },
    adminUrls: urls,
    clock: systemClock,
    writeMs,
  })
const clearance = (target: string) =>
  mintClearance({ intent: 'i1', target, request: 'sha', sendBefore: systemClock.now() + 5_000 })
const forDatabase = () => clearance('databases.tuki-db-prod')
const forPooler = () => clearance('poolers.pgbouncer')
const whole = { pooler: 'pgbouncer', database: 'tuki-db-prod' }

async function clientOf(pooler: PgBouncerServer): Promise<Client> {
  const client = await pooler.connect()
  open.push(() => client.end())
  return client
}

describe('what is seen', () => {
  test('every process shows its version, settings, databases, pools and statistics', async () => {
    const client = await clientOf(poolers[0])
    await client.query('BEGIN; SELECT 1')
    const [first, second] = await adapter().reader.processes('pgbouncer')
    expect(first?.version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(first?.settings).toEqual({
      mode: 'transaction',
      defaultPoolSize: 5,
      reservePoolSize: 0,
      maxClientConn: 100,
      maxDbConnections: 0,
      serverLoginRetrySeconds: 1,
    })
    expect(first?.queryWaitTimeoutSeconds).toBe(120)
    expect(first?.databases).toMatchObject([{ name: 'shop', poolSize: 5, isPaused: false }])
    const pool = { database: 'shop', user: 'shop', mode: 'transaction', activeServers: 1 }
    expect(first?.pools).toMatchObject([{ ...pool, activeClients: 1, waitingClients: 0 }])
    expect(second?.pools).toEqual([])
    expect(second?.stats).toEqual([])
    await client.query('COMMIT')
  })

  test('the database is seen through a pooler in transaction mode too', async () => {
    const { reader, close } = connectPostgres({
      urls: new Map([['tuki-db-prod', poolers[0].url]]),
      clock: systemClock,
      timers: systemTimers,
    })
    open.push(close)
    expect(await reader.maxConnections('tuki-db-prod')).toBe(50)
    expect(await reader.idleInTransaction('tuki-db-prod', { idleSeconds: 0 })).toEqual([])
  })
})

describe('SET', () => {
  test('is applied to each process', async () => {
    const { reader, writer } = adapter()
    const settings = { defaultPoolSize: 9, maxClientConn: 500, serverLoginRetrySeconds: 0.5 }
    await writer.set(forPooler(), { ...whole, settings })
    for (const process of await reader.processes('pgbouncer')) {
      expect(process.settings).toMatchObject({ ...settings, reservePoolSize: 0 })
      expect(process.databases).toMatchObject([{ name: 'shop', poolSize: 9 }])
    }
    await writer.set(forPooler(), { ...whole, settings: { defaultPoolSize: 5 } })
  })

  test('is refused, and nothing is set, while a process of the document cannot be reached', async () => {
    const settings = { defaultPoolSize: 7 }
    const { reader } = adapter()
    const urls = poolers.map(({ adminUrl }) => adminUrl)
    const fewer = adapter(5_000, urls, 3).writer.set(forPooler(), { ...whole, settings })
    await expect(fewer).rejects.toMatchObject({ code: 'invalid', sent: 'no' })
    const down = 'postgres://plimsoll@127.0.0.1:1/pgbouncer'
    const halved = adapter(5_000, [poolers[0].adminUrl, down])
    const half = halved.writer.set(forPooler(), { ...whole, settings })
    await expect(half).rejects.toMatchObject({ code: 'unreachable', sent: 'no' })
    const sizes = (await reader.processes('pgbouncer')).map(
      (process) => process.settings.defaultPoolSize,
    )
    expect(sizes).toEqual([5, 5])
  })
})

describe('PAUSE and RESUME', () => {
  /** Clients that ask again and again until they are told to stop, and what they met. */
  async function customers() {
    const met = { answers: 0, errors: 0, slowestMs: 0 }
    const clients = [...poolers, ...poolers, ...poolers, ...poolers].map(clientOf)
    let isOpen = true
    const lives = (await Promise.all(clients)).map(async (client) => {
      while (isOpen) {
        const from = performance.now()
        await client.query('SELECT 1').then(
          () => (met.answers += 1),
          () => (met.errors += 1),
        )
        met.slowestMs = Math.max(met.slowestMs, performance.now() - from)
        await wait(5)
      }
    })
    const close = async () => {
      isOpen = false
      await Promise.all(lives)
      return met
    }
    return { met, close }
  }

  test('hold every client over a restart of the database: no error, and all go on', async () => {
    const { writer, reader } = adapter()
    const { met, close } = await customers()
    await wait(300)
    await writer.pause(forDatabase(), whole)
    const held = (await reader.processes('pgbouncer')).flatMap(({ databases }) => databases)
    expect(held.map(({ isPaused }) => isPaused)).toEqual([true, true])
    const before = met.answers
    await server.stop()
    await wait(500)
    await server.start()
    expect(met.answers - before).toBe(0)
    await writer.resume(forDatabase(), whole)
    await wait(1_000)
    const { answers, errors, slowestMs } = await close()
    expect(errors).toBe(0)
    expect(answers).toBeGreaterThan(before + 100)
    expect(slowestMs).toBeGreaterThan(500)
  })

  test('an open transaction is waited for, and past the time it is a fault that RESUME undoes', async () => {
    const [client, other] = [await clientOf(poolers[0]), await clientOf(poolers[1])]
    await client.query('BEGIN; SELECT 1')
    await expect(adapter(1_000).writer.pause(forDatabase(), whole)).rejects.toMatchObject({
      code: 'time-out',
      sent: 'yes',
      message: expect.stringContaining('1 transactions on shop did not end in time'),
    })
    const { writer, reader } = adapter()
    const held = (await reader.processes('pgbouncer')).flatMap(({ databases }) => databases)
    expect(held.map(({ isPaused }) => isPaused)).toEqual([true, true])
    const waiting = other.query('SELECT 1')
    await writer.resume(forDatabase(), whole)
    await waiting
    await client.query('COMMIT')
    await writer.resume(forDatabase(), whole)
  })

  test('after a WAIT_CLOSE, PAUSE still means that no transaction is open', async () => {
    const client = await clientOf(poolers[0])
    const admin = adapter()
    await client.query('SELECT 1')
    const raw = await poolers[0].admin()
    open.push(() => raw.end())
    await raw.query('RECONNECT shop')
    await raw.query('WAIT_CLOSE shop')
    await client.query('BEGIN; SELECT 1')
    const from = performance.now()
    const pausing = admin.writer.pause(forDatabase(), whole)
    await wait(700)
    await client.query('COMMIT')
    await pausing
    expect(performance.now() - from).toBeGreaterThan(650)
    await admin.writer.resume(forDatabase(), whole)
  })

  test('a process that is down keeps no other from being let go', async () => {
    const client = await clientOf(poolers[0])
    await adapter().writer.pause(forDatabase(), whole)
    await poolers[1].remove()
    const waiting = client.query('SELECT 1')
    await expect(adapter().writer.resume(forDatabase(), whole)).rejects.toMatchObject({
      code: 'unreachable',
      sent: 'yes',
      message: expect.stringContaining('process 2 of 2'),
    })
    await waiting
  })
})
