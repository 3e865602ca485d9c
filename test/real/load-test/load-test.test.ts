/** The adapter with a real k6 against a small shop on this machine. facts/workload.md, 6; writes.md. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mintClearance } from '../../../src/world/clearance.ts'
import { systemClock } from '../../../src/world/clock.ts'
import { type ConnectedLoadTest, connectLoadTest } from '../../../src/world/load-test.ts'
import { site } from '../../runs/process.ts'
import { k6Program } from '../servers/cache.ts'
import { planFor } from './plan.ts'
import { openShop, type Shop } from './shop.ts'

const holderFile = join(import.meta.dirname, 'holder.ts')
const patience = { timeout: 30_000, interval: 100 }

let dataFolder: string
let shop: Shop
const open: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'plimsoll-load-'))
  shop = await openShop()
})
afterEach(async () => {
  for (const close of open.splice(0)) await close()
  await shop.close()
  expect(processesOf(dataFolder)).toEqual([])
  await rm(dataFolder, { recursive: true })
})

function adapter(hosts: readonly string[] = ['127.0.0.1'], k6 = k6Program) {
  const connected = connectLoadTest({
    k6,
    dataFolder,
    document: { ...site, policy: { ...site.policy, loadTestHosts: [...hosts] } },
    clock: systemClock,
  })
  open.push(connected.close)
  return connected
}

const clearance = (target = 'workload') =>
  mintClearance({ intent: 'i1', target, request: 'sha', sendBefore: systemClock.now() + 5_000 })

async function ended({ reader }: ConnectedLoadTest, name = 'k6-i-1') {
  await expect.poll(async () => (await reader.progress(name)).kind, patience).toBe('ended')
  const progress = await reader.progress(name)
  if (progress.kind !== 'ended') throw new Error('it was ended')
  const { result, ...rest } = progress
  if (result?.kind === 'segments') throw new Error('this machine measures')
  return { ...rest, result }
}

/** Of the warden and of k6: both have the test's folder in their command. */
function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return command.includes(join(folder, 'load-tests')) ? [`${pid} ${command}`] : []
      } catch {
        return []
      }
    })
}

const flowing = () => expect.poll(() => shop.visits.length, patience).toBeGreaterThan(5)

describe('a load test', () => {
  test('reaches its users, marks every request, shows how it stands, and says what it measured', async () => {
    const one = adapter()
    const { reader } = one
    expect(await reader.progress('k6-i-1')).toEqual({ kind: 'absent' })
    await one.writer.start(clearance(), planFor(shop.host))
    await expect
      .poll(async () => {
        const progress = await reader.progress('k6-i-1')
        return progress.kind === 'running' ? progress.now?.users : null
      }, patience)
      .toBe(5)
    const { result, error } = await ended(one)
    expect(error).toBeNull()
    expect(result).toMatchObject({ users: 5, errorRate: 0, dropped: 0, crossed: [] })
    expect(result?.requests).toBe(shop.visits.length)
    expect(result?.seconds).toBeGreaterThan(2.9)
    expect(result?.p95Ms).toBeGreaterThan(0)
    expect(result?.p99Ms).toBeGreaterThanOrEqual(result?.p95Ms ?? 0)
    expect(new Set(shop.visits.map(({ test: name }) => name))).toEqual(new Set(['k6-i-1']))
    expect(new Set(shop.visits.map(({ agent }) => agent))).toEqual(
      new Set(['plimsoll-load-test/k6-i-1']),
    )
    expect(await reader.latest()).toMatchObject({ name: 'k6-i-1', progress: { kind: 'ended' } })
  })

  test('writes under names of its own, and cleans them up once at the end', async () => {
    const one = adapter()
    const json = { email: '{marker}@example.invalid', quantity: 1 }
    await one.writer.start(
      clearance(),
      planFor(shop.host, {
        requests: [{ method: 'POST', path: '/buy', json }],
        cleanUp: { method: 'DELETE', path: '/tests/{marker}' },
      }),
    )
    await ended(one)
    const bought = shop.visits.filter(({ method }) => method === 'POST')
    const emails = bought.map(({ body }) => JSON.parse(body).email)
    expect(new Set(emails).size).toBe(bought.length)
    for (const email of emails) expect(email).toMatch(/^plimsoll-k6-i-1-\d+-\d+-\d+@example/)
    const cleaned = shop.visits.filter(({ method }) => method === 'DELETE')
    expect(cleaned.map(({ path }) => path)).toEqual(['/tests/plimsoll-k6-i-1'])
    expect(shop.visits.at(-1)?.method).toBe('DELETE')
  })

  test('ends itself when a limit is crossed, long before its time', async () => {
    const one = adapter()
    shop.behave({ status: 500 })
    await one.writer.start(clearance(), planFor(shop.host, { holdSeconds: 60 }))
    const { result, error } = await ended(one)
    expect(error).toBeNull()
    expect(result).toMatchObject({ errorRate: 1, crossed: ['rate<=0.01'] })
    expect(result?.seconds).toBeLessThan(10)
  })

  test('with open arrival keeps its rate where the service is slow, and says what it dropped', async () => {
    const one = adapter()
    shop.behave({ waitMs: 400 })
    const arrival = { kind: 'open', users: 2, iterationsPerMinute: 1_200, usersAtMost: 2 } as const
    const limits = { p95Ms: 5_000, errorRate: 1 }
    await one.writer.start(clearance(), planFor(shop.host, { arrival, limits }))
    const { result, error } = await ended(one)
    expect(result?.dropped).toBeGreaterThan(10)
    expect(error).toMatch(/dropped/)
  })

  test('is stopped at once, and what it measured until then is told as no verdict', async () => {
    const one = adapter()
    await one.writer.start(clearance(), planFor(shop.host, { holdSeconds: 60 }))
    await flowing()
    await one.writer.stop(clearance('workload.loadTest'))
    const until = shop.visits.length
    await wait(1_000)
    expect(shop.visits.length).toBe(until)
    const { result, error } = await ended(one)
    expect(error).toBe('it was stopped')
    // k6 does not count a request that it cut off.
    expect(result?.requests).toBeGreaterThanOrEqual(until - 5)
    await one.writer.stop(clearance('workload.loadTest'))
  })

  test('never follows a redirect to another host', async () => {
    const one = adapter()
    shop.behave({ status: 302 })
    await one.writer.start(clearance(), planFor(shop.host))
    await ended(one)
    expect(new Set(shop.visits.map(({ path }) => path))).toEqual(new Set(['/']))
  })
})

describe('what is refused', () => {
  test.each(['tuki.example', '127.0.0.1@tuki.example', '127.0.0.1/../tuki', 'localhost', ''])(
    'a host that is not of the list (%s): nothing starts',
    async (host) => {
      const { writer, reader } = adapter()
      await expect(writer.start(clearance(), planFor(host))).rejects.toMatchObject({
        code: 'forbidden',
        sent: 'no',
      })
      expect(await reader.latest()).toBeNull()
    },
  )

  test('a second start of the same test, and another beside one that runs', async () => {
    const one = adapter()
    await one.writer.start(clearance(), planFor(shop.host, { holdSeconds: 60 }))
    await expect(
      one.writer.start(clearance(), planFor(shop.host, { name: 'k6-i-2' })),
    ).rejects.toMatchObject({ code: 'busy', sent: 'no' })
    await one.writer.stop(clearance('workload.loadTest'))
    const until = shop.visits.length
    await expect(one.writer.start(clearance(), planFor(shop.host))).rejects.toMatchObject({
      sent: 'unknown',
    })
    await wait(1_000)
    expect(shop.visits.length).toBe(until)
  })

  test('a clearance that is over: no process, no load', async () => {
    const { writer } = adapter()
    const late = mintClearance({ intent: 'i1', target: 'workload', request: 'sha', sendBefore: 1 })
    await expect(writer.start(late, planFor(shop.host))).rejects.toMatchObject({ sent: 'no' })
    expect(processesOf(dataFolder)).toEqual([])
  })

  test('a k6 that is not there: the test ends and says so', async () => {
    const one = adapter(['127.0.0.1'], '/nowhere/k6')
    await one.writer.start(clearance(), planFor(shop.host))
    expect(await ended(one)).toMatchObject({ result: null, error: expect.stringMatching(/ENOENT/) })
  })
})

describe('no load flows 5 s after', () => {
  async function holder() {
    const node = process.execPath
    const child = spawn(node, [holderFile, dataFolder, shop.host], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    await flowing()
    return child
  }

  async function silence(): Promise<void> {
    const from = Date.now()
    await wait(5_000)
    const until = shop.visits.length
    await wait(1_500)
    expect(shop.visits.length).toBe(until)
    expect(processesOf(dataFolder)).toEqual([])
    expect((shop.visits.at(-1)?.at ?? 0) - from).toBeLessThan(2_000)
  }

  test('kill -9 of the bot', async () => {
    const bot = await holder()
    bot.kill('SIGKILL')
    await silence()
    expect(await ended(adapter())).toMatchObject({
      result: null,
      error: 'it ended with the bot, and cleaned nothing up',
    })
  })

  test('kill -9 of the warden alone', async () => {
    const bot = await holder()
    for (const pid of wardens()) process.kill(pid, 'SIGKILL')
    await silence()
    bot.kill('SIGKILL')
  })

  test('kill -9 of bot and warden together', async () => {
    const bot = await holder()
    bot.kill('SIGSTOP')
    for (const pid of [...wardens(), bot.pid ?? 0]) process.kill(pid, 'SIGKILL')
    await silence()
  })

  test('a bot that comes back: it finds k6 and ends it', async () => {
    const bot = await holder()
    const frozen = wardens()
    // A warden that is frozen notices nothing.
    for (const pid of frozen) process.kill(pid, 'SIGSTOP')
    bot.kill('SIGKILL')
    await wait(500)
    const next = adapter()
    await next.endStrays()
    await silence()
    expect((await ended(next)).error).toMatch(/ended with the bot/)
  })

  const wardens = () =>
    processesOf(dataFolder)
      .filter((one) => one.includes('load-test-warden'))
      .map((one) => Number.parseInt(one, 10))
})
