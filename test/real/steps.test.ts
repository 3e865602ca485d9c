/** The hands of steps on real servers: sessions that end, a pooler whose processes are set, each verified. */
import type { Client } from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { BoundStep, Intent } from '../../src/define/step.ts'
import { evidenceFor } from '../../src/gate/evidence.ts'
import { viewOf } from '../../src/gate/facts.ts'
import { setPooler } from '../../src/steps/set-pooler.ts'
import { terminateSessions } from '../../src/steps/terminate-sessions.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { systemClock, systemTimers } from '../../src/world/clock.ts'
import { nowhere } from '../../src/world/nowhere.ts'
import { observe } from '../../src/world/observe.ts'
import { connectPgBouncer } from '../../src/world/pgbouncer.ts'
import { connectPostgres } from '../../src/world/postgres.ts'
import type { World } from '../../src/world/world.ts'
import { site } from '../runs/process.ts'
import { type PgBouncerServer, startPgBouncer } from './servers/pgbouncer-server.ts'
import { type PostgresServer, startPostgres } from './servers/postgres-server.ts'

const database = 'tuki-db-prod'
let server: PostgresServer
let poolers: readonly [PgBouncerServer, PgBouncerServer]
let world: World
const open: (() => Promise<unknown>)[] = []

const pooler = site.poolers.pgbouncer
if (pooler === undefined) throw new Error('no pooler')
const document = { ...site, poolers: { pgbouncer: { ...pooler, processes: 2 } } }

beforeAll(async () => {
  server = await startPostgres({ max_connections: '50' })
  await server.sql(`
    CREATE ROLE shop LOGIN; CREATE ROLE reports LOGIN;
    CREATE ROLE bot LOGIN; GRANT pg_monitor, pg_signal_backend TO bot`)
  poolers = [await startPgBouncer(server.port), await startPgBouncer(server.port)]
  const postgres = connectPostgres({
    urls: new Map([[database, server.url('bot')]]),
    ...{ clock: systemClock, timers: systemTimers, idleMs: 0 },
  })
  const pgBouncer = connectPgBouncer({
    pooler: { name: 'pgbouncer', processes: 2 },
    adminUrls: poolers.map(({ adminUrl }) => adminUrl),
    clock: systemClock,
  })
  world = {
    read: { ...nowhere.read, postgres: postgres.reader, pgBouncer: pgBouncer.reader },
    write: { ...nowhere.write, postgres: postgres.writer, pgBouncer: pgBouncer.writer },
  }
})
afterAll(async () => {
  for (const one of poolers ?? []) await one.remove()
  await server?.remove()
})
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** Foreseen, sent and verified as a run does it. */
async function performed(step: BoundStep) {
  const { act } = step
  if (act.kind !== 'write') throw new Error(`${step.name} writes nothing`)
  const now = systemClock.now()
  const intent: Intent = {
    ...{ id: 'i-1', target: step.target, version: null },
    ...{ intendedAt: now, sendBefore: now + 5_000 },
  }
  const view = viewOf(document, await observe(document, world.read, systemClock), now + 5_000)
  const prediction = step.predict(view.system)
  if ('kind' in prediction) throw new Error(prediction.code)
  const before = await act.probe(intent, world.read)
  const clearance = mintClearance({ ...intent, intent: intent.id, request: 'sha' })
  const sent = await act.perform(clearance, intent, world, view.system)
  const after = await act.probe(intent, world.read)
  const expects = act.expects(prediction.after)
  const endedAt = systemClock.now()
  const facts = await observe(document, world.read, systemClock)
  const evidence = evidenceFor(expects, facts, endedAt, world.read)
  const outcomes = evidence.map(({ fact, outcome }) => [fact.split('.').at(-1), outcome])
  return { sent, before, after, outcomes, undo: act.undo(view.system) }
}

async function idler(user: string, application: string): Promise<Client> {
  const client = await server.connect(user, application)
  open.push(() => client.end().catch(() => undefined))
  await client.query('BEGIN; SELECT 1')
  return client
}

test('terminate-sessions ends those that it names, and leaves the others in their transactions', async () => {
  const [ours, other] = [await idler('shop', 'web'), await idler('reports', 'nightly')]
  const ended = new Promise<void>((resolve) => ours.once('end', resolve))
  const step = terminateSessions({ database, idleInTransactionSeconds: 0, user: 'shop' })
  expect(await performed(step)).toMatchObject({
    before: { kind: 'absent' },
    sent: { kind: 'done' },
    after: { kind: 'done', by: 'as-wished' },
    outcomes: [['idleInTransaction', 'confirmed']],
  })
  await ended
  await other.query('COMMIT')
})

test('set-pooler sets every process, is verified by the pools that hold, and goes back', async () => {
  const change = { pooler: 'pgbouncer', defaultPoolSize: 9, maxClientConn: 300 }
  const { undo, ...rest } = await performed(setPooler(change))
  expect(rest).toMatchObject({
    before: { kind: 'absent' },
    after: { kind: 'done', by: 'as-wished' },
    outcomes: [
      ['defaultPoolSize', 'confirmed'],
      ['maxClientConn', 'confirmed'],
      ['differing', 'confirmed'],
    ],
  })
  expect(undo).toMatchObject({
    input: { pooler: 'pgbouncer', defaultPoolSize: 5, maxClientConn: 100 },
  })
  const back = await performed(setPooler({ ...change, defaultPoolSize: 5, maxClientConn: 100 }))
  expect(back.outcomes.every(([, outcome]) => outcome === 'confirmed')).toBe(true)
})

test('set-pooler is contradicted where a process was set to something else', async () => {
  const admin = await poolers[1].admin()
  open.push(() => admin.end())
  await admin.query(`SET reserve_pool_size = '3'`)
  const { outcomes } = await performed(setPooler({ pooler: 'pgbouncer', defaultPoolSize: 6 }))
  expect(outcomes).toEqual([
    ['defaultPoolSize', 'confirmed'],
    ['differing', 'contradicted'],
  ])
})
