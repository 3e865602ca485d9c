/** Secrets are nowhere but in the environment: not in a log, a message, an answer or the ledger. contract.md, 2. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig, readLedger, readWorld } from '../../src/config.ts'
import { openStage, type Stage, upgrade } from './bot.ts'
import { type Environment, freePort, run } from './process.ts'
import { startServers } from './servers.ts'
import { click, command, post, signed } from './signed.ts'
import { until } from './until.ts'

const passwords = {
  database: 'canary-database-password',
  pooler: 'canary-pooler-password',
  broker: 'canary-broker-password',
}

/** With the passwords, at these ports; the broker is where nobody answers: what fails is what speaks. */
async function addresses(ports: { database?: string; pooler?: string }): Promise<Environment> {
  const silent = await freePort()
  const { database = silent, pooler = silent } = ports
  return {
    DATABASE_URL_TUKI_DB_PROD: `postgres://watcher:${passwords.database}@127.0.0.1:${database}/shop`,
    PGBOUNCER_ADMIN_URLS: `postgres://watcher:${passwords.pooler}@127.0.0.1:${pooler}/pgbouncer`,
    CELERY_BROKER_URL: `redis://:${passwords.broker}@127.0.0.1:${silent}/0`,
  }
}

const portOf = (url = '') => new URL(url).port

test('a whole upgrade, with failures, at the loudest log level, tells no secret', {
  timeout: 240_000,
}, async () => {
  const servers = await startServers()
  const { DATABASE_URL_TUKI_DB_PROD: database, PGBOUNCER_ADMIN_URLS: pooler } = servers.env
  const there = await addresses({ database: portOf(database), pooler: portOf(pooler) })
  const stage = await openStage({ env: { ...there, LOG_LEVEL: 'trace' } })
  servers.watch(stage.cloud)
  try {
    await stage.start()
    await upgradeWithTrouble(stage)
    await stage.bot().stop()
    const token = tokenOf(stage)
    const secrets = [stage.botToken, stage.signingSecret, ...Object.values(passwords)]
    const log = stage.output()
    expect(log).toMatch(/"level":(40|50)/)
    for (const secret of [...secrets, token, 'hooks/', '1.2.abc']) expect(log).not.toContain(secret)
    for (const secret of secrets) {
      expect(JSON.stringify(stage.all())).not.toContain(secret)
      expect(JSON.stringify(calls(stage))).not.toContain(secret)
      for (const bytes of filesOf(stage)) expect(bytes.includes(secret)).toBe(false)
    }
    // An approval's token is a button's value and nothing that anybody reads.
    expect(JSON.stringify(stage.all().map(({ text }) => text))).not.toContain(token)
    for (const said of await commandsSay(stage, await addresses({})))
      for (const secret of secrets) expect(said).not.toContain(secret)
  } finally {
    await stage.close()
    await servers.stop()
  }
})

async function upgradeWithTrouble(stage: Stage): Promise<void> {
  await stage.type('ana', upgrade)
  await stage.said(/Needs 1 of/)
  // Answers that name every source that did not answer.
  await stage.type('ana', '/capacity status')
  await stage.said(/carries|users/)
  await stage.type('ana', '/runbook do check-connections database=tuki-db-prod')
  // What makes it complain: forged requests, and a Slack that fails and comes back.
  await post(stage, signed(stage, command(), { secret: 'wrong' }))
  await post(stage, signed(stage, 'payload=%7B'))
  await post(stage, signed(stage, click({ value: 'forged', ts: '1.0' })))
  stage.switchboard.answerWith((method) =>
    method === 'users.info' ? { ok: false, error: 'invalid_auth' } : null,
  )
  await post(stage, signed(stage, command({ user_id: 'U0NEW' })))
  await stage.click('luis', 'Approve')
  stage.switchboard.cut()
  await until('a complaint', () => (/"level":(40|50)/.test(stage.output()) ? true : undefined))
  stage.switchboard.mend()
  await stage.said(/^Done/)
}

/** Everything that a terminal says of this ledger and this configuration, as text and as JSON. */
async function commandsSay(stage: Stage, given: Environment): Promise<readonly string[]> {
  const env: Environment = {
    ...given,
    SLACK_BOT_TOKEN: stage.botToken,
    SLACK_SIGNING_SECRET: stage.signingSecret,
    SLACK_API_URL: stage.switchboard.apiUrl,
    GOOGLE_API_ROOT: stage.cloud.root,
    PLIMSOLL_DATA: stage.dataFolder,
    PLIMSOLL_SYSTEM: join(stage.dataFolder, 'system.yml'),
  }
  const [id = ''] = tokenOf(stage).split('.')
  const lines = [
    ['ledger', 'export', id],
    ['ledger', 'export', id, '--format', 'json'],
    ['doctor', '--json'],
    ['status'],
  ]
  const answers = lines.map(async (args) => {
    const ran = run(args, env)
    const code = await ran.ended
    const said = `${ran.stdout()}${ran.stderr()}`
    expect(said, args.join(' ')).not.toBe('')
    expect(code, `${args.join(' ')}: ${said}`).not.toBe(2)
    return said
  })
  return Promise.all(answers)
}

function tokenOf(stage: Stage): string {
  return String(stage.events().find(({ type }) => type === 'approval-requested')?.token)
}

function calls(stage: Stage): readonly unknown[] {
  return stage.slack.log.entries()
}

function filesOf({ dataFolder }: Stage): readonly Buffer[] {
  return readdirSync(dataFolder)
    .filter((name) => name.includes('.'))
    .map((name) => readFileSync(join(dataFolder, name)))
}

describe('what is wrong with a variable is said without what stands in it:', () => {
  const canary = 'canary-secret'
  const slack = { SLACK_BOT_TOKEN: canary, SLACK_SIGNING_SECRET: canary }
  const urls = [
    `postgres://u:${canary}@10.0.0.9/shop`,
    `postgres://u:${canary}@h:port/shop?sslmode=require`,
    `postgres://u:${canary}%zz@10.0.0.9/shop?sslmode=require`,
    `postgres://u:${canary}@10.0.0.9/shop?sslmode=none&password=${canary}`,
    `redis://:${canary}@10.0.0.9/name`,
    `rediss://:${canary}@10.0.0.9/0?password=${canary}`,
    `http://u:${canary}@10.0.0.9:1/path?token=${canary}`,
    canary,
  ]
  const holders = ['DATABASE_URL_TUKI', 'PGBOUNCER_ADMIN_URLS', 'CELERY_BROKER_URL', 'LEDGER_URL']
  const others = ['SLACK_API_URL', 'GOOGLE_API_ROOT', 'SLACK_APP_TOKEN', 'MONITORING_WEBHOOK_TOKEN']
  test.each([...holders, ...others])('%s', (variable) => {
    const problems = urls
      .flatMap((url) => [{ [variable]: url }, { ...slack, [variable]: url }])
      .flatMap((env) => [readConfig(env), readWorld('tukiprod', env), readLedger(env)])
      .filter((read) => read !== null && 'problem' in read)
    expect(problems.length).toBeGreaterThan(4)
    for (const problem of problems) expect(JSON.stringify(problem)).not.toContain(canary)
  })

  test('the token and the signing secret, alone', () => {
    for (const variable of ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET']) {
      const problem = readConfig({ [variable]: canary })
      expect(problem).toMatchObject({ kind: 'config-problem' })
      expect(JSON.stringify(problem)).not.toContain(canary)
    }
  })
})
