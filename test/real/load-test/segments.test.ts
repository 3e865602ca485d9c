/** What a job's tasks run, with a real k6 on this machine: the same command, and each its own segment. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { jobOf } from '../../../src/world/load-test-job-body.ts'
import { readSummary } from '../../../src/world/load-test-report.ts'
import type { LoadTestPlan } from '../../../src/world/ports/load-test.ts'
import { jobOfSite } from '../../world/tuki-job.ts'
import { k6Program } from '../servers/cache.ts'
import { planFor } from './plan.ts'
import { openShop, type Shop } from './shop.ts'

const patience = { timeout: 30_000, interval: 100 }
const tasks = 2

let shop: Shop
beforeEach(async () => {
  shop = await openShop()
})
afterEach(() => shop.close())

/** As Cloud Run starts it: the image's k6 on PATH, which task it is, and what the job says. */
function startTask(plan: LoadTestPlan, index: number) {
  const container = jobOf(plan, tasks, jobOfSite).template?.template?.containers?.[0]
  const [program = '', ...options] = [...(container?.command ?? []), ...(container?.args ?? [])]
  const env = Object.fromEntries(
    (container?.env ?? []).map(({ name, value }) => [name ?? '', value ?? '']),
  )
  const child = spawn(program, options, {
    env: {
      ...env,
      PATH: `${dirname(k6Program)}:/usr/bin:/bin`,
      CLOUD_RUN_TASK_INDEX: String(index),
      CLOUD_RUN_TASK_COUNT: String(tasks),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = Promise.all([once(child, 'exit'), text(child.stdout)])
  const end = async () => {
    const [[code], said] = await ended
    const line = said.split('\n').find((one) => one.startsWith('{')) ?? 'null'
    return { code, result: readSummary(JSON.parse(line)) }
  }
  return { child, end }
}

const play = (plan: LoadTestPlan) =>
  Promise.all([0, 1].map((index) => startTask(plan, index).end()))

test('two segments of a test play its users and its requests together, none twice', async () => {
  const json = { email: '{marker}@example.invalid' }
  const requests = [{ method: 'POST', path: '/buy', json }] as const
  const limits = { p95Ms: 5_000, errorRate: 0 }
  const ends = await play(planFor(shop.host, { requests, limits }))
  expect(ends.map(({ code }) => code)).toEqual([0, 0])
  const users = ends.map(({ result }) => result?.users ?? 0)
  expect(users.toSorted()).toEqual([2, 3])
  const sent = ends.reduce((sum, { result }) => sum + (result?.requests ?? 0), 0)
  expect(sent).toBe(shop.visits.length)
  // The names that one segment writes under are not those of the other.
  const emails = shop.visits.map(({ body }) => JSON.parse(body).email)
  expect(new Set(emails).size).toBe(emails.length)
})

test('a rate is shared as well, and where its iterations are dropped each segment says so', async () => {
  const open = { kind: 'open', users: 4, iterationsPerMinute: 600 } as const
  const limits = { p95Ms: 5_000, errorRate: 1 }
  const ends = await play(planFor(shop.host, { arrival: { ...open, usersAtMost: 40 }, limits }))
  expect(ends.map(({ code }) => code)).toEqual([0, 0])
  // A second of ramp and two at 10 a second.
  expect(shop.visits.length).toBeGreaterThan(18)
  expect(shop.visits.length).toBeLessThan(30)
  shop.behave({ waitMs: 2_000 })
  const slow = await play(planFor(shop.host, { arrival: { ...open, usersAtMost: 4 }, limits }))
  expect(slow.map(({ code }) => code)).toEqual([204, 204])
})

test('the limit that a segment crosses is its exit code, and a script that k6 refuses is none', async () => {
  shop.behave({ status: 500, waitMs: 50 })
  const limits = { p95Ms: 1, errorRate: 0.01 }
  const ends = await play(planFor(shop.host, { holdSeconds: 60, limits }))
  expect(ends.map(({ code }) => code)).toEqual([203, 203])
  const failing = await play(planFor(shop.host, { holdSeconds: 60 }))
  expect(failing.map(({ code }) => code)).toEqual([202, 202])
  const broken = await play(planFor(shop.host, { rampSeconds: -1 }))
  expect(broken.map(({ code }) => code)).toEqual([104, 104])
})

test('a task that is told to end sends nothing more, and says nothing about the service', async () => {
  const { child, end } = startTask(planFor(shop.host, { holdSeconds: 60 }), 0)
  await expect.poll(() => shop.visits.length, patience).toBeGreaterThan(5)
  child.kill('SIGTERM')
  expect(await end()).toMatchObject({ code: 105 })
  const until = shop.visits.length
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  expect(shop.visits.length).toBe(until)
})
