/** What the command line answers, to people and to scripts. contract.md, 3. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import type { LocalCloud } from '../../src/rehearsal/cloud/local-cloud.ts'
import { type Environment, projectRoot } from '../e2e/process.ts'
import { startLargerCloud } from './larger-cloud.ts'
import { announcedShape, checkShape, explainShape, statusShape } from './shapes.ts'
import { answer } from './warm.ts'

let cloud: LocalCloud
beforeAll(async () => {
  cloud = await startLargerCloud()
})
afterAll(() => cloud?.stop())

const say = (line: string, env: Environment = {}) => answer(line.split(' '), env)
const online = (): Environment => ({ GOOGLE_API_ROOT: cloud.root })
const upgrade = 'patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720'

describe.concurrent('status', { timeout: 180_000 }, () => {
  test('--json has the shape of the contract, and offline nobody looked', async () => {
    const { code, out, err } = await say('status --offline --json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const status = statusShape.parse(JSON.parse(out))
    expect(status).toMatchObject({
      system: 'tuki',
      observedAt: null,
      users: 10_000,
      nowUsers: 300,
      supportedUsers: 2904,
      binding: [{ law: 'db-connections', subject: 'databases.tuki-db-prod' }],
      severity: 'broken',
      facts: [],
      drift: [],
    })
    const order = ['broken', 'unknown', 'tight', 'ok']
    const ranks = status.findings.map(({ severity }) => order.indexOf(severity))
    expect(ranks).toEqual(ranks.toSorted())
    const connections = status.findings.find(({ law }) => law === 'db-connections')
    expect(connections).toMatchObject({ demand: 1890, limit: 390, headroom: -1500 })
  })

  test('online it says what it observed, from where and when, and the drift', async () => {
    const { code, out, err } = await say('status --json', online())
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const status = statusShape.parse(JSON.parse(out))
    expect(status.observedAt).not.toBeNull()
    expect(status.facts).toContainEqual(
      expect.objectContaining({ name: 'databases.tuki-db-prod.tier', value: 'db-custom-4-15360' }),
    )
    expect(status.drift).toEqual([
      {
        fact: 'databases.tuki-db-prod.tier',
        declared: 'db-custom-2-7680',
        observed: 'db-custom-4-15360',
      },
    ])
    expect(status.findings.find(({ law }) => law === 'db-connections')).toMatchObject({
      limit: 490,
    })
  })

  test('a cloud that does not answer makes facts unknown, never a number', async () => {
    const { code, out } = await say('status --json', { GOOGLE_API_ROOT: 'http://127.0.0.1:9' })
    expect(code).toBe(0)
    const status = statusShape.parse(JSON.parse(out))
    expect(status.supportedUsers).toBeNull()
    expect(status.severity).toBe('unknown')
    const unknown = status.findings.filter(({ severity }) => severity === 'unknown')
    expect(unknown.length).toBeGreaterThan(0)
    for (const finding of unknown) expect(finding.missing).toMatch(/^(databases|services)\./)
  })

  test('in words: the answer, the sum, what it supposes', async () => {
    const { code, out, err } = await say('status', online())
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [first, second] = out.split('\n')
    expect(first).toMatch(
      /^tuki carries 3,696 of 10,000 users\. Database connections give out first/,
    )
    expect(second).toContain('1,890 of 490 connections')
    expect(out).toContain('Drift: databases.tuki-db-prod.tier is "db-custom-4-15360"')
  })
})

describe.concurrent('what comes', { timeout: 180_000 }, () => {
  const hourMs = 3_600_000
  const local = (at: number) => new Date(at).toISOString().slice(0, 19)

  /** The example with a sale, at most a minute from the real clock. */
  async function withSale(inMs: number, ask: (system: string) => Promise<void>) {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'))
    const now = Date.now()
    const document = parse(readFileSync(join(projectRoot, 'system.yml'), 'utf8'))
    document.workload.baseUsers = 500
    document.workload.events = [
      {
        ...{ name: 'sale', from: local(now + inMs), to: local(now + inMs + hourMs) },
        ...{ timeZone: 'UTC', users: 10_000 },
      },
    ]
    const file = join(folder, 'system.yml')
    writeFileSync(file, stringify(document))
    try {
      await ask(file)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const resize = `check ${upgrade} --offline --json --system`

  test('a restart two minutes before a sale is a block (4), the day before it is a review (3)', async () => {
    await withSale(2 * 60_000, async (file) => {
      const { code, out } = await say(`${resize} ${file}`)
      expect(code).toBe(4)
      const { reasons, phases } = checkShape.parse(JSON.parse(out))
      expect(reasons[0]).toMatchObject({ code: 'event-near', subject: 'databases.tuki-db-prod' })
      expect(phases[0]?.assessment?.nowUsers).toBe(10_000)
    })
    await withSale(23 * hourMs, async (file) => {
      expect((await say(`${resize} ${file}`)).code).toBe(3)
    })
  })

  test('is a key of its own in JSON, where the document announces it', async () => {
    await withSale(5 * hourMs, async (file) => {
      const { out } = await say(`status --offline --json --backlog 600 --system ${file}`)
      const { events, backlogs, ...status } = announcedShape.parse(JSON.parse(out))
      expect(statusShape.parse(status).users).toBe(10_000)
      expect(events).toMatchObject([{ name: 'sale', isCarried: false, workMinutes: 43 }])
      expect(backlogs[0]?.drainSeconds).toBeCloseTo(137.5, 1)
    })
  })

  test('a backlog that is no number is wrong usage (2), and says what would be right', async () => {
    const { code, out, err } = await say('status --offline --backlog many')
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('`--backlog` must be a whole number from 0 to 1000000000')
  })
})

describe.concurrent('check', { timeout: 180_000 }, () => {
  test('of the upgrade is a review (3), with the restart phase between now and after', async () => {
    const { code, out, err } = await say(`check ${upgrade} --offline --json`)
    expect({ code, err }).toEqual({ code: 3, err: '' })
    const check = checkShape.parse(JSON.parse(out))
    expect(check.phases.map(({ name }) => name)).toEqual(['now', 'restart', 'after'])
    expect(check.phases[1]).toMatchObject({ assessment: null, disruption: { secondsMax: 60 } })
    expect(check.reasons.map(({ code: reason }) => reason)).toContain('disruption')
    expect(check.input).toEqual({ database: 'tuki-db-prod', tier: 'db-custom-8-30720' })
  })

  test('of what everybody proposes is a block (4), with 1,930 of 390', async () => {
    const line = 'check bump-celery-concurrency service=celery-worker concurrency=6 --offline'
    const [text, json] = await Promise.all([say(line), say(`${line} --json`)])
    expect([text.code, json.code]).toEqual([4, 4])
    expect(text.out).toContain('1,930 of 390 connections')
    const { reasons } = checkShape.parse(JSON.parse(json.out))
    expect(reasons.map(({ text: one }) => one).join(' ')).toContain('1,930 of 390 connections')
  })

  test('a tier of the other edition is a verdict (4): this System may not have it', async () => {
    const line = 'check patch-cloud-sql-tier database=tuki-db-prod tier=db-perf-optimized-N-8'
    const { code, out } = await say(`${line} --offline --json`)
    expect(code).toBe(4)
    expect(checkShape.parse(JSON.parse(out))).toMatchObject({
      verdict: 'block',
      reasons: [{ code: 'edition-differs' }],
    })
  })

  test('a step that only reads is clear (0)', async () => {
    const { code, out } = await say(
      'check check-connections database=tuki-db-prod --offline --json',
    )
    expect(code).toBe(0)
    expect(checkShape.parse(JSON.parse(out)).verdict).toBe('clear')
  })

  test('online it is judged by the world, and another forecast has another fingerprint', async () => {
    const [there, here] = await Promise.all([
      say(`check ${upgrade} --json`, online()),
      say(`check ${upgrade} --json --offline`, online()),
    ])
    const [seen, declared] = [there, here].map(({ out }) => checkShape.parse(JSON.parse(out)))
    expect(seen?.phases[0]?.assessment?.supportedUsers).toBe(3696)
    expect(declared?.phases[0]?.assessment?.supportedUsers).toBe(2904)
    expect(seen?.fingerprint).not.toBe(declared?.fingerprint)
  })
})

describe.concurrent('explain', { timeout: 180_000 }, () => {
  test('one finding with its whole derivation and sources', async () => {
    const line = 'explain db-connections --offline'
    const [text, json] = await Promise.all([say(line), say(`${line} --json`)])
    expect([text.code, json.code]).toEqual([0, 0])
    expect(text.out).toContain('backend = 1,800   200 instances x 9 connections   [system.yml]')
    const [finding] = z.array(explainShape).parse(JSON.parse(json.out))
    expect(finding?.derivation.length).toBeGreaterThan(5)
  })

  test('what would change it, by how much, with verdict and cost, and what is often got wrong', async () => {
    const line = 'explain db-connections --offline'
    const [text, json] = await Promise.all([say(line), say(`${line} --json`)])
    expect(text.out).toContain('route-through-pooler service=backend pooler=pgbouncer')
    expect(text.out).toContain('headroom -1,500 -> 250, broken -> ok; 2,904 -> 3,300 users')
    expect(text.out).toContain('max_connections is not memory / 9.5')
    const [finding] = z.array(explainShape).parse(JSON.parse(json.out))
    expect(finding?.levers).toContainEqual({
      step: 'patch-cloud-sql-tier',
      input: { database: 'tuki-db-prod', tier: 'db-custom-4-15360' },
      verdict: 'review',
      ...{ severity: 'broken', demand: 1890, limit: 490, headroom: -1400 },
      supportedUsers: { before: 2904, after: 3696 },
      costDeltaUsd: 197,
    })
  })

  test('a rule with numbers has its sum, and a limit that no sum makes stands beside its name', async () => {
    const [alert, redis] = await Promise.all([
      say('explain alert-fires --offline'),
      say('explain redis-clients --offline'),
    ])
    expect(alert.out).toContain(
      'As configured 648 of 390 connections in db-connections; the limit is 400 max_connections - 3 reserved',
    )
    expect(redis.out).toContain('; the limit is 65,000 (maxClients).')
  })

  test('a law that concerns nothing here is no wrong input: what it is about is said (0)', async () => {
    const line = 'explain pooler-clients --offline'
    const [text, json] = await Promise.all([say(line), say(`${line} --json`)])
    expect([text.code, json.code, JSON.parse(json.out)]).toEqual([0, 0, []])
    expect(text.out).toMatch(/nothing to say of this System.*max_client_conn.*18,000/s)
  })

  test('online each number that was read has its age', async () => {
    const { out } = await say('explain db-connections', online())
    expect(out).toMatch(/\[[^\]]* \(\d+ s ago\)/)
  })

  test('a subject by its name, or by its path', async () => {
    const lines = ['web-slots backend', 'web-slots services.backend']
    const [short, long] = await Promise.all(
      lines.map((line) => say(`explain ${line} --offline --json`)),
    )
    expect(short).toEqual(long)
    expect(short?.code).toBe(0)
  })
})
