/** Two instances of the bot on one PostgreSQL: whatever becomes of one, the other ends its runs, and writes once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { type Instance, openStage, type Stage, upgrade } from '../../e2e/bot.ts'
import { until } from '../../e2e/until.ts'
import { processesOf } from '../servers/postgres-processes.ts'
import { type PostgresServer, startPostgres } from '../servers/postgres-server.ts'
import { databasesOn } from './databases.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({})
})
afterAll(() => server?.remove())
const databases = databasesOn(() => server)

type Pair = { readonly stage: Stage; readonly url: string; readonly other: Instance }

/** Slack talks to the first one alone. */
async function withTwo(work: (pair: Pair) => Promise<void>): Promise<void> {
  const url = await databases.fresh()
  // An operation takes 4 s, so that it outlives whoever began it.
  const cloud = { operationSeconds: 40, restartSeconds: 5, speed: 10 }
  const stage = await openStage({ env: { LEDGER_URL: url }, cloud })
  try {
    const other = await stage.another({})
    await Promise.all([stage.start(), other.start()])
    await work({ stage, url, other })
  } finally {
    await stage.close()
  }
}

async function sending({ stage }: Pair) {
  await stage.type('ana', upgrade)
  const asked = await stage.said(/Needs 1 of/)
  await stage.click('luis', 'Approve')
  await until('it was sent', () => (stage.cloud.writes === 1 ? true : undefined))
  return asked
}

/** Of the newest run's events, in order. */
async function newestTypes(ledger: Ledger): Promise<readonly unknown[]> {
  const [run = ''] = await ledger.newest('run/', 1)
  return (await ledger.read(run)).map(({ event }) => Reflect.get(Object(event), 'type'))
}

test('one that dies while its operation runs is taken over, and its run ends', () =>
  withTwo(async (pair) => {
    const { stage } = pair
    const asked = await sending(pair)
    await stage.bot().kill()
    const died = performance.now()
    await stage.said(/^Done, not verified/, asked)
    expect(performance.now() - died).toBeLessThan(10_000)
    expect(stage.cloud.writes).toBe(1)
  }))

test('what one had recorded and not shown when it died is shown by the other', () =>
  withTwo(async ({ stage, url }) => {
    const { ledger } = await databases.opened(url)
    let isSilent = true
    stage.switchboard.answerWith((method) =>
      isSilent && method.startsWith('chat.') ? { ok: false, error: 'internal_error' } : null,
    )
    await stage.type('ana', upgrade)
    await until('somebody is asked', async () => {
      const types = await newestTypes(ledger)
      return types.includes('approval-requested') ? true : undefined
    })
    await stage.bot().kill()
    isSilent = false
    const died = performance.now()
    await stage.said(/Needs 1 of/)
    expect(performance.now() - died).toBeLessThan(15_000)
    await databases.closeAll()
  }))

test('one that is frozen is taken over, and when it wakes up it writes nothing more', () =>
  withTwo(async (pair) => {
    const { stage, url } = pair
    const asked = await sending(pair)
    process.kill(stage.bot().pid, 'SIGSTOP')
    try {
      const frozen = performance.now()
      await stage.said(/^Done, not verified/, asked)
      expect(performance.now() - frozen).toBeLessThan(10_000)
    } finally {
      process.kill(stage.bot().pid, 'SIGCONT')
    }
    const { ledger } = await databases.opened(url)
    const [run = ''] = await ledger.newest('run/', 1)
    const ended = await ledger.head(run)
    await stage.type('ana', '/capacity status')
    await stage.said(/supports|carries/i)
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect(await ledger.head(run)).toEqual(ended)
    expect(stage.cloud.writes).toBe(1)
    await databases.closeAll()
  }))

test('their PostgreSQL is restarted while an operation runs: both live on, and the run ends', () =>
  withTwo(async (pair) => {
    const { stage, other } = pair
    const asked = await sending(pair)
    await server.stop()
    await server.start()
    await stage.said(/^Done, not verified/, asked)
    expect(stage.cloud.writes).toBe(1)
    expect([stage.bot().hasEnded(), other.bot().hasEnded()]).toEqual([false, false])
  }))

test('their PostgreSQL stands still: who is told to stop ends soon all the same', () =>
  withTwo(async (pair) => {
    const { stage } = pair
    await sending(pair)
    const all = await processesOf(server)
    try {
      for (const pid of all) process.kill(pid, 'SIGSTOP')
      const told = performance.now()
      process.kill(stage.bot().pid, 'SIGTERM')
      await stage.bot().ended
      expect(performance.now() - told).toBeLessThan(10_000)
    } finally {
      for (const pid of all) process.kill(pid, 'SIGCONT')
    }
  }))

test('a run is brought forward by one of them, whoever was asked', () =>
  withTwo(async (pair) => {
    const { stage, url } = pair
    const asked = await sending(pair)
    await stage.said(/^Done, not verified/, asked)
    const { ledger, pool } = await databases.opened(url)
    const types = await newestTypes(ledger)
    expect(types.filter((type) => type === 'message-posted')).toHaveLength(1)
    expect(types.filter((type) => type === 'write-intended')).toHaveLength(1)
    // Each job was handed to one of them; nothing is left to do.
    const idle = async () => {
      const waiting = await pool.sql(`SELECT 1 FROM plimsoll_jobs.job WHERE state = 'created'`)
      return waiting.length === 0 ? true : undefined
    }
    await until('no job waits', idle)
    expect(await ledger.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    await databases.closeAll()
  }))
