/**
 * The environment, judged once: a real workspace or a rehearsal, never half of one. The only reader
 * of process.env. contract.md, 2.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { z } from 'zod'
import {
  allLoopback,
  type ConfigProblem,
  type DatabaseUrls,
  type Environment,
  given,
  hostText,
  isAdapterUrl,
  isLocalRoot,
  isLoopback,
  isSet,
  isSlack,
  type LedgerPlace,
  notLocal,
  problem,
  readBroker,
  readDatabaseUrls,
  readLedgerPlace,
  readPoolerUrls,
} from './config-urls.ts'

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

const port = z.coerce.number().int().min(1).max(65_535)
const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])

/** Would make a game of a production bot, or give a game real hands. */
const notInRehearsal = ['LEDGER_URL', 'K_SERVICE', 'GOOGLE_API_ROOT', 'MONITORING_WEBHOOK_TOKEN']

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

/** With another System document, where one was named; whoever is started inherits it. */
export function environmentWith(system: string | undefined): Environment {
  return system === undefined ? process.env : { ...process.env, PLIMSOLL_SYSTEM: system }
}

/** Where the ledger is, for a command that only reads it. */
export function readLedger(env: Environment = process.env): LedgerPlace | ConfigProblem {
  return readLedgerPlace(env)
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

/** The project that is meant where no document says; null: none is. */
export function readProject(env: Environment = process.env): string | null {
  return given(env, 'GOOGLE_CLOUD_PROJECT') ?? null
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

/** A local cloud means a rehearsal or a test: nobody outside this machine may knock. */
export function hostFor({ googleApiRoot, slack }: BotConfig): string {
  return googleApiRoot === null && slack.apiUrl === null ? '0.0.0.0' : '127.0.0.1'
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
