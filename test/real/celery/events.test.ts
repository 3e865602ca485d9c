/** What real Celery workers tell of how their tasks end: with `-E`, with a pool that sends one by one, and without. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectCelery } from '../../../src/world/celery.ts'
import { systemClock, systemTimers } from '../../../src/world/clock.ts'
import type { CeleryEars, TaskTeller } from '../../../src/world/ports/celery.ts'
import { site } from '../../runs/process.ts'
import { type CeleryApplication, celeryApplication } from '../servers/celery-worker.ts'
import { type RedisServer, startRedis } from '../servers/redis-server.ts'

let redis: RedisServer
let shop: CeleryApplication
let ears: CeleryEars

beforeAll(async () => {
  redis = await startRedis()
  shop = await celeryApplication(redis)
  const timing = { clock: systemClock, timers: systemTimers, retryMs: 100 }
  ears = connectCelery({ brokerUrl: redis.url, services: site.services, ...timing }).listen()
  await shop.worker('telling@test', ['-c', '2', '-E', '-Q', 'told'])
  await shop.worker('threads@test', ['-c', '2', '-E', '-Q', 'threaded', '-P', 'threads'])
  await shop.worker('mute@test', ['-c', '2', '-Q', 'untold'])
})
afterAll(async () => {
  ears?.stop()
  await shop?.remove()
  await redis?.remove()
})

const settling = { timeout: 60_000, interval: 500 }
const none = { succeeded: 0, failed: 0, runSeconds: 0, tellsAll: true }

/** What was heard of one worker, over as many askings as it takes. */
async function heardOf(name: string, isEnough: (seen: typeof none) => boolean) {
  const seen = { ...none }
  const add = ({ succeeded, failed, runSeconds, told }: TaskTeller): void => {
    seen.succeeded += succeeded
    seen.failed += failed
    seen.runSeconds += runSeconds
    seen.tellsAll &&= told !== 'not-all'
  }
  await expect
    .poll(() => {
      const heard = ears.heard()?.workers.filter((worker) => worker.name === name) ?? []
      for (const worker of heard) add(worker)
      return heard.length > 0 && isEnough(seen)
    }, settling)
    .toBe(true)
  return seen
}

const is37 = ({ succeeded, failed }: typeof none) => succeeded + failed >= 37

function send37(queue: string): void {
  shop.send({ count: 30, seconds: 0.1, queue })
  shop.sendFailing({ count: 7, queue })
}

test('each task is heard as it ended, with its seconds', async () => {
  await heardOf('telling@test', () => true)
  send37('told')
  const seen = await heardOf('telling@test', is37)
  expect(seen).toMatchObject({ succeeded: 30, failed: 7, tellsAll: true })
  // Each slept a tenth of a second, and not much more.
  expect(seen.runSeconds).toBeGreaterThanOrEqual(3)
  expect(seen.runSeconds).toBeLessThan(60)
})

test('a pool of threads loses events of its own: all are counted, or it is known that some are not', async () => {
  await heardOf('threads@test', () => true)
  send37('threaded')
  const seen = await heardOf('threads@test', (so) => is37(so) || !so.tellsAll)
  expect(is37(seen)).toBe(seen.tellsAll)
})

test('a worker without -E is heard by its beat, and known as soon as its tasks end', async () => {
  await heardOf('mute@test', () => true)
  shop.send({ count: 4, seconds: 0, queue: 'untold' })
  const seen = await heardOf('mute@test', ({ tellsAll }) => !tellsAll)
  expect(seen).toMatchObject({ succeeded: 0, failed: 0 })
})

test('a connection that Redis ends is nobody listening; the next one hears what comes then', async () => {
  await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await expect.poll(ears.problem, { ...settling, interval: 5 }).toMatchObject({ sent: 'no' })
  await expect.poll(() => ears.heard() !== null, settling).toBe(true)
  await heardOf('telling@test', () => true)
  shop.send({ count: 3, seconds: 0, queue: 'told' })
  const seen = await heardOf('telling@test', ({ succeeded }) => succeeded >= 3)
  expect(seen.succeeded).toBe(3)
})
