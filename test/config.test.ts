/** A real workspace or a rehearsal, never half of one. contract.md, 2. */
import { describe, expect, test } from 'vitest'
import { readConfig, readFiles, readWorld } from '../src/config.ts'

type Env = Readonly<Record<string, string>>
const real: Env = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'secret' }

describe('without any SLACK_* it is a rehearsal', () => {
  test.each<[string, Env, object]>([
    ['nothing at all', {}, { port: null, dataFolder: '.plimsoll', systemFile: 'system.yml' }],
    ['empty Slack variables', { SLACK_BOT_TOKEN: '', SLACK_API_URL: '' }, { port: null }],
    ['an empty port', { PORT: '', LOG_LEVEL: '', PLIMSOLL_DATA: '' }, { dataFolder: '.plimsoll' }],
    ['a port of its own', { PORT: '4000' }, { port: 4000 }],
    ['a database on loopback', { DATABASE_URL_A: 'postgres://u@127.0.0.1:5432/a' }, {}],
    ['a pooler on localhost', { PGBOUNCER_ADMIN_URLS: 'postgres://localhost/p' }, {}],
    ['a broker on ::1', { CELERY_BROKER_URL: 'redis://[::1]:6379/0' }, {}],
    ['development', { NODE_ENV: 'development' }, {}],
    ['an empty production variable', { LEDGER_URL: '', K_SERVICE: '' }, {}],
  ])('%s', (_what, env, expected) => {
    expect(readConfig(env)).toMatchObject({ kind: 'rehearsal', ...expected })
  })

  test.each<[string, Env]>([
    ['LEDGER_URL', { LEDGER_URL: 'postgres://127.0.0.1/ledger' }],
    ['K_SERVICE', { K_SERVICE: 'plimsoll' }],
    ['NODE_ENV', { NODE_ENV: 'production' }],
    ['GOOGLE_API_ROOT', { GOOGLE_API_ROOT: 'http://127.0.0.1:9099' }],
    ['MONITORING_WEBHOOK_TOKEN', { MONITORING_WEBHOOK_TOKEN: 't' }],
    ['DATABASE_URL_TUKI', { DATABASE_URL_TUKI: 'postgres://10.1.2.3/tuki' }],
    ['DATABASE_URL_TUKI', { DATABASE_URL_TUKI: 'postgres://127.0.0.1.evil.example/tuki' }],
    ['DATABASE_URL_TUKI', { DATABASE_URL_TUKI: 'not a url' }],
    ['PGBOUNCER_ADMIN_URLS', { PGBOUNCER_ADMIN_URLS: 'postgres://localhost/p, postgres://b/p' }],
    ['CELERY_BROKER_URL', { CELERY_BROKER_URL: 'redis://redis.internal' }],
    ['PORT', { PORT: '0' }],
    ['PORT', { PORT: '65536' }],
    ['PORT', { PORT: 'http' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
  ])('beside %s it is refused, and the variable is named', (variable, env) => {
    expect(readConfig(env)).toMatchObject({ kind: 'config-problem', variable })
  })
})

describe('with SLACK_* it is a real workspace', () => {
  test.each<[string, Env, object]>([
    ['the two that it needs', real, { port: 3000, googleApiRoot: null }],
    ['a Web API on loopback', { ...real, SLACK_API_URL: 'http://127.0.0.1:9/api/' }, {}],
    ["Slack's own host", { ...real, SLACK_API_URL: 'https://slack.com/api/' }, {}],
    ["a host of Slack's", { ...real, SLACK_API_URL: 'https://acme.slack.com/api/' }, {}],
    ['a local cloud', { ...real, GOOGLE_API_ROOT: 'http://localhost:9099' }, {}],
    [
      'a pooler of two processes',
      { ...real, PGBOUNCER_ADMIN_URLS: 'postgres://u@localhost/p, postgres://u@127.0.0.1:6433/p' },
      { poolerUrls: ['postgres://u@localhost/p', 'postgres://u@127.0.0.1:6433/p'] },
    ],
  ])('%s', (_what, env, expected) => {
    expect(readConfig(env)).toMatchObject({ kind: 'bot', ...expected })
  })

  test.each<[string, Env]>([
    ['SLACK_SIGNING_SECRET', { SLACK_BOT_TOKEN: 'xoxb-1' }],
    ['SLACK_SIGNING_SECRET', { ...real, SLACK_SIGNING_SECRET: '' }],
    ['SLACK_BOT_TOKEN', { SLACK_SIGNING_SECRET: 'secret' }],
    ['SLACK_BOT_TOKEN', { SLACK_API_URL: 'http://127.0.0.1:9/api/' }],
    ['SLACK_APP_TOKEN', { ...real, SLACK_APP_TOKEN: 'xapp-1' }],
    ['PGBOUNCER_ADMIN_URLS', { ...real, PGBOUNCER_ADMIN_URLS: 'postgres://u@10.0.0.9/p' }],
    ['SLACK_API_URL', { ...real, SLACK_API_URL: 'https://slack.com.evil.example/api/' }],
    ['SLACK_API_URL', { ...real, SLACK_API_URL: 'https://evilslack.com/api/' }],
    ['SLACK_API_URL', { ...real, SLACK_API_URL: 'http://slack.com/api/' }],
    ['SLACK_API_URL', { ...real, SLACK_API_URL: 'https://slack.com@evil.example/api/' }],
    ['GOOGLE_API_ROOT', { ...real, GOOGLE_API_ROOT: 'http://169.254.169.254' }],
    ['GOOGLE_API_ROOT', { ...real, GOOGLE_API_ROOT: 'https://sqladmin.googleapis.com' }],
    ['GOOGLE_API_ROOT', { ...real, GOOGLE_API_ROOT: 'https://127.0.0.1:9099' }],
    ['GOOGLE_API_ROOT', { ...real, GOOGLE_API_ROOT: 'http://127.0.0.1:9099/v1' }],
    ['GOOGLE_API_ROOT', { ...real, GOOGLE_API_ROOT: 'http://user:p@127.0.0.1:9099' }],
    ['GOOGLE_API_ROOT', { ...real, GOOGLE_API_ROOT: '127.0.0.1:9099' }],
    ['K_SERVICE', { ...real, K_SERVICE: 'plimsoll' }],
    ['LEDGER_URL', { ...real, LEDGER_URL: 'postgres://ledger/l' }],
    ['LEDGER_URL', { ...real, LEDGER_URL: 'mysql://u@127.0.0.1/l' }],
    ['DATABASE_URL_TUKI', { ...real, DATABASE_URL_TUKI: 'postgres://127.0.0.1/tuki' }],
    ['PORT', { ...real, PORT: '99999' }],
  ])('%s is refused, and named', (variable, env) => {
    const read = readConfig(env)
    expect(read).toMatchObject({ kind: 'config-problem', variable })
    expect(JSON.stringify(read)).not.toContain('xoxb-1')
    expect(JSON.stringify(read)).not.toContain('"secret"')
  })

  const operated = { ...real, DATABASE_URL_TUKI: 'postgres://u@127.0.0.1:5432/tuki' }
  test.each<[string, string]>([
    ['the very database', 'postgres://u@127.0.0.1:5432/tuki'],
    ['by its other name', 'postgres://ledger:hunter2@localhost/tuki'],
    ['another database of the same server', 'postgres://u@127.0.0.1/ledger'],
  ])('a ledger in what the bot operates is refused: %s', (_what, LEDGER_URL) => {
    const read = readConfig({ ...operated, LEDGER_URL })
    expect(read).toMatchObject({ kind: 'config-problem', variable: 'LEDGER_URL' })
    expect(JSON.stringify(read)).not.toContain('hunter2')
  })

  test.each<[string, Env]>([
    ['beside the databases that it operates', { ...operated }],
    ['on Cloud Run, whose disk does not last', { ...real, K_SERVICE: 'plimsoll' }],
  ])('a ledger on a server of its own is taken %s', (_what, env) => {
    const LEDGER_URL = 'postgres://plimsoll:p@127.0.0.1:5433/ledger'
    expect(readConfig({ ...env, LEDGER_URL })).toMatchObject({
      kind: 'bot',
      ledger: { host: '127.0.0.1', port: 5433, database: 'ledger' },
    })
  })

  test('an empty optional variable is as good as none', () => {
    const env = { ...real, SLACK_API_URL: '', GOOGLE_API_ROOT: '', LEDGER_URL: '', PORT: '' }
    const slack = expect.objectContaining({ apiUrl: null })
    expect(readConfig(env)).toMatchObject({ kind: 'bot', slack, googleApiRoot: null })
  })

  test('a problem never repeats a URL with a password in it', () => {
    const url = 'http://user:hunter2@10.0.0.7/'
    for (const env of [
      { ...real, SLACK_API_URL: url },
      { ...real, GOOGLE_API_ROOT: url },
      { DATABASE_URL_TUKI: url },
      { ...real, CELERY_BROKER_URL: url },
      { CELERY_BROKER_URL: url },
    ])
      expect(JSON.stringify(readConfig(env))).not.toContain('hunter2')
  })
})

describe('the command line looks at a world only where one is named', () => {
  const url = 'postgres://ana:hunter2@127.0.0.1:5432/tuki'
  test.each<[Env, object]>([
    [{}, { google: null, databaseUrls: new Map() }],
    [
      { GOOGLE_API_ROOT: 'http://127.0.0.1:9099' },
      { google: { apiRoot: 'http://127.0.0.1:9099' } },
    ],
    [{ GOOGLE_CLOUD_PROJECT: 'tukiprod' }, { google: { apiRoot: null } }],
    [
      { DATABASE_URL_TUKI: url },
      { google: null, databaseUrls: new Map([['DATABASE_URL_TUKI', url]]) },
    ],
    [{ CELERY_BROKER_URL: 'redis://10.0.0.3/0' }, { celeryBrokerUrl: 'redis://10.0.0.3/0' }],
    [{ CELERY_BROKER_URL: 'amqp://10.0.0.3' }, { variable: 'CELERY_BROKER_URL' }],
    [{ DATABASE_URL_TUKI: 'mysql://127.0.0.1/tuki' }, { variable: 'DATABASE_URL_TUKI' }],
    [{ GOOGLE_CLOUD_PROJECT: 'other' }, { variable: 'GOOGLE_CLOUD_PROJECT' }],
    [{ GOOGLE_API_ROOT: 'http://example.com' }, { variable: 'GOOGLE_API_ROOT' }],
  ])('%j', (env, expected) => {
    expect(readWorld('tukiprod', env)).toMatchObject(expected)
  })

  test('the files have names by default, and others when they are given', () => {
    expect(readFiles({})).toEqual({
      systemFile: 'system.yml',
      dataFolder: '.plimsoll',
      runbooksFolder: 'runbooks',
      logLevel: 'info',
    })
    const env = { PLIMSOLL_SYSTEM: 'a.yml', PLIMSOLL_DATA: 'b', PLIMSOLL_RUNBOOKS: 'c' }
    expect(readFiles(env)).toMatchObject({ systemFile: 'a.yml', dataFolder: 'b' })
  })
})
