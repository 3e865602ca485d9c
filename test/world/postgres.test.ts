/** The adapter against a server that falls silent, breaks and lies: what it asks, how long it waits, what it says. */
import { afterEach, describe, expect, test } from 'vitest'
import { mintClearance } from '../../src/world/clearance.ts'
import { systemTimers } from '../../src/world/clock.ts'
import { connectPostgres } from '../../src/world/postgres.ts'
import { type Answer, type Asked, startWire, type WireServer } from './postgres-wire.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const db = 'tuki-db-prod'
const nothing: Answer = { kind: 'rows', rows: [] }
const four: Answer = { kind: 'rows', rows: [{ max_connections: '400' }] }
const usual = ({ sql }: Asked): Answer => (sql.startsWith('SHOW') ? four : nothing)

async function adapter(answer: (asked: Asked) => Answer, times: object = {}) {
  const wire = await startWire(answer)
  const urls = new Map([[db, `postgres://watcher:s3cret@127.0.0.1:${wire.port}/shop`]])
  let now = 1_000
  const clock = { now: () => now }
  const postgres = connectPostgres({ urls, clock, timers: systemTimers, ...times })
  open.push(postgres.close, wire.stop)
  const clearance = () =>
    mintClearance({ intent: 'i1', target: `databases.${db}`, request: 'sha', sendBefore: 6_000 })
  return { wire, ...postgres, clearance, forward: (ms: number) => (now += ms) }
}

const statements = ({ asked }: WireServer) =>
  asked.filter(({ protocol }) => protocol !== 'start').map(({ sql }) => sql)

describe('a question', () => {
  test('is asked in a read-only transaction with a time-out of its own', async () => {
    const { reader, wire } = await adapter(usual)
    expect(await reader.maxConnections(db)).toBe(400)
    expect(statements(wire)).toEqual([
      'BEGIN READ ONLY; SET LOCAL statement_timeout = 3000',
      'SHOW max_connections',
      'COMMIT',
    ])
  })

  test('that gets no answer ends in time, and the next one has a new connection', async () => {
    let isSilent = true
    const answer = (asked: Asked): Answer =>
      isSilent && asked.sql.startsWith('SHOW') ? { kind: 'silence' } : usual(asked)
    const { reader, wire } = await adapter(answer, { answerMs: 300 })
    const both = [reader.maxConnections(db), reader.maxConnections(db)]
    for (const one of both)
      await expect(one).rejects.toMatchObject({ code: 'time-out', sent: 'no' })
    isSilent = false
    expect(await reader.maxConnections(db)).toBe(400)
    expect(wire.asked.at(-1)?.connection).toBeGreaterThan(1)
    await expect.poll(wire.open).toBe(1)
  })

  test.each([{ connectMs: 200 }, { answerMs: 200 }])(
    'to a server that does not greet ends in time (%o) and leaves nothing open',
    async (times) => {
      const { reader, wire } = await adapter(() => ({ kind: 'silence' }), times)
      await expect(reader.maxConnections(db)).rejects.toMatchObject({
        code: 'time-out',
        sent: 'no',
      })
      await expect.poll(wire.open).toBe(0)
    },
  )

  test('on a connection that died unnoticed is asked again once, on a new one', async () => {
    let cuts = 0
    const answer = (asked: Asked): Answer =>
      asked.sql.startsWith('BEGIN') && cuts-- > 0 ? { kind: 'cut' } : usual(asked)
    const { reader, wire } = await adapter(answer)
    expect(await reader.maxConnections(db)).toBe(400)
    cuts = 1
    expect(await reader.maxConnections(db)).toBe(400)
    expect(wire.asked.filter(({ protocol }) => protocol === 'start')).toHaveLength(2)
    cuts = 9
    await expect(reader.maxConnections(db)).rejects.toMatchObject({ code: 'unreachable' })
    expect(wire.asked.filter(({ protocol }) => protocol === 'start')).toHaveLength(3)
  })

  test('that the server refuses is asked once', async () => {
    const no = { kind: 'error', code: 'XX000', message: 'no' } as const
    const { reader, wire } = await adapter((asked) =>
      asked.sql.startsWith('SHOW') ? no : usual(asked),
    )
    await expect(reader.maxConnections(db)).rejects.toMatchObject({
      code: 'server-error',
      message: `${db}: no (XX000)`,
    })
    expect(statements(wire).filter((sql) => sql.startsWith('SHOW'))).toHaveLength(1)
  })

  test('whose rows are not understood is a fault, never a number', async () => {
    const { reader } = await adapter(({ sql }) =>
      sql.startsWith('SHOW') ? { kind: 'rows', rows: [{ max_connections: 'many' }] } : nothing,
    )
    await expect(reader.maxConnections(db)).rejects.toMatchObject({ code: 'unreadable' })
  })

  test('leaves no connection behind where idling is not wanted', async () => {
    const { reader, wire } = await adapter(usual, { idleMs: 0 })
    await Promise.all([reader.maxConnections(db), reader.maxConnections(db)])
    await expect.poll(wire.open).toBe(0)
    expect(wire.asked.filter(({ protocol }) => protocol === 'start')).toHaveLength(1)
  })
})

describe('a refusal', () => {
  test.each([
    ['53300', 'busy', 'no connection slot is left for its role (53300)'],
    ['57P03', 'unreachable', 'it is restarting (57P03)'],
    ['28P01', 'forbidden', 'who are you (28P01)'],
    ['3D000', 'not-found', 'who are you (3D000)'],
    ['08P01', 'unreachable', 'who are you (08P01)'],
  ])('at sign-in with %s is %s', async (code, fault, message) => {
    const { reader } = await adapter(() => ({ kind: 'error', code, message: 'who are you' }))
    await expect(reader.maxConnections(db)).rejects.toMatchObject({
      code: fault,
      sent: 'no',
      message: expect.stringContaining(message),
    })
  })

  test('never says the URL, nor a part of it', async () => {
    const { reader, wire } = await adapter(usual)
    const { port } = wire
    await wire.stop()
    open.pop()
    const error = await reader.maxConnections(db).catch((fault: Error) => fault)
    expect(String(error)).toBe(`Fault: ${db}: not reachable (ECONNREFUSED)`)
    expect(String(error)).not.toContain(String(port))
    const urls = new Map([[db, 'postgres://watcher:s3cret@host:port/shop']])
    const malformed = () => connectPostgres({ urls, clock: { now: () => 0 }, timers: systemTimers })
    expect(malformed).toThrow(/^DATABASE_URL_TUKI_DB_PROD is no URL/)
    expect(malformed).not.toThrow(/s3cret|watcher/)
  })

  test('of a database without a URL names the variable to set', async () => {
    const { reader } = await adapter(usual)
    await expect(reader.maxConnections('other-db')).rejects.toMatchObject({
      code: 'not-found',
      message: 'other-db: set DATABASE_URL_OTHER_DB',
    })
  })
})

describe('the end of a session', () => {
  const session = { pid: 7, backendStart: '2026-12-01T14:00:00.000001Z' }
  const ends = (sql: string) => sql.includes('pg_terminate_backend')
  const told = { kind: 'rows', rows: [{ pid: 7, is_told: true }] } as const

  test('is one statement with pid and start together, and one clearance', async () => {
    const { writer, wire, clearance } = await adapter(({ sql }) => (ends(sql) ? told : nothing))
    const once = clearance()
    expect(await writer.terminateSessions(once, db, [session])).toEqual([session])
    await expect(writer.terminateSessions(once, db, [session])).rejects.toMatchObject({
      code: 'expired',
      sent: 'no',
    })
    const [statement, ...more] = statements(wire).filter(ends)
    expect(statement).toMatch(/now\.pid = wanted\.pid AND now\.backend_start = wanted\.backend_st/)
    expect(more).toEqual([])
  })

  test('is not asked for when the server took so long to open that the clearance is over', async () => {
    let forward = (_ms: number): number => 0
    const slow = ({ sql }: Asked): Answer => {
      if (sql.startsWith('BEGIN')) forward(5_001)
      return ends(sql) ? told : nothing
    }
    const bot = await adapter(slow)
    forward = bot.forward
    const late = bot.writer.terminateSessions(bot.clearance(), db, [session])
    await expect(late).rejects.toMatchObject({ code: 'expired', sent: 'no' })
    expect(statements(bot.wire).filter(ends)).toEqual([])
  })

  test.each(['silence', 'cut'] as const)(
    'whose reply is lost (%s) has a fate that is not known',
    async (kind) => {
      const { writer, wire, clearance } = await adapter(
        ({ sql }) => (ends(sql) ? { kind } : nothing),
        { writeMs: 300 },
      )
      const lost = writer.terminateSessions(clearance(), db, [session])
      await expect(lost).rejects.toMatchObject({ sent: 'unknown' })
      expect(statements(wire).filter(ends)).toHaveLength(1)
    },
  )

  test('of nobody, of a crowd or of a rounded start is refused before anything is opened', async () => {
    const { writer, wire, clearance } = await adapter(usual)
    const rounded = { pid: 7, backendStart: '2026-12-01T14:00:00Z' }
    for (const sessions of [[], Array.from({ length: 101 }, () => session), [rounded]])
      await expect(writer.terminateSessions(clearance(), db, sessions)).rejects.toMatchObject({
        code: 'invalid',
        sent: 'no',
      })
    expect(wire.asked).toEqual([])
  })
})
