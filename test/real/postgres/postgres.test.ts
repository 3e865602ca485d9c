/** The adapter against a real PostgreSQL: what it sees, and how it ends a session. */
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { mintClearance } from '../../../src/world/clearance.ts'
import { systemClock, systemTimers } from '../../../src/world/clock.ts'
import { connectPostgres } from '../../../src/world/postgres.ts'
import { type PostgresServer, startPostgres } from '../servers/postgres-server.ts'
import { run } from '../servers/program.ts'

let server: PostgresServer
const open: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  server = await startPostgres({ max_connections: '50', superuser_reserved_connections: '3' })
  await server.sql(`
    CREATE ROLE shop LOGIN; CREATE ROLE reports LOGIN;
    CREATE ROLE watcher LOGIN; GRANT pg_monitor, pg_signal_backend TO watcher`)
})
afterAll(() => server?.remove())
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

function adapter(user = 'watcher', idleMs = 30_000) {
  const urls = new Map([['tuki-db-prod', server.url(user)]])
  const postgres = connectPostgres({ urls, clock: systemClock, timers: systemTimers, idleMs })
  open.push(postgres.close)
  return postgres
}

async function session(user: string, application = 'web'): Promise<Client> {
  const client = await server.connect(user, application)
  open.push(() => client.end())
  return client
}

const db = 'tuki-db-prod'
const clearance = (target = `databases.${db}`) =>
  mintClearance({ intent: 'i1', target, request: 'sha', sendBefore: systemClock.now() + 5_000 })
const counted = async (text: string) => (await server.sql(text))[0]?.count

describe('what is seen', () => {
  test('sessions are counted by state, user, application and database', async () => {
    const { reader } = adapter()
    await session('shop')
    const idle = await session('shop', 'worker')
    await idle.query('BEGIN; SELECT 1')
    const group = { database: 'postgres', sessions: 1, longestSeconds: expect.any(Number) }
    const seen = await reader.sessions(db)
    expect(seen).toHaveLength(3)
    expect(seen).toEqual(
      expect.arrayContaining([
        { ...group, user: 'shop', application: 'web', state: 'idle' },
        { ...group, user: 'shop', application: 'worker', state: 'idle in transaction' },
        { ...group, user: 'watcher', application: 'plimsoll', state: 'active' },
      ]),
    )
    expect(await reader.maxConnections(db)).toBe(50)
  })

  test('a role that sees its own sessions alone is told so, not a small number', async () => {
    const { reader } = adapter('shop')
    await expect(reader.sessions(db)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('pg_monitor'),
    })
    expect(await reader.maxConnections(db)).toBe(50)
  })

  test('the oldest transactions come first, and idle ones by age, user and application', async () => {
    const { reader } = adapter()
    const [older, younger] = [await session('shop', 'web'), await session('reports', 'nightly')]
    await older.query('BEGIN; SELECT 1')
    await younger.query('BEGIN; SELECT 1')
    await wait(1_100)
    await younger.query('SELECT 1')
    const longest = await reader.longestTransactions(db)
    expect(longest.map(({ user }) => user)).toEqual(['shop', 'reports'])
    expect(longest[0]?.ageSeconds).toBeGreaterThan(1)
    const idle = (filter: object) => reader.idleInTransaction(db, { idleSeconds: 0, ...filter })
    expect((await idle({})).map(({ application }) => application)).toEqual(['web', 'nightly'])
    expect((await idle({ idleSeconds: 1 })).map(({ user }) => user)).toEqual(['shop'])
    expect((await idle({ user: 'reports' })).map(({ user }) => user)).toEqual(['reports'])
    expect(await idle({ user: 'reports', application: 'web' })).toEqual([])
  })

  test('a setting that waits for a restart is seen', async () => {
    const { reader } = adapter()
    expect(await reader.pendingRestart(db)).toEqual([])
    await server.sql('ALTER SYSTEM SET max_connections = 60')
    await server.sql('SELECT pg_reload_conf()')
    await wait(300)
    expect(await reader.pendingRestart(db)).toEqual(['max_connections'])
    await server.sql('ALTER SYSTEM RESET max_connections')
    await server.sql('SELECT pg_reload_conf()')
  })

  test('a standby and its lag are seen from both sides', async () => {
    const { reader } = adapter()
    expect(await reader.replicationLag(db)).toEqual({ kind: 'primary', replicas: [] })
    const replica = await server.replica()
    const seen = { name: 'walreceiver', state: 'streaming', lagBytes: expect.any(Number) }
    await expect
      .poll(() => reader.replicationLag(db), { timeout: 5_000 })
      .toMatchObject({ kind: 'primary', replicas: [seen] })
    const urls = new Map([['copy', replica.url('watcher')]])
    const other = connectPostgres({ urls, clock: systemClock, timers: systemTimers, idleMs: 0 })
    expect(await other.reader.replicationLag('copy')).toEqual({
      kind: 'replica',
      isReceiving: true,
      isPaused: false,
      lagSeconds: expect.any(Number),
    })
    await replica.sql('SELECT pg_wal_replay_pause()')
    await expect
      .poll(() => other.reader.replicationLag('copy'))
      .toMatchObject({ isPaused: true, isReceiving: true })
    await replica.remove()
  })
})

describe('the connection', () => {
  test('with every slot but the reserved taken, a role that may use those still answers', async () => {
    for (let taken = 0; taken < 47; taken += 1) await session('shop')
    const refused = adapter('watcher').reader.sessions(db)
    await expect(refused).rejects.toMatchObject({
      code: 'busy',
      sent: 'no',
      message: expect.stringContaining('no connection slot is left for its role (53300)'),
    })
    const { reader } = adapter('postgres')
    expect(await reader.maxConnections(db)).toBe(50)
    const held = (await reader.sessions(db)).find(({ user }) => user === 'shop')
    expect(held).toMatchObject({ application: 'web', state: 'idle', sessions: 47 })
  })

  test('it is one, whatever is asked at once, and closed when nobody asks', async () => {
    const { reader } = adapter('watcher', 200)
    await Promise.all(Array.from({ length: 8 }, () => reader.sessions(db)))
    const ours = `SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'plimsoll'`
    expect(await counted(ours)).toBe(1)
    await expect.poll(() => counted(ours)).toBe(0)
    expect(await reader.maxConnections(db)).toBe(50)
  })

  test('an open reader survives a restart: a fault while it is down, the next read works', async () => {
    const { reader } = adapter()
    expect(await reader.maxConnections(db)).toBe(50)
    await server.stop()
    await server.start()
    expect(await reader.maxConnections(db)).toBe(50)
    await server.stop()
    await expect(reader.maxConnections(db)).rejects.toMatchObject({
      code: 'unreachable',
      message: `${db}: not reachable (ECONNREFUSED)`,
    })
    await server.start()
    expect(await reader.maxConnections(db)).toBe(50)
  })
})

describe('TLS', () => {
  const certificate = (name: string) => join(server.folder, `${name}.crt`)

  async function certify(name: string): Promise<void> {
    const subject = ['-subj', '/CN=tukiprod:tuki-db-prod', '-days', '2', '-nodes']
    const files = ['-keyout', join(server.folder, `${name}.key`), '-out', certificate(name)]
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...subject, ...files])
  }

  function over(parameters: string) {
    const urls = new Map([[db, `${server.url('watcher')}?${parameters}`]])
    const postgres = connectPostgres({ urls, clock: systemClock, timers: systemTimers })
    open.push(postgres.close)
    return postgres.reader.maxConnections(db)
  }

  test('is as the URL says, and never less', async () => {
    await expect(over('sslmode=require')).rejects.toMatchObject({ code: 'unreachable' })
    await certify('server')
    await certify('stranger')
    await server.sql(`ALTER SYSTEM SET ssl_cert_file = '${certificate('server')}'`)
    await server.sql(`ALTER SYSTEM SET ssl_key_file = '${join(server.folder, 'server.key')}'`)
    await server.sql('ALTER SYSTEM SET ssl = on')
    await server.sql('SELECT pg_reload_conf()')
    await expect
      .poll(async () => (await server.sql('SHOW ssl'))[0]?.ssl, { timeout: 3_000 })
      .toBe('on')

    expect(await over('sslmode=require')).toBe(50)
    expect(await over(`sslmode=verify-ca&sslrootcert=${certificate('server')}`)).toBe(50)
    expect(
      await counted(`SELECT count(*)::int FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                     WHERE ssl AND application_name = 'plimsoll'`),
    ).toBe(2)
    for (const wrong of [
      `sslmode=verify-ca&sslrootcert=${certificate('stranger')}`,
      // Its name is the instance's, not the address's.
      `sslmode=verify-full&sslrootcert=${certificate('server')}`,
      'sslmode=verify-full',
      'sslmode=verify-ca&sslrootcert=missing.crt',
    ])
      await expect(over(wrong), wrong).rejects.toMatchObject({ code: 'unreachable', sent: 'no' })
  })
})

describe('the end of a session', () => {
  async function idler() {
    const { reader, writer } = adapter()
    const client = await session('shop')
    await client.query('BEGIN; SELECT 1')
    const [found] = await reader.idleInTransaction(db, { idleSeconds: 0 })
    if (found === undefined) throw new Error('it is not seen')
    return { reader, writer, client, found }
  }

  test('it is ended by its pid and start', async () => {
    const { reader, writer, client, found } = await idler()
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    const told = await writer.terminateSessions(clearance(), db, [found])
    expect(told).toEqual([found])
    await ended
    expect(await reader.idleInTransaction(db, { idleSeconds: 0 })).toEqual([])
  })

  test('a pid that is used again, or whose transaction is another, is left alone', async () => {
    const { writer, client, found } = await idler()
    const before = '2026-01-01T00:00:00.000000Z'
    const { pid, backendStart } = found
    for (const gone of [
      { pid, backendStart: before },
      { pid, backendStart, transactionStart: before },
    ])
      expect(await writer.terminateSessions(clearance(), db, [gone])).toEqual([])
    await client.query('SELECT 1')
    await client.query('COMMIT')
    expect(await writer.terminateSessions(clearance(), db, [found])).toEqual([])
    await client.query('SELECT 1')
  })

  test('without a clearance for this database that is still good, nothing is ended', async () => {
    const { writer, client, found } = await idler()
    const spent = clearance()
    spent.spend(systemClock.now(), `databases.${db}`)
    for (const no of [spent, clearance('databases.other')])
      await expect(writer.terminateSessions(no, db, [found])).rejects.toMatchObject({ sent: 'no' })
    await client.query('SELECT 1')
  })

  test('a session that the role may not end is a fault whose fate is said', async () => {
    const { writer, reader } = adapter()
    const superior = await session('postgres')
    await superior.query('BEGIN; SELECT 1')
    const found = await reader.idleInTransaction(db, { idleSeconds: 0 })
    await expect(writer.terminateSessions(clearance(), db, found)).rejects.toMatchObject({
      code: 'forbidden',
      sent: 'unknown',
    })
    await superior.query('SELECT 1')
  })
})
