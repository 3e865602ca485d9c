/** The addresses among the variables of the environment: what each must be, and whose it may not be. contract.md, 2. */
import { printable } from './printable.ts'
import { readBrokerUrl } from './world/celery-url.ts'
import {
  hostsOf,
  isLoopbackHost,
  type PostgresAddress,
  readPostgresUrl,
} from './world/postgres-url.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Null: SQLite in the data folder. It holds a password. */
export type LedgerPlace = PostgresAddress | null

/** By variable: `DATABASE_URL_TUKI_DB_PROD`. */
export type DatabaseUrls = ReadonlyMap<string, string>

const poolerVariable = 'PGBOUNCER_ADMIN_URLS'

const brokerUrl = 'CELERY_BROKER_URL'

/** What is wrong with the environment: which variable, and what would be right. */
export type ConfigProblem = {
  readonly kind: 'config-problem'
  readonly variable: string
  readonly problem: string
}

/** How databases are reached. A URL that is wrong is named by its variable, never repeated. */
export function readDatabaseUrls(env: Environment): DatabaseUrls | ConfigProblem {
  const urls = new Map<string, string>()
  for (const [name, url] of Object.entries(env)) {
    if (!name.startsWith('DATABASE_URL_') || url === undefined || url === '') continue
    const read = readPostgresUrl(url)
    if (read.kind === 'wrong') return problem(name, read.problem)
    urls.set(name, url)
  }
  return urls
}

/** One for each process; each is said by its place in the list. */
export function readPoolerUrls(env: Environment): readonly string[] | ConfigProblem {
  const urls = listed(env[poolerVariable])
  const places: string[] = []
  for (const [index, url] of urls.entries()) {
    const [read, which] = [readPostgresUrl(url), `number ${index + 1}`]
    if (read.kind === 'wrong') return problem(poolerVariable, `${which} ${read.problem}`)
    const place = JSON.stringify([read.address.host, read.address.port])
    if (places.includes(place)) return problem(poolerVariable, `${which} is a process named before`)
    places.push(place)
  }
  return urls
}

/** Where the ledger is. Never with what the bot operates: it would restart its own memory. */
export function readLedgerPlace(env: Environment): LedgerPlace | ConfigProblem {
  const url = given(env, 'LEDGER_URL')
  if (url === undefined) return null
  const read = readPostgresUrl(url)
  if (read.kind === 'wrong') return problem('LEDGER_URL', read.problem)
  const { address } = read
  for (const [name, other] of Object.entries(env))
    if (name.startsWith('DATABASE_URL_') && other !== undefined && isSameServer(address, other))
      return problem('LEDGER_URL', `is the server of ${name}, which I operate; use one of its own`)
  return address
}

/** Another database of the same server is restarted with it. */
function isSameServer({ host, port }: PostgresAddress, url: string): boolean {
  const read = readPostgresUrl(url)
  if (read.kind === 'wrong') return false
  const other = read.address
  const isNear = isLoopbackHost(host) && isLoopbackHost(other.host)
  return port === other.port && (isNear || host.toLowerCase() === other.host.toLowerCase())
}

export function readBroker(env: Environment): { celeryBrokerUrl: string | null } | ConfigProblem {
  const url = given(env, brokerUrl)
  if (url === undefined) return { celeryBrokerUrl: null }
  const read = readBrokerUrl(url)
  return read.kind === 'wrong' ? problem(brokerUrl, read.problem) : { celeryBrokerUrl: url }
}

export function isAdapterUrl(name: string): boolean {
  return name.startsWith('DATABASE_URL_') || [poolerVariable, brokerUrl].includes(name)
}

export function allLoopback(urls: string | undefined): boolean {
  return listed(urls).every((url) => isLoopback(url) && hostsOf(url).every(isLoopbackHost))
}

function listed(urls = ''): readonly string[] {
  return urls
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '')
}

/** An empty variable is as good as none. */
export function given(env: Environment, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name]
}

export function isSet(env: Environment, name: string): boolean {
  return given(env, name) !== undefined
}

export function isLoopback(url: string): boolean {
  const host = hostOf(url)
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host ?? '')
}

/** One root, host and port without a path, on this machine: it gets requests without credentials. */
export function isLocalRoot(url: string): boolean {
  const read = URL.parse(url)
  if (read === null) return false
  const { protocol, hostname, pathname, search, username } = read
  const bare = pathname === '/' && search === '' && username === ''
  return protocol === 'http:' && bare && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}

export function isSlack(url: string): boolean {
  const host = hostOf(url)
  return (
    url.startsWith('https://') && (host === 'slack.com' || host?.endsWith('.slack.com') === true)
  )
}

function hostOf(url: string): string | null {
  // `URL.canParse` says yes to some that `new URL` throws on, in Node 24.
  return URL.parse(url)?.hostname ?? null
}

/** The host alone: a URL may hold a password. */
export function hostText(url: string): string {
  const host = hostOf(url) ?? ''
  return host === '' ? 'no URL' : host
}

export function notLocal(url: string): string {
  return `must be http:// on loopback without a path, such as http://127.0.0.1:9099; this is ${hostText(url)}`
}

export function problem(variable: string, why: string): ConfigProblem {
  return { kind: 'config-problem', variable, problem: printable(why, 500) }
}

export function sentenceOf({ variable, problem }: ConfigProblem): string {
  return `${variable} ${problem}.`
}
