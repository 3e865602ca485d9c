/**
 * The environment, judged once: a real workspace or a rehearsal, never half of one. The only reader
 * of process.env. contract.md, 2.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { z } from 'zod'
import { readBrokerUrl } from './world/celery-url.ts'
import {
  hostsOf,
  isLoopbackHost,
  type PostgresAddress,
  readPostgresUrl,
} from './world/postgres-url.ts'

export type BotConfig = {
  readonly kind: 'bot'
  readonly slack: {
    readonly botToken: string
    readonly signingSecret: string
    /** Null: Slack's own. */
    readonly apiUrl: string | null
  }
  readonly port: number
  /** Null: Google's own, with default credentials. */
  readonly googleApiRoot: string | null
  readonly databaseUrls: DatabaseUrls
  readonly poolerUrls: readonly string[]
  readonly ledger: LedgerPlace
  readonly celeryBrokerUrl: string | null
  /** The program; null: it is not on PATH. */
  readonly k6: string | null
} & Files

/** Null: SQLite in the data folder. It holds a password. */
export type LedgerPlace = PostgresAddress | null

/** By variable: `DATABASE_URL_TUKI_DB_PROD`. */
export type DatabaseUrls = ReadonlyMap<string, string>

export type RehearsalConfig = {
  readonly kind: 'rehearsal'
  readonly port: number | null
  /** As it was judged: the host hands a few of its variables to the bot. */
  readonly environment: Environment
} & Files

export type Files = {
  readonly systemFile: string
  readonly dataFolder: string
  readonly runbooksFolder: string
  readonly logLevel: string
}

/** What is wrong with the environment: which variable, and what would be right. */
export type ConfigProblem = {
  readonly kind: 'config-problem'
  readonly variable: string
  readonly problem: string
}

type Environment = Readonly<Record<string, string | undefined>>

const port = z.coerce.number().int().min(1).max(65_535)
const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])

/** Would make a game of a production bot, or give a game real hands. */
const notInRehearsal = ['LEDGER_URL', 'K_SERVICE', 'GOOGLE_API_ROOT', 'MONITORING_WEBHOOK_TOKEN']
const poolerVariable = 'PGBOUNCER_ADMIN_URLS'
const brokerUrl = 'CELERY_BROKER_URL'

/** Named in the contract and not held by this version: refused rather than ignored. */
const notHeldYet: Readonly<Record<string, string>> = {
  SLACK_APP_TOKEN: 'Socket Mode is not there yet; use SLACK_SIGNING_SECRET and HTTP',
  MONITORING_WEBHOOK_TOKEN: 'POST /monitoring/alert is not there yet; leave it out',
}

export function readConfig(
  env: Environment = process.env,
): BotConfig | RehearsalConfig | ConfigProblem {
  const files = readFiles(env)
  if ('kind' in files) return files
  const slackNames = Object.keys(env).filter((name) => name.startsWith('SLACK_'))
  const set = slackNames.filter((name) => isSet(env, name))
  return set.length === 0 ? rehearsal(env, files) : bot(env, files)
}

/** The files alone: what the command line needs where no Slack is involved. */
export function readFiles(env: Environment = process.env): Files | ConfigProblem {
  const level = logLevel.safeParse(given(env, 'LOG_LEVEL') ?? 'info')
  if (!level.success)
    return problem('LOG_LEVEL', `${env.LOG_LEVEL} is not one of ${logLevel.options.join(', ')}`)
  return {
    systemFile: given(env, 'PLIMSOLL_SYSTEM') ?? 'system.yml',
    dataFolder: given(env, 'PLIMSOLL_DATA') ?? '.plimsoll',
    runbooksFolder: given(env, 'PLIMSOLL_RUNBOOKS') ?? 'runbooks',
    logLevel: level.data,
  }
}

/** Where the command line finds a world to look at. */
export type WorldConfig = {
  /** Null: Google is not asked; an empty root: Google's own. */
  readonly google: { readonly apiRoot: string | null } | null
  readonly databaseUrls: DatabaseUrls
  /** The admin consoles of a pooler's processes; empty: it is not asked. */
  readonly poolerUrls: readonly string[]
  readonly celeryBrokerUrl: string | null
  /** The program; null: it is not on PATH. */
  readonly k6: string | null
}

export function readWorld(
  project: string,
  env: Environment = process.env,
): WorldConfig | ConfigProblem {
  const databaseUrls = readDatabaseUrls(env)
  if ('kind' in databaseUrls) return databaseUrls
  const poolerUrls = readPoolerUrls(env)
  if ('kind' in poolerUrls) return poolerUrls
  const broker = readBroker(env)
  if ('kind' in broker) return broker
  const [root, wanted] = [given(env, 'GOOGLE_API_ROOT'), env.GOOGLE_CLOUD_PROJECT]
  if (isSet(env, 'GOOGLE_CLOUD_PROJECT') && wanted !== project)
    return problem('GOOGLE_CLOUD_PROJECT', `is ${wanted}, and the System document says ${project}`)
  if (root !== undefined && !isLocalRoot(root)) return problem('GOOGLE_API_ROOT', notLocal(root))
  const k6 = onPath('k6', env)
  const isAsked = root !== undefined || isSet(env, 'GOOGLE_CLOUD_PROJECT')
  const google = isAsked ? { apiRoot: root ?? null } : null
  return { google, databaseUrls, poolerUrls, ...broker, k6 }
}

/** How databases are reached. A URL that is wrong is named by its variable, never repeated. */
function readDatabaseUrls(env: Environment): DatabaseUrls | ConfigProblem {
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
function readPoolerUrls(env: Environment): readonly string[] | ConfigProblem {
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
export function readLedgerPlace(env: Environment = process.env): LedgerPlace | ConfigProblem {
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

function readBroker(env: Environment): { celeryBrokerUrl: string | null } | ConfigProblem {
  const url = given(env, brokerUrl)
  if (url === undefined) return { celeryBrokerUrl: null }
  const read = readBrokerUrl(url)
  return read.kind === 'wrong' ? problem(brokerUrl, read.problem) : { celeryBrokerUrl: url }
}

function bot(env: Environment, files: Files): BotConfig | ConfigProblem {
  for (const [variable, why] of Object.entries(notHeldYet))
    if (isSet(env, variable)) return problem(variable, why)
  const ledger = readLedgerPlace(env)
  if (ledger !== null && 'kind' in ledger) return ledger
  if (isSet(env, 'K_SERVICE') && ledger === null)
    return problem(
      'K_SERVICE',
      'the disk of Cloud Run does not last and the ledger would be lost; set LEDGER_URL',
    )
  const [botToken, signingSecret] = [env.SLACK_BOT_TOKEN, env.SLACK_SIGNING_SECRET]
  if (botToken === undefined || botToken === '')
    return problem('SLACK_BOT_TOKEN', 'is missing beside the other SLACK_ variables')
  if (signingSecret === undefined || signingSecret === '')
    return problem(
      'SLACK_SIGNING_SECRET',
      'is missing: SLACK_BOT_TOKEN alone is half a configuration',
    )
  const apiUrl = given(env, 'SLACK_API_URL') ?? null
  if (apiUrl !== null && !isLoopback(apiUrl) && !isSlack(apiUrl))
    return problem(
      'SLACK_API_URL',
      `is ${hostText(apiUrl)}, which would receive the token; Slack's own hosts or loopback`,
    )
  const googleApiRoot = given(env, 'GOOGLE_API_ROOT') ?? null
  if (googleApiRoot !== null && !isLocalRoot(googleApiRoot))
    return problem('GOOGLE_API_ROOT', notLocal(googleApiRoot))
  const databaseUrls = readDatabaseUrls(env)
  if ('kind' in databaseUrls) return databaseUrls
  const poolerUrls = readPoolerUrls(env)
  if ('kind' in poolerUrls) return poolerUrls
  const broker = readBroker(env)
  if ('kind' in broker) return broker
  const listen = port.safeParse(given(env, 'PORT') ?? '3000')
  if (!listen.success) return problem('PORT', `${env.PORT} is not a port from 1 to 65535`)
  return {
    kind: 'bot',
    slack: { botToken, signingSecret, apiUrl },
    port: listen.data,
    googleApiRoot,
    databaseUrls,
    poolerUrls,
    ledger,
    ...broker,
    k6: onPath('k6', env),
    ...files,
  }
}

function rehearsal(env: Environment, files: Files): RehearsalConfig | ConfigProblem {
  const production = notInRehearsal.find((name) => isSet(env, name))
  if (production !== undefined)
    return problem(
      production,
      'is set, and a rehearsal has no place for it: unset it, or set SLACK_*',
    )
  if (env.NODE_ENV === 'production')
    return problem('NODE_ENV', 'is production, and without SLACK_* this would be a rehearsal')
  const distant = Object.keys(env).find((name) => isAdapterUrl(name) && !allLoopback(env[name]))
  if (distant !== undefined)
    return problem(distant, 'is not on loopback, and a rehearsal touches nothing real')
  const wished = given(env, 'PORT')
  const listen = port.nullable().safeParse(wished === undefined ? null : Number(wished))
  if (!listen.success) return problem('PORT', `${wished} is not a port from 1 to 65535`)
  return { kind: 'rehearsal', port: listen.data, environment: env, ...files }
}

function isAdapterUrl(name: string): boolean {
  return name.startsWith('DATABASE_URL_') || [poolerVariable, brokerUrl].includes(name)
}

function allLoopback(urls: string | undefined): boolean {
  return listed(urls).every((url) => isLoopback(url) && hostsOf(url).every(isLoopbackHost))
}

function listed(urls = ''): readonly string[] {
  return urls
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '')
}

function onPath(program: string, { PATH = '' }: Environment): string | null {
  const places = PATH.split(delimiter).filter((folder) => folder !== '')
  return places.map((folder) => join(folder, program)).find(isExecutable) ?? null
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}

/** An empty variable is as good as none. */
function given(env: Environment, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name]
}

function isSet(env: Environment, name: string): boolean {
  return given(env, name) !== undefined
}

function isLoopback(url: string): boolean {
  const host = hostOf(url)
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host ?? '')
}

/** One root, host and port without a path, on this machine: it gets requests without credentials. */
function isLocalRoot(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, pathname, search, username } = new URL(url)
  const bare = pathname === '/' && search === '' && username === ''
  return protocol === 'http:' && bare && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}

function isSlack(url: string): boolean {
  const host = hostOf(url)
  return (
    url.startsWith('https://') && (host === 'slack.com' || host?.endsWith('.slack.com') === true)
  )
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null
}

/** The host alone: a URL may hold a password. */
function hostText(url: string): string {
  return hostOf(url) ?? 'no URL'
}

function notLocal(url: string): string {
  return `must be http:// on loopback without a path, such as http://127.0.0.1:9099; this is ${hostText(url)}`
}

function problem(variable: string, why: string): ConfigProblem {
  return { kind: 'config-problem', variable, problem: why }
}
