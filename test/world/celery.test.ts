/** The adapter against a broker that falls silent, refuses and breaks: who is told what, and how often. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { connectCelery, oldestSeconds } from '../../src/world/celery.ts'
import { mintClearance } from '../../src/world/clearance.ts'
import { systemClock, systemTimers } from '../../src/world/clock.ts'
import { site } from '../runs/process.ts'
import { type BrokerOptions, type LocalWorker, startBroker } from './broker-wire.ts'
import { faultOf } from './tuki-cloud.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const target = 'services.celery-worker'

async function adapter(options: BrokerOptions = {}, times: object = {}) {
  const broker = await startBroker(options)
  const celery = connectCelery({
    brokerUrl: broker.url,
    services: site.services,
    clock: systemClock,
    timers: systemTimers,
    waitMs: 200,
    ...times,
  })
  open.push(celery.close, broker.stop)
  const clearance = (within = 5_000) =>
    mintClearance({
      intent: 'i1',
      target,
      request: 'sha',
      sendBefore: systemClock.now() + within,
    })
  const resize = (processes: number, workers: readonly string[], of = clearance()) =>
    celery.writer.resizePool(of, { target, workers, processes })
  return { broker, ...celery, clearance, resize }
}

const worker = (name: string, more: Partial<LocalWorker> = {}): LocalWorker => ({
  name,
  pool: 4,
  ...more,
})

describe('a snapshot', () => {
  test('sums the lists of every priority, and names queues that only a worker knows', async () => {
    const { reader } = await adapter({
      workers: [worker('a@h', { queues: ['celery', 'mail'] })],
      lists: { celery: 5, 'celery\x06\x163': 2, 'celery\x06\x169': 1, 'mail\x06\x166': 7 },
      unacked: [systemClock.now() / 1_000 - 90, systemClock.now() / 1_000],
    })
    const seen = await reader.snapshot()
    expect(seen.queues).toEqual([
      { name: 'celery', waiting: 8 },
      { name: 'mail', waiting: 7 },
    ])
    expect(seen.unacked).toBe(2)
    expect(seen.oldestUnackedSeconds).toBeGreaterThanOrEqual(89)
    expect(seen.oldestUnackedSeconds).toBeLessThan(95)
  })

  test('whoever is silent is counted, and not taken for absent', async () => {
    const { reader } = await adapter({
      workers: [worker('a@h'), worker('b@h', { isSilent: true })],
    })
    const seen = await reader.snapshot()
    expect([seen.listening, seen.workers.map(({ name }) => name)]).toEqual([2, ['a@h']])
  })

  test('of a worker that runs more tasks than a call has arguments names the oldest', () => {
    const starts = [910, ...Array<number>(300_000).fill(1_000)]
    expect(oldestSeconds(starts, 1_000_000)).toBe(90)
    expect(oldestSeconds([], 1_000_000)).toBeNull()
  })

  test('instances of one name are each counted', async () => {
    const busy = { tasks: [{ time_start: 5 }, { time_start: null }] }
    const { reader } = await adapter({
      workers: [worker('celery@localhost', busy), worker('celery@localhost', { pool: 6 })],
    })
    const { workers } = await reader.snapshot()
    expect(workers.map(({ processes }) => processes).toSorted()).toEqual([4, 6])
    expect(workers.reduce((sum, { activeTasks }) => sum + activeTasks, 0)).toBe(2)
  })

  test('leaves no binding behind, and one connection for many', async () => {
    const { reader, broker } = await adapter({ workers: [worker('a@h')] })
    await Promise.all([reader.snapshot(), reader.snapshot(), reader.snapshot()])
    const of = (name: string) => broker.commands.filter(([word]) => word?.toLowerCase() === name)
    expect(of('sadd').map(([, , binding]) => binding)).toEqual(
      of('srem').map(([, , binding]) => binding),
    )
    expect(broker.open()).toBe(1)
  })

  test('an answer that is not as Celery gives it is a fault, not a guess', async () => {
    const { reader } = await adapter({ workers: [worker('a@h', { tasks: [], pool: 1.5 })] })
    await reader.snapshot()
    const { reader: other } = await adapter({
      mishap: ([name]) => (name === 'hlen' ? 'LOADING Redis is loading' : null),
    })
    expect(await faultOf(other.snapshot())).toMatchObject({ code: 'busy', sent: 'no' })
  })
})

describe('a broker that is not well', () => {
  test.each(['ping', 'publish', 'hlen'])(
    'silent at %s: a fault in time, then a new connection',
    async (at) => {
      let isSilent = true
      const { reader, broker } = await adapter(
        { mishap: ([name]) => (isSilent && name === at ? 'silence' : null) },
        { answerMs: 250 },
      )
      expect(await faultOf(reader.snapshot())).toMatchObject({ code: 'time-out', sent: 'no' })
      isSilent = false
      expect((await reader.snapshot()).workers).toEqual([])
      await expect.poll(broker.open).toBe(1)
    },
  )

  test('a connection that is cut is told as unreachable, and nothing is sent again by itself', async () => {
    const { reader, broker } = await adapter({
      mishap: ([name]) => (name === 'hlen' ? 'cut' : null),
    })
    expect(await faultOf(reader.snapshot())).toMatchObject({ code: 'unreachable', sent: 'no' })
    expect(broker.commands.filter(([name]) => name === 'hlen')).toHaveLength(1)
  })

  test.each([
    ['WRONGPASS invalid', 'auth', 'forbidden'],
    ['NOPERM this user has no permissions', 'publish', 'forbidden'],
    ['OOM command not allowed', 'sadd', 'busy'],
    ['READONLY You can not write against a read only replica', 'sadd', 'server-error'],
  ])('%s at %s is %s, and the password is nowhere in it', async (said, at, code) => {
    const { reader } = await adapter({
      password: 's3cret',
      mishap: ([name]) => (name === at ? said : null),
    })
    const fault = await faultOf(reader.snapshot())
    expect(fault).toMatchObject({ code, sent: 'no' })
    expect(`${fault.message} ${String(fault.cause)} ${JSON.stringify(fault)}`).not.toMatch(/s3cret/)
  })

  test('nobody there is a fault without its address', async () => {
    const celery = connectCelery({
      brokerUrl: 'redis://:s3cret@127.0.0.1:1/0',
      services: site.services,
      clock: systemClock,
      timers: systemTimers,
    })
    const fault = await faultOf(celery.reader.snapshot())
    expect(fault).toMatchObject({ code: 'unreachable', sent: 'no' })
    expect(fault.message).toMatch(/ECONNREFUSED/)
    expect(fault.message).not.toMatch(/127|s3cret/)
  })
})

describe('a pool', () => {
  test('comes to the size that was asked from any other, in one telling each', async () => {
    const size = fc.integer({ min: 1, max: 20 })
    await fc.assert(
      fc.asyncProperty(fc.array(size, { minLength: 1, maxLength: 4 }), size, async (pools, to) => {
        const workers = pools.map((pool, index) => worker(`w${index}@h`, { pool }))
        const { resize, broker } = await adapter({ workers })
        await resize(
          to,
          workers.map(({ name }) => name),
        )
        expect(workers.map(({ pool }) => pool)).toEqual(pools.map(() => to))
        expect(broker.told).toHaveLength(pools.filter((pool) => pool !== to).length)
        for (const { n, to: whom } of broker.told) {
          expect(n).toBeGreaterThan(0)
          expect(whom).toHaveLength(1)
        }
      }),
      { numRuns: 20 },
    )
  })

  test.each<[string, LocalWorker[], object]>([
    ['does not answer', [worker('a@h'), worker('b@h', { isSilent: true })], { code: 'time-out' }],
    ['is not there', [worker('a@h')], { code: 'time-out' }],
    ['shares its name', [worker('a@h'), worker('b@h'), worker('b@h')], { code: 'invalid' }],
    ['sets its own size', [worker('a@h'), worker('b@h', { autoscaler: {} })], { code: 'invalid' }],
  ])('nobody is told where one %s', async (_what, workers, expected) => {
    const { resize, broker } = await adapter({ workers })
    expect(await faultOf(resize(6, ['a@h', 'b@h']))).toMatchObject({ ...expected, sent: 'no' })
    expect(broker.told).toEqual([])
  })

  test('a lost answer never makes a second telling: its fate is unknown', async () => {
    const workers = [worker('a@h')]
    let isHeard = true
    const { resize, broker } = await adapter({
      workers,
      mishap: ([name, , text = '']) => {
        const body = /"body":"([^"]+)"/.exec(text)?.[1] ?? ''
        const isChange = Buffer.from(body, 'base64').toString('utf8').includes('pool_grow')
        if (name === 'publish' && isChange) isHeard = false
        return !isHeard && name === 'rpop' ? 'cut' : null
      },
    })
    expect(await faultOf(resize(6, ['a@h']))).toMatchObject({ sent: 'unknown' })
    expect(workers[0]?.pool).toBe(6)
    expect(broker.told).toHaveLength(1)
  })

  test('one that refuses after another was told: it was sent', async () => {
    const { resize } = await adapter({ workers: [worker('a@h'), worker('b@h', { isBusy: true })] })
    const fault = await faultOf(resize(2, ['a@h', 'b@h']))
    expect(fault).toMatchObject({ sent: 'yes', message: expect.stringContaining('busy') })
  })

  test('a clearance that is over, spent or of something else sends nothing', async () => {
    const { resize, broker, clearance } = await adapter({ workers: [worker('a@h')] })
    expect(await faultOf(resize(6, ['a@h'], clearance(-1)))).toMatchObject({ sent: 'no' })
    const other = mintClearance({
      intent: 'i1',
      target: 'services.backend',
      request: 'sha',
      sendBefore: systemClock.now() + 5_000,
    })
    expect(await faultOf(resize(6, ['a@h'], other))).toMatchObject({ sent: 'no' })
    expect(broker.told).toEqual([])
  })

  test('the letter is as kombu writes it', async () => {
    const { resize, broker } = await adapter({ workers: [worker('a@h')] })
    await resize(6, ['a@h'])
    const texts = broker.commands.flatMap(([name, , text]) => (name === 'publish' ? [text] : []))
    const letter = JSON.parse(texts.at(-1) ?? '')
    const body = JSON.parse(Buffer.from(letter.body, 'base64').toString('utf8'))
    expect(body).toMatchObject({
      method: 'pool_grow',
      arguments: { n: 2 },
      destination: ['a@h'],
      pattern: null,
      matcher: null,
      reply_to: { exchange: 'reply.celery.pidbox' },
    })
    expect(letter).toMatchObject({
      'content-type': 'application/json',
      properties: {
        delivery_info: { exchange: 'celery.pidbox', routing_key: '' },
        body_encoding: 'base64',
      },
    })
    const aheadMs = letter.headers.expires * 1_000 - systemClock.now()
    expect(aheadMs).toBeLessThanOrEqual(5_000)
    expect(aheadMs).toBeGreaterThan(3_000)
  })
})
