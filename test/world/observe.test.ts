/** What each answer becomes: facts by name, the worse one where processes differ; a silence costs its own alone. */
import { describe, expect, test } from 'vitest'
import { withReplica } from '../../src/capacity/changes.ts'
import type { SystemDocument } from '../../src/capacity/system.ts'
import { viewOf } from '../../src/gate/facts.ts'
import { Fault } from '../../src/world/fault.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { observe } from '../../src/world/observe.ts'
import type { PgBouncerProcess, PgBouncerReader } from '../../src/world/ports/pgbouncer.ts'
import type { PostgresReader, SessionGroup } from '../../src/world/ports/postgres.ts'
import type { WorldReader } from '../../src/world/world.ts'
import { site } from '../runs/process.ts'
import { simulateCloud } from '../runs/simulated-world.ts'
import { postgresSaying } from '../runs/talking-postgres.ts'
import { handClock } from './hand-clock.ts'

const clock = handClock()
const db = 'databases.tuki-db-prod'

async function seen(sources: Partial<WorldReader>, document: SystemDocument = site) {
  const facts = await observe(document, { ...nowhere.read, ...sources }, clock)
  const value = (name: string) => {
    const fact = facts.find((one) => one.name === name)
    return fact?.kind === 'observed' ? fact.value : `not seen: ${fact?.why}`
  }
  return { facts, value, view: viewOf(document, facts, clock.now()) }
}

function process(
  changes: Partial<PgBouncerProcess['settings']> = {},
  database: Partial<PgBouncerProcess['databases'][number]> = {},
): PgBouncerProcess {
  const settings = {
    mode: 'transaction',
    defaultPoolSize: 25,
    reservePoolSize: 0,
    maxClientConn: 5000,
    maxDbConnections: 0,
    serverLoginRetrySeconds: 15,
    ...changes,
  } as const
  const pool = { database: 'shop', user: 'shop', mode: 'transaction', idleServers: 1 }
  const counts = { activeClients: 3, waitingClients: 2, waitSeconds: 1.5, servers: 7 }
  return {
    version: '1.23.1',
    settings,
    queryWaitTimeoutSeconds: 120,
    databases: [
      {
        ...{ name: 'shop', servers: 7, isPaused: false, isDisabled: false, maxConnections: 0 },
        poolSize: settings.defaultPoolSize,
        ...database,
      },
    ],
    pools: [{ ...pool, ...counts, activeServers: 6 }],
    stats: [],
  }
}

const pooler = (...processes: readonly PgBouncerProcess[]): PgBouncerReader => ({
  processes: async () => processes,
})

describe('a pooler', () => {
  const path = 'poolers.pgbouncer'

  test('is what its processes are set to, and who waits in all of them', async () => {
    const { value, view } = await seen({ pgBouncer: pooler(process(), process()) })
    expect(value(`${path}.waitingClients`)).toBe(4)
    expect(value(`${path}.longestWaitSeconds`)).toBe(1.5)
    expect(value(`${path}.servers`)).toBe(14)
    expect(value(`${path}.differing`)).toEqual([])
    expect(view.unknown).toEqual([])
    // The document says one process.
    expect(view.drift).toEqual([{ fact: `${path}.processes`, declared: 1, observed: 2 }])
  })

  test('whose processes differ is the worse of them, and says in what', async () => {
    const smaller = process({ defaultPoolSize: 10, maxClientConn: 100, maxDbConnections: 30 })
    const session = process({ mode: 'session' }, { maxConnections: 30 })
    const { value, view } = await seen({ pgBouncer: pooler(smaller, session) })
    expect(view.system.poolers.pgbouncer).toMatchObject({
      mode: 'session',
      defaultPoolSize: 25,
      maxClientConn: 100,
      maxDbConnections: 0,
    })
    expect(value(`${path}.differing`)).toEqual([
      'mode',
      'defaultPoolSize',
      'maxClientConn',
      'maxDbConnections',
    ])
  })

  test("has the pool that holds: a database's own line beats the default", async () => {
    const own = process({ defaultPoolSize: 25 }, { poolSize: 60, maxConnections: 80 })
    const { view } = await seen({ pgBouncer: pooler(own) })
    expect(view.system.poolers.pgbouncer).toMatchObject({
      defaultPoolSize: 60,
      maxDbConnections: 80,
    })
  })

  test('that does not answer is unknown, and the document stands', async () => {
    const silent: PgBouncerReader = {
      processes: () => Promise.reject(new Fault('time-out', 'no', 'process 2 of 2: no answer')),
    }
    const { value, view } = await seen({ pgBouncer: silent })
    expect(value(`${path}.mode`)).toBe('not seen: process 2 of 2: no answer')
    expect(view.unknown).toContain(`${path}.defaultPoolSize`)
    expect(view.system).toEqual(site)
  })
})

describe('a database', () => {
  const group = (user: string, state: string, sessions: number, longestSeconds = 1) => ({
    ...{ user, application: 'gunicorn', database: 'shop' },
    ...{ state, sessions, longestSeconds },
  })
  const saying = (
    groups: readonly SessionGroup[],
    others: Partial<PostgresReader> = {},
  ): PostgresReader => ({ ...postgresSaying(400), sessions: async () => groups, ...others })

  test('says who holds its sessions, and who does nothing in a transaction', async () => {
    const groups = [
      group('reports', 'active', 2),
      group('shop', 'idle', 180),
      group('shop', 'idle in transaction', 6, 900),
      group('shop', 'idle in transaction (aborted)', 1, 20),
      group('reports', 'idle in transaction', 1, 1_200),
    ]
    const { value } = await seen({ postgres: saying(groups) })
    expect(value(`${db}.sessions`)).toBe(190)
    const [shop, reports] = [
      { user: 'shop', application: 'gunicorn' },
      { user: 'reports', application: 'gunicorn' },
    ]
    expect(value(`${db}.sessionHolders`)).toEqual([
      { ...shop, sessions: 187, active: 0, idle: 180, inTransaction: 7 },
      { ...reports, sessions: 3, active: 2, idle: 0, inTransaction: 1 },
    ])
    expect(value(`${db}.idleInTransaction`)).toEqual([
      { ...reports, sessions: 1, idleSeconds: 1_200 },
      { ...shop, sessions: 7, idleSeconds: 900 },
    ])
  })

  test('whose role may not see the sessions of others still says its slots', async () => {
    const blind = () => Promise.reject(new Fault('forbidden', 'no', 'grant it pg_monitor'))
    const { value } = await seen({ postgres: saying([], { sessions: blind }) })
    expect(value(`${db}.maxConnections`)).toBe(400)
    expect(value(`${db}.sessions`)).toBe('not seen: grant it pg_monitor')
  })

  test('says how far its replicas are behind', async () => {
    const replicas = [{ name: 'copy', state: 'streaming', lagBytes: 16, lagSeconds: 0.2 }]
    const replicationLag = async () => ({ kind: 'primary', replicas }) as const
    const { value } = await seen({ postgres: saying([], { replicationLag }) })
    expect(value(`${db}.replicationLag`)).toEqual(replicas)
  })
})

describe('replicas', () => {
  const declared = withReplica(site, {
    ...{ database: 'tuki-db-prod', name: 'tuki-db-old', tier: 'db-custom-4-15360' },
  })
  if ('code' in declared) throw new Error(declared.code)
  const document: SystemDocument = { ...site, databases: declared.databases }

  test('that nobody declared are found, and count', async () => {
    const cloudSql = simulateCloud({ clock, replicas: ['tuki-db-replica'] }).reader
    const { view } = await seen({ cloudSql })
    expect(view.system.databases['tuki-db-prod']?.replicas).toEqual({
      'tuki-db-replica': {
        ...{ tier: 'db-custom-4-15360', availability: 'zonal', diskGb: 50, flags: {} },
        ...{ systemSessions: 7, adminSessions: 0 },
      },
    })
    const fact = `${db}.replicaNames`
    expect(view.drift).toContainEqual({ fact, declared: [], observed: ['tuki-db-replica'] })
    expect(view.unknown).toEqual([])
  })

  test('that are gone count no more, and what is not known of them is no gap', async () => {
    const cloudSql = simulateCloud({ clock }).reader
    const { view } = await seen({ cloudSql }, document)
    expect(view.system.databases['tuki-db-prod']?.replicas).toEqual({})
    expect(view.unknown).toEqual([])
    const fact = `${db}.replicaNames`
    expect(view.drift).toContainEqual({ fact, declared: ['tuki-db-old'], observed: [] })
  })

  test('that are as declared are no drift, also in what the document does not say of them', async () => {
    const cloudSql = simulateCloud({ clock, replicas: ['tuki-db-old'] }).reader
    const { view } = await seen({ cloudSql }, document)
    expect(view.drift.map(({ fact }) => fact)).toEqual([`${db}.flags`])
  })

  test('stay as declared while their primary does not answer', async () => {
    const { reader } = simulateCloud({ clock })
    const instance = () => Promise.reject(new Fault('time-out', 'no', 'no answer'))
    const { view } = await seen({ cloudSql: { ...reader, instance } }, document)
    expect(Object.keys(view.system.databases['tuki-db-prod']?.replicas ?? {})).toEqual([
      'tuki-db-old',
    ])
    expect(view.unknown).toContain(`${db}.replicas.tuki-db-old.tier`)
  })
})
