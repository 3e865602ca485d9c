/** Refused: one sentence on standard error, nothing on standard output, the right exit code. contract.md, 2 and 3. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openSqliteLedger } from '../../src/ledger/sqlite.ts'
import { startLocalSlack } from '../../src/rehearsal/slack/local-slack.ts'
import { type Environment, freePort, projectRoot, run } from '../e2e/process.ts'
import { type Answer, answer } from './warm.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))
const systemText = readFileSync(join(projectRoot, 'system.yml'), 'utf8')

function document(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

async function refused(
  args: readonly string[],
  env: Environment,
  code: number,
  says: RegExp,
): Promise<void> {
  expectRefusal(await answer(args, { PLIMSOLL_DATA: join(folder, 'data'), ...env }), code, says)
}

function expectRefusal({ err, ...ended }: Answer, code: number, says: RegExp): void {
  expect(ended, err).toEqual({ code, out: '' })
  expect(err).toMatch(says)
  // One sentence, on one line, of a person's length, and no stack.
  expect(err.trim().split('\n')).toHaveLength(1)
  expect(err.length).toBeLessThan(500)
  expect(err).not.toMatch(/\bat .*:\d+:\d+|node:internal/)
}

const tier = ['check', 'patch-cloud-sql-tier']
const db = 'database=tuki-db-prod'
const big = 'tier=db-custom-8-30720'

describe.concurrent('wrong usage or input is 2', { timeout: 180_000 }, () => {
  test.each<[string, readonly string[], RegExp]>([
    ['a missing file', ['status', '--system', 'none.yml'], /none\.yml/],
    ['a folder', ['status', '--system', folder], /plimsoll-cli-/],
    [
      'broken YAML',
      ['status', '--system', document('broken.yml', 'version: 1\nname: [')],
      /broken\.yml.*line \d/,
    ],
    [
      'an unknown key',
      ['status', '--system', document('key.yml', `${systemText}\nextra: 1\n`)],
      /extra/,
    ],
    [
      'maxInstances: -1',
      [
        'status',
        '--system',
        document('max.yml', systemText.replace('maxInstances: 200', 'maxInstances: -1')),
      ],
      /services\.backend\.maxInstances: -1 /,
    ],
    [
      'a tier that no System could have',
      [...tier, db, 'tier=db-custom-3-7680'],
      /db-custom-2-7680/,
    ],
    ['an unknown step', ['check', 'patch-tier'], /patch-cloud-sql-tier/],
    [
      'an unknown input',
      [...tier, db, big, 'colour=red'],
      /There is no field `colour`, so nothing can be `red`. The fields are database, tier/,
    ],
    [
      'an input of a step that takes none',
      ['check', 'stop-load-test', 'extra=1'],
      /no field `extra`.*It takes none/,
    ],
    [
      'a value whose field has a longer description',
      ['check', 'retarget-alert', 'alert=db-connections', 'threshold=-1'],
      /at least 0 \(connections; left out: [^)]*rounded down\), and `-1` is not\.$/m,
    ],
    ['a word that is no input', [...tier, 'big'], /key=value/],
    ['an input twice', [...tier, db, db, big], /`database`/],
    ['a missing required input', [...tier, db], /`tier`.*missing/],
    ['no input at all', tier, /`database`.*`tier`.*missing/],
    ['an unknown database', [...tier, 'database=tuki-db', big], /tuki-db.*tuki-db-prod/],
    [
      'a number that is none',
      ['check', 'bump-celery-concurrency', 'service=celery-worker', 'concurrency=lots'],
      /`concurrency` must be a whole number from 1 to 64.*`lots`/,
    ],
    [
      'a number out of range',
      ['check', 'bump-celery-concurrency', 'service=celery-worker', 'concurrency=65'],
      /from 1 to 64/,
    ],
    ['an unknown law', ['explain', 'gravity'], /gravity.*db-connections/],
    ['a subject that the law does not have', ['explain', 'db-connections', 'mars'], /mars/],
    ['an unknown verb', ['frobnicate'], /frobnicate/],
    ['an unknown option', ['status', '--loudly'], /--loudly/],
    ['a verb without its argument', ['check'], /step/],
    ['an extra argument', ['status', 'please'], /argument/],
  ])('%s', (_what, args, says) => refused(args, {}, 2, says))
})

const bench = { botToken: 'xoxb-bench', signingSecret: 'bench' }
const addressSchema = z.object({ port: z.int() })
const slack = { SLACK_BOT_TOKEN: 'xoxb-x', SLACK_SIGNING_SECRET: 's', PLIMSOLL_SYSTEM: 'none.yml' }

describe.concurrent('a configuration that is not one is 2', { timeout: 180_000 }, () => {
  test.each<[string, Environment, RegExp]>([
    ['a token without a secret', { SLACK_BOT_TOKEN: 'xoxb-x' }, /SLACK_SIGNING_SECRET/],
    ['a secret without a token', { SLACK_SIGNING_SECRET: 's' }, /SLACK_BOT_TOKEN/],
    [
      'a Web API elsewhere',
      { ...slack, SLACK_API_URL: 'https://slack.evil.example/api/' },
      /SLACK_API_URL/,
    ],
    [
      'a Google elsewhere',
      { ...slack, GOOGLE_API_ROOT: 'http://10.0.0.7:9099' },
      /GOOGLE_API_ROOT/,
    ],
    [
      'another project than the document names',
      { ...slack, PLIMSOLL_SYSTEM: join(projectRoot, 'system.yml'), GOOGLE_CLOUD_PROJECT: 'other' },
      /GOOGLE_CLOUD_PROJECT.*tukiprod/,
    ],
    ['a rehearsal beside a ledger', { LEDGER_URL: 'postgres://127.0.0.1/l' }, /LEDGER_URL/],
    ['a rehearsal on Cloud Run', { K_SERVICE: 'plimsoll' }, /K_SERVICE/],
    ['a rehearsal in production', { NODE_ENV: 'production' }, /NODE_ENV/],
    [
      'a rehearsal beside a database elsewhere',
      { DATABASE_URL_TUKI_DB_PROD: 'postgres://db.example/x' },
      /DATABASE_URL_TUKI_DB_PROD/,
    ],
    [
      'a rehearsal beside a broker elsewhere',
      { CELERY_BROKER_URL: 'redis://broker.example' },
      /CELERY_BROKER_URL/,
    ],
    [
      'a rehearsal beside a pooler elsewhere',
      { PGBOUNCER_ADMIN_URLS: 'postgres://127.0.0.1/p,postgres://pool.example/p' },
      /PGBOUNCER_ADMIN_URLS/,
    ],
    ['a missing document', slack, /none\.yml/],
    ['a missing document of a rehearsal', { PLIMSOLL_SYSTEM: 'none.yml' }, /No .*none\.yml/],
  ])('%s', (_what, env, says) => refused(['start'], env, 2, says))

  test('a document of a start that is not there', () =>
    refused(['start', '--system', 'none.yml'], slack, 2, /No .*none\.yml/))
  test('a data folder that is a file', () => {
    const PLIMSOLL_DATA = document('a-file', '')
    return refused(
      ['start'],
      { PLIMSOLL_DATA },
      2,
      /PLIMSOLL_DATA .*a-file cannot be used \(EEXIST\)/,
    )
  })
  test('a port that somebody else has: it says so, and the process ends', async () => {
    const local = await startLocalSlack({ ...bench, deliverTo: () => null })
    const other = createServer()
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => resolve(addressSchema.parse(other.address()).port)),
    )
    const env = {
      ...{ SLACK_BOT_TOKEN: bench.botToken, SLACK_SIGNING_SECRET: bench.signingSecret },
      ...{ SLACK_API_URL: `${local.url}/api/`, GOOGLE_API_ROOT: local.url },
      ...{ PORT: String(port), LOG_LEVEL: 'silent', PLIMSOLL_DATA: join(folder, 'no-port') },
    }
    try {
      const bot = run(['start'], env)
      const code = (await bot.ended) ?? -1
      const said = { code, out: bot.stdout(), err: bot.stderr() }
      expectRefusal(said, 2, /Port \d+ is taken: set PORT to a free one/)
    } finally {
      other.close()
      await local.stop()
    }
  })
  test('status with a Google elsewhere', () =>
    refused(['status'], { GOOGLE_API_ROOT: 'http://10.0.0.7:9099' }, 2, /GOOGLE_API_ROOT/))
  test('status of another project', () =>
    refused(['status'], { GOOGLE_CLOUD_PROJECT: 'other' }, 2, /GOOGLE_CLOUD_PROJECT.*tukiprod/))
})

describe.concurrent('what cannot be done now is 1', { timeout: 180_000 }, () => {
  test('a second process on one data folder is told where the first one answers', async () => {
    const data = join(folder, 'held')
    const first = openSqliteLedger(data, { now: () => 0 })
    if (first.kind === 'held') throw new Error('a fresh folder is held')
    first.announce({ pid: 1, address: 'http://localhost:4321' })
    const env = { ...slack, PLIMSOLL_SYSTEM: join(projectRoot, 'system.yml'), PLIMSOLL_DATA: data }
    await refused(['start'], env, 1, /localhost:4321/)
    await first.close()
  })

  test('a Slack that does not answer', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}/api/`
    const env = { ...slack, PLIMSOLL_SYSTEM: join(projectRoot, 'system.yml') }
    const quiet = { SLACK_API_URL: nowhere, LOG_LEVEL: 'silent', PORT: String(await freePort()) }
    await refused(['start'], { ...env, ...quiet }, 1, /SLACK_BOT_TOKEN/)
  })
})
