/** What an operator sets: the environment, the addresses in it, and where a load test may go. */
import fc from 'fast-check'
import { readConfig, readLedger, readWorld } from '../../src/config.ts'
import { hostText, isLocalRoot, isLoopback, isSlack, problem } from '../../src/config-urls.ts'
import { readBrokerUrl } from '../../src/world/celery-url.ts'
import { assertAllowed } from '../../src/world/load-test-host.ts'
import { hostsOf, isLoopbackHost, readPostgresUrl } from '../../src/world/postgres-url.ts'
import { anyText, nearText } from './mutate.ts'
import { must, orFault, parser, sayable } from './parser.ts'

const secret = 'canary-password'

const urls = nearText(
  `postgres://watcher:${secret}@10.0.0.5:5432/shop?sslmode=require`,
  `postgres://watcher:${secret}@/shop?host=/cloudsql/p:r:i`,
  `postgres://u:${secret}@a,b:1/shop`,
  `redis://:${secret}@127.0.0.1:6379/0`,
  `rediss://u:${secret}@broker.example:6380/1?ssl_cert_reqs=required`,
  'http://127.0.0.1:9099',
  'https://slack.com/api/',
)

const postgres = parser(
  'postgres-urls',
  'DATABASE_URL_*, PGBOUNCER_ADMIN_URLS and LEDGER_URL',
  urls,
  (text) => {
    must(hostsOf(text).length > 0, 'it leads nowhere')
    const read = readPostgresUrl(text)
    if (read.kind === 'wrong') return masked(read.problem)
    const { host, port } = read.address
    must(host !== '' && port >= 0 && port <= 65_535, 'an address without a host or a port')
    must(hostsOf(text).includes(host), 'a host that is not among its hosts')
    if (isLoopbackHost(host)) must(hostsOf(text).every(isLoopbackHost), 'it may lead elsewhere')
  },
)

const broker = parser('broker-urls', 'CELERY_BROKER_URL', urls, (text) => {
  const read = readBrokerUrl(text)
  if (read.kind === 'wrong') return masked(read.problem)
  const { host, port, database } = read.address
  must(host !== '' && Number.isInteger(port), 'an address without a host or a port')
  must(database >= 0 && database <= 9_999, 'no database')
})

const roots = parser('api-roots', 'SLACK_API_URL and GOOGLE_API_ROOT', urls, (text) => {
  sayable(problem('SLACK_API_URL', `is ${hostText(text)}`).problem)
  const hostname = URL.parse(text)?.hostname ?? ''
  if (isLoopback(text) || isLocalRoot(text))
    must(/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname), `${hostname} is not this machine`)
  if (isSlack(text)) must(/(^|\.)slack\.com$/.test(hostname), `${hostname} is not Slack's`)
})

/** A password may stand where nobody expects it. */
function masked(problem: string): void {
  sayable(problem)
  must(!problem.includes(secret), 'a password is repeated')
}

const variables = [
  ...['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_API_URL', 'PORT', 'LOG_LEVEL', 'K_SERVICE'],
  ...['GOOGLE_API_ROOT', 'GOOGLE_CLOUD_PROJECT', 'LEDGER_URL', 'NODE_ENV', 'CELERY_BROKER_URL'],
  ...['DATABASE_URL_A', 'DATABASE_URL___proto__', 'PGBOUNCER_ADMIN_URLS', 'PLIMSOLL_DATA', 'PATH'],
]
const value = fc.oneof(
  urls,
  fc.constantFrom('', 'xoxb-1', secret, '3000', 'trace', 'tukiprod'),
  anyText,
)

const environment = parser(
  'environment',
  'the variables of the environment',
  fc.dictionary(fc.constantFrom(...variables), value, { maxKeys: 7 }),
  (env) => {
    const config = readConfig(env)
    for (const read of [config, readWorld('tukiprod', env), readLedger(env)])
      if (read !== null && 'problem' in read) {
        sayable(`${read.variable} ${read.problem}`)
        if (read.variable !== 'GOOGLE_CLOUD_PROJECT' && !/PORT|LOG_LEVEL/.test(read.variable))
          must(!read.problem.includes(secret), `${read.variable} is repeated: ${read.problem}`)
      }
    if (config.kind === 'rehearsal')
      must(!Object.keys(env).some((name) => /^SLACK_/.test(name) && env[name] !== ''), 'a game')
  },
)

const hosts = parser(
  'load-test-hosts',
  'the host that a load test is sent to',
  nearText('127.0.0.1', 'staging.example:8080', '[::1]:80', 'user@staging.example', 'a/b?c'),
  (host) => {
    const allowed = ['127.0.0.1', 'staging.example']
    if (orFault(() => assertAllowed(host, allowed)) === null) return
    const { hostname } = new URL(`http://${host}`)
    must(allowed.includes(hostname), `${host} leads to ${hostname}`)
  },
)

export const settingParsers = [...[postgres, broker, roots, environment, hosts]]
