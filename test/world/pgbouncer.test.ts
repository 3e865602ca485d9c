/** The console's adapter against processes that lie, fail and fall silent. facts/cloudsql.md, 3 and 7. */
import { afterEach, describe, expect, test } from 'vitest'
import { mintClearance } from '../../src/world/clearance.ts'
import { connectPgBouncer } from '../../src/world/pgbouncer.ts'
import { type Answer, type Asked, startWire } from './postgres-wire.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const done: Answer = { kind: 'rows', rows: [] }
const no: Answer = { kind: 'error', code: '08P01', message: 'SET failed' }
const whole = { pooler: 'pgbouncer', database: 'tuki-db-prod' }

/** A process as 1.23 answers: numbers as text. */
function process() {
  const state = { paused: 0, active: 0 }
  const answer = ({ sql }: Asked): Answer => {
    const pool = {
      ...{ database: 'shop', user: 'shop', cl_active: '3', cl_waiting: '2' },
      ...{ sv_active: String(state.active), sv_idle: '1', sv_used: '0', sv_tested: '0' },
      ...{ sv_login: '0', maxwait: '1', maxwait_us: '500000', pool_mode: 'transaction' },
    }
    const database = {
      ...{ name: 'shop', pool_size: '7', max_connections: '0', current_connections: '2' },
      ...{ paused: String(state.paused), disabled: '0' },
    }
    const config = {
      ...{ pool_mode: 'transaction', default_pool_size: '25', reserve_pool_size: '0' },
      ...{ max_client_conn: '5000', max_db_connections: '0', server_login_retry: '0.5' },
      ...{ query_wait_timeout: '120', auth_file: '' },
    }
    const stats = { database: 'shop', total_query_count: '10', avg_query_count: '4' }
    switch (sql) {
      case 'SHOW VERSION':
        return { kind: 'rows', rows: [{ version: 'PgBouncer 1.23.1' }] }
      case 'SHOW CONFIG':
        return {
          kind: 'rows',
          rows: Object.entries(config).map(([key, value]) => ({ key, value })),
        }
      case 'SHOW DATABASES':
        return { kind: 'rows', rows: [database, { ...database, name: 'pgbouncer', paused: '0' }] }
      case 'SHOW POOLS':
        return { kind: 'rows', rows: [pool, { ...pool, database: 'pgbouncer' }] }
      case 'SHOW STATS':
        return {
          kind: 'rows',
          rows: [{ ...stats, avg_query_time: '2500', avg_wait_time: '750' }],
        }
      case 'PAUSE "shop"':
        state.paused = 1
        return done
      case 'RESUME "shop"':
        state.paused = 0
        return done
      default:
        return done
    }
  }
  return { state, answer }
}

type Answering = (asked: Asked) => Answer

async function adapter(answers: readonly [Answering, Answering], writeMs = 2_000, processes = 2) {
  const wires = [await startWire(answers[0]), await startWire(answers[1])]
  open.push(...wires.map(({ stop }) => stop))
  const adminUrls = wires.map(({ port }) => `postgres://bot:s3cret@127.0.0.1:${port}/pgbouncer`)
  const clearance = (target: string) =>
    mintClearance({ intent: 'i1', target, request: 'sha', sendBefore: 6_000 })
  const asked = (pattern: RegExp) =>
    wires.map((wire) => wire.asked.map(({ sql }) => sql).filter((sql) => pattern.test(sql)))
  const clock = { now: () => 1_000 }
  const times = { connectMs: 300, answerMs: 500, writeMs }
  const documented = { name: 'pgbouncer', processes }
  const pooler = connectPgBouncer({ pooler: documented, adminUrls, clock, ...times })
  const forPooler = () => clearance('poolers.pgbouncer')
  const forDatabase = () => clearance('databases.tuki-db-prod')
  return { ...pooler, wires, asked, forPooler, forDatabase }
}

describe('what is seen', () => {
  test('numbers are numbers, whatever type this version gives them, and the console is left out', async () => {
    const { reader, wires } = await adapter([process().answer, process().answer])
    const [seen, ...others] = await reader.processes('pgbouncer')
    expect(others).toHaveLength(1)
    expect(seen).toEqual({
      version: '1.23.1',
      settings: {
        mode: 'transaction',
        defaultPoolSize: 25,
        reservePoolSize: 0,
        maxClientConn: 5000,
        maxDbConnections: 0,
        serverLoginRetrySeconds: 0.5,
      },
      queryWaitTimeoutSeconds: 120,
      databases: [
        {
          name: 'shop',
          poolSize: 7,
          maxConnections: 0,
          servers: 2,
          isPaused: false,
          isDisabled: false,
        },
      ],
      pools: [
        {
          ...{ database: 'shop', user: 'shop', mode: 'transaction', activeClients: 3 },
          ...{ waitingClients: 2, waitSeconds: 1.5, activeServers: 0, idleServers: 1, servers: 1 },
        },
      ],
      stats: [
        {
          ...{ database: 'shop', queryCount: 10, queriesPerSecond: 4 },
          ...{ meanQueryMs: 2.5, meanWaitMs: 0.75 },
        },
      ],
    })
    const protocols = wires.flatMap(({ asked }) => asked.map(({ protocol }) => protocol))
    expect(new Set(protocols)).toEqual(new Set(['start', 'simple']))
  })

  test('a process that is silent or that is not understood is a fault that names it, not its URL', async () => {
    const silent = await adapter([process().answer, () => ({ kind: 'silence' })])
    const fault = await silent.reader.processes('pgbouncer').catch((error: Error) => error)
    expect(String(fault)).toBe('Fault: PgBouncer process 2 of 2: no answer in time')
    const strange = await adapter([process().answer, () => done])
    await expect(strange.reader.processes('pgbouncer')).rejects.toMatchObject({
      code: 'unreadable',
    })
  })
})

describe('SET', () => {
  const settings = { defaultPoolSize: 40, mode: 'session' } as const

  test('is one command for each setting and process, for one clearance', async () => {
    const { writer, asked, forPooler } = await adapter([process().answer, process().answer])
    const clearance = forPooler()
    await writer.set(clearance, { ...whole, settings })
    const commands = [`SET pool_mode = 'session'`, `SET default_pool_size = '40'`]
    expect(asked(/^SET/)).toEqual([commands, commands])
    await expect(writer.set(clearance, { ...whole, settings })).rejects.toMatchObject({
      code: 'expired',
      sent: 'no',
    })
    expect(asked(/^SET/)).toEqual([commands, commands])
  })

  test('that one process refuses after the other took it has been sent', async () => {
    const refusing: Answering = (asked) =>
      asked.sql.startsWith('SET') ? no : process().answer(asked)
    const { writer, forPooler } = await adapter([process().answer, refusing])
    await expect(writer.set(forPooler(), { ...whole, settings })).rejects.toMatchObject({
      sent: 'yes',
      message: expect.stringContaining('process 2 of 2'),
    })
  })

  test('of nothing or of nonsense is refused unsent', async () => {
    const { writer, wires, forPooler } = await adapter([process().answer, process().answer])
    for (const change of [
      { ...whole, settings: {} },
      { ...whole, settings: { defaultPoolSize: 0.5 } },
    ])
      await expect(writer.set(forPooler(), change)).rejects.toMatchObject({
        code: 'invalid',
        sent: 'no',
      })
    expect(wires.flatMap(({ asked }) => asked)).toEqual([])
  })

  test('where more processes are documented, or for another pooler, nothing is set nor seen', async () => {
    const answers = [process().answer, process().answer] as const
    const { writer, reader, wires, forPooler } = await adapter(answers, 2_000, 3)
    await expect(writer.set(forPooler(), { ...whole, settings })).rejects.toMatchObject({
      code: 'invalid',
      sent: 'no',
      message:
        'pgbouncer has 3 processes in the System document, and PGBOUNCER_ADMIN_URLS leads to 2',
    })
    await expect(reader.processes('pgbouncer')).rejects.toMatchObject({ code: 'invalid' })
    await expect(reader.processes('other')).rejects.toMatchObject({ code: 'not-found' })
    expect(wires.flatMap(({ asked }) => asked)).toEqual([])
  })
})

describe('PAUSE', () => {
  test('that returns while a transaction is open is not over before the transaction is', async () => {
    const [first, second] = [process(), process()]
    second.state.active = 1
    const { writer, asked, forDatabase } = await adapter([first.answer, second.answer])
    const pausing = writer.pause(forDatabase(), whole)
    let isOver = false
    void pausing.then(() => {
      isOver = true
    })
    await expect.poll(() => asked(/POOLS/)[1]?.length).toBeGreaterThan(3)
    expect(isOver).toBe(false)
    second.state.active = 0
    await pausing
    expect(asked(/PAUSE/)).toEqual([['PAUSE "shop"'], ['PAUSE "shop"']])
  })

  test('that is not over in time has been sent, and says who waits', async () => {
    const [first, second] = [process(), process()]
    second.state.active = 4
    const { writer, forDatabase } = await adapter([first.answer, second.answer], 300)
    await expect(writer.pause(forDatabase(), whole)).rejects.toMatchObject({
      code: 'time-out',
      sent: 'yes',
      message: expect.stringContaining('4 transactions on shop'),
    })
  })

  test('is not sent to one process while another cannot be reached', async () => {
    const { writer, asked, forDatabase } = await adapter([
      process().answer,
      () => ({ kind: 'silence' }),
    ])
    await expect(writer.pause(forDatabase(), whole)).rejects.toMatchObject({ sent: 'no' })
    expect(asked(/PAUSE/)).toEqual([[], []])
  })
})

describe('RESUME', () => {
  test('is sent where something is held, also when the number of processes is not as documented', async () => {
    const [first, second] = [process(), process()]
    second.state.paused = 1
    const answers = [first.answer, second.answer] as const
    const { writer, asked, forDatabase } = await adapter(answers, 2_000, 3)
    const more = writer.resume(forDatabase(), whole)
    await expect(more).rejects.toMatchObject({ code: 'invalid', sent: 'yes' })
    expect(asked(/RESUME/)).toEqual([[], ['RESUME "shop"']])
    expect(second.state.paused).toBe(0)
  })

  test('that changes nothing is a fault', async () => {
    const held = process()
    held.state.paused = 1
    const deaf: Answering = (asked) => (asked.sql.startsWith('RES') ? done : held.answer(asked))
    const { writer, forDatabase } = await adapter([process().answer, deaf])
    await expect(writer.resume(forDatabase(), whole)).rejects.toMatchObject({
      code: 'server-error',
      sent: 'yes',
      message: expect.stringContaining('shop still paused'),
    })
  })
})

test('a process that is named twice, or an empty list, is refused without a URL being said', () => {
  const clock = { now: () => 0 }
  const url = 'postgres://bot:s3cret@127.0.0.1:6432/pgbouncer'
  const pooler = { name: 'pgbouncer', processes: 2 }
  const twice = () => connectPgBouncer({ pooler, adminUrls: [url, url], clock })
  expect(twice).toThrow('PGBOUNCER_ADMIN_URLS, number 2, is a process named before')
  expect(() => connectPgBouncer({ pooler, adminUrls: [], clock })).toThrow('names no process')
})
