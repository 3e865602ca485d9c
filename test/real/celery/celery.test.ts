/** The adapter against a real Redis and real Celery workers with prefork. facts/workload.md, 4. */
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { connectCelery } from '../../../src/world/celery.ts'
import { mintClearance } from '../../../src/world/clearance.ts'
import { systemClock, systemTimers } from '../../../src/world/clock.ts'
import { site } from '../../runs/process.ts'
import { type CeleryApplication, celeryApplication, type Worker } from '../servers/celery-worker.ts'
import { type RedisServer, startRedis } from '../servers/redis-server.ts'

let redis: RedisServer
let shop: CeleryApplication
let first: Worker
const open: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  redis = await startRedis()
  shop = await celeryApplication(redis)
  first = await shop.worker('one@test', ['-c', '2'])
  await shop.worker('two@test', ['-c', '2', '-Q', 'mail'])
})
afterAll(async () => {
  await shop?.remove()
  await redis?.remove()
})
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

function adapter(options: { brokerUrl?: string; waitMs?: number; answerMs?: number } = {}) {
  const celery = connectCelery({
    brokerUrl: redis.url,
    services: site.services,
    clock: systemClock,
    timers: systemTimers,
    ...options,
  })
  open.push(celery.close)
  return celery
}

const target = 'services.celery-worker'
const clearance = () =>
  mintClearance({ intent: 'i1', target, request: 'sha', sendBefore: systemClock.now() + 5_000 })

const change = (processes: number, workers = ['one@test']) => ({ target, workers, processes })

async function processesOf(name: string): Promise<number | undefined> {
  const { workers } = await adapter().reader.snapshot()
  return workers.find((worker) => worker.name === name)?.processes
}

const settling = { timeout: 10_000, interval: 100 }

describe('the size of a pool', () => {
  test('grows and shrinks to what was asked, wherever it was, on those who were named', async () => {
    await adapter().writer.resizePool(clearance(), change(4))
    await expect.poll(() => processesOf('one@test'), settling).toBe(4)
    await adapter().writer.resizePool(clearance(), change(1))
    await expect.poll(() => processesOf('one@test'), settling).toBe(1)
    await adapter().writer.resizePool(clearance(), change(2, ['one@test', 'two@test']))
    await expect.poll(() => processesOf('one@test'), settling).toBe(2)
    expect(await processesOf('two@test')).toBe(2)
  })

  test('a second telling of the same changes nothing more; another waits until the size is settled', async () => {
    const { writer } = adapter()
    await writer.resizePool(clearance(), change(3))
    await expect.poll(() => processesOf('one@test'), settling).toBe(3)
    await writer.resizePool(clearance(), change(3))
    await expect(writer.resizePool(clearance(), change(2))).rejects.toMatchObject({
      code: 'busy',
      sent: 'no',
      retryAfterMs: expect.any(Number),
    })
    expect(await processesOf('one@test')).toBe(3)
    await adapter().writer.resizePool(clearance(), change(2))
    // What is to go is counted for some seconds more.
    await expect.poll(() => processesOf('one@test'), settling).toBe(2)
  })

  test('one that does not answer stops the change before anybody is told', async () => {
    const workers = ['two@test', 'gone@test']
    await expect(
      adapter({ waitMs: 400 }).writer.resizePool(clearance(), change(4, workers)),
    ).rejects.toMatchObject({ code: 'time-out', sent: 'no' })
    expect(await processesOf('two@test')).toBe(2)
  })

  test('one that sets its own size refuses, and nothing is sent', async () => {
    const scaled = await shop.worker('three@test', ['--autoscale=3,1'])
    await expect(
      adapter().writer.resizePool(clearance(), change(4, ['three@test'])),
    ).rejects.toMatchObject({ code: 'invalid', sent: 'no' })
    await scaled.stop()
  })

  test('workers of one name cannot be told apart: refused, and nothing is sent', async () => {
    const twin = await shop.worker('two@test', ['-c', '1', '--pidfile', ''])
    const { workers } = await adapter().reader.snapshot()
    expect(workers.filter(({ name }) => name === 'two@test')).toHaveLength(2)
    await expect(
      adapter().writer.resizePool(clearance(), change(4, ['two@test'])),
    ).rejects.toMatchObject({ code: 'invalid', sent: 'no' })
    await twin.stop()
  })
})

describe('what is seen', () => {
  test('both workers answer, with their pools and what they fetch ahead', async () => {
    const seen = await adapter().reader.snapshot()
    expect(seen.listening).toBe(2)
    expect(seen.workers.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
      ['one@test', 'two@test'].map((name) => ({
        name,
        service: 'celery-worker',
        processes: 2,
        isCounted: true,
        prefetchCount: 8,
        isAutoscaled: false,
        activeTasks: 0,
        oldestTaskSeconds: null,
      })),
    )
    expect(seen.queues).toEqual([
      { name: 'celery', waiting: 0 },
      { name: 'mail', waiting: 0 },
    ])
  })

  test('a worker that is stopped is counted as listening, and is missing', async () => {
    const pid = await first.pid()
    process.kill(pid, 'SIGSTOP')
    const seen = await adapter({ waitMs: 500 })
      .reader.snapshot()
      .finally(() => process.kill(pid, 'SIGCONT'))
    expect([seen.listening, seen.workers.map(({ name }) => name)]).toEqual([2, ['two@test']])
  })

  test('nothing of a conversation stays in Redis', async () => {
    await adapter().reader.snapshot()
    expect(await redis.client.smembers('_kombu.binding.reply.celery.pidbox')).toEqual([])
    const leftovers = await redis.client.keys('*.reply.celery.pidbox')
    for (const key of leftovers) expect(await redis.client.ttl(key), key).toBeGreaterThan(0)
  })

  test('workers of another database are nobody here', async () => {
    const seen = await adapter({ brokerUrl: redis.url.replace('/0', '/1') }).reader.snapshot()
    expect([seen.listening, seen.workers, seen.unacked]).toEqual([0, [], 0])
  })

  test('a backlog counts every priority, and what workers hold beside it', async () => {
    const { reader } = adapter()
    // Longer than the rest of this file takes: nothing ends while it is counted.
    shop.send({ count: 12, seconds: 60 })
    shop.send({ count: 3, seconds: 0, priority: 5 })
    shop.send({ count: 2, seconds: 0, priority: 9 })
    await expect.poll(async () => (await reader.snapshot()).unacked, settling).toBe(8)
    await wait(1_100)
    const seen = await reader.snapshot()
    const waiting = seen.queues.reduce((sum, queue) => sum + queue.waiting, 0)
    const active = seen.workers.reduce((sum, worker) => sum + worker.activeTasks, 0)
    expect(active).toBe(2)
    // Acknowledged when they begin: the two that run are in no list.
    expect(waiting + seen.unacked + active).toBe(17)
    expect(waiting).toBe(7)
    expect(await redis.client.llen('celery')).toBeLessThan(waiting)
    const oldest = seen.workers.find(({ name }) => name === 'one@test')?.oldestTaskSeconds
    expect(oldest).toBeGreaterThanOrEqual(1)
    expect(seen.oldestUnackedSeconds).toBeGreaterThanOrEqual(1)
    // The pool shrinks by idle processes alone, and may have got some of the way.
    await expect(adapter().writer.resizePool(clearance(), change(1))).rejects.toMatchObject({
      code: 'invalid',
      sent: 'unknown',
      message: expect.stringContaining('busy'),
    })
  })
})

describe('a broker that is not well', () => {
  test('a wrong password is named by its variable, and never repeated', async () => {
    const guarded = await startRedis('right')
    open.push(guarded.remove)
    const brokerUrl = `redis://:s3cret-wrong@127.0.0.1:${guarded.port}/0`
    const fault: unknown = await adapter({ brokerUrl })
      .reader.snapshot()
      .catch((error) => error)
    expect(fault).toMatchObject({ code: 'forbidden', sent: 'no' })
    expect(JSON.stringify(fault) + String(fault)).not.toMatch(/s3cret/)
    const { reader } = adapter({ brokerUrl: `redis://:right@127.0.0.1:${guarded.port}/0` })
    expect((await reader.snapshot()).workers).toEqual([])
  })

  test('a database that it lacks is a fault, not database 0', async () => {
    const brokerUrl = redis.url.replace('/0', '/99')
    await expect(adapter({ brokerUrl }).reader.snapshot()).rejects.toMatchObject({ sent: 'no' })
  })

  test('after a restart of Redis it is asked again on a new connection', async () => {
    const other = await startRedis()
    const { reader } = adapter({ brokerUrl: other.url })
    await reader.snapshot()
    await other.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await wait(50)
    expect((await reader.snapshot()).listening).toBe(0)
    await other.remove()
    await expect(reader.snapshot()).rejects.toMatchObject({ code: 'unreachable', sent: 'no' })
  })
})
