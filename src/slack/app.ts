/**
 * The bot on Slack's HTTP door: the one importer of Bolt. What arrives is judged in door.ts and
 * answered by the desk.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import {
  App,
  type Logger as BoltLogger,
  HTTPReceiver,
  HTTPModuleFunctions as http,
  LogLevel,
} from '@slack/bolt'
import type { Logger as PinoLogger } from 'pino'
import { z } from 'zod'
import { printable } from '../printable.ts'
import type { Clock, Timers } from '../world/world.ts'
import { type SlackApi, slackApi } from './api.ts'
import {
  type ActionCall,
  type CommandCall,
  type Door,
  doorOf,
  readAction,
  readCommand,
  readView,
  type ViewCall,
} from './door.ts'
import { inTime, late } from './in-time.ts'
import { type Seal, sealWith } from './seal.ts'
import { buttonActions, told } from './views/blocks.ts'
import { refusalView } from './views/form.ts'

/** Null: it was taken, and the form closes. Problems stand at their fields, a refusal in place of the form. */
export type ViewAnswer =
  | { readonly kind: 'wrong-fields'; readonly problems: Readonly<Record<string, string>> }
  | { readonly kind: 'refused'; readonly sentence: string }
  | null

/** Answers a command or a click. What is returned is said to the person alone; null: nothing. */
export type Desk = {
  readonly command: (call: CommandCall) => Promise<string | null>
  readonly action: (call: ActionCall) => Promise<string | null>
  readonly view: (call: ViewCall) => Promise<ViewAnswer>
}

export type SlackOptions = {
  readonly botToken: string
  readonly signingSecret: string
  readonly apiUrl: string | null
  readonly clock: Clock
  readonly timers: Timers
  readonly log: PinoLogger
  readonly ready: () => boolean
}

export type Listening = {
  readonly port: number
  readonly host: string
  /** Around each request that is let in, until it is answered: other work can wait for it. */
  readonly toPeople: <T>(work: () => Promise<T>) => Promise<T>
  /** The same name for the same request, whichever instance it reaches. */
  readonly idOf: (at: number, secret: string) => string
}

export type SlackDoor = {
  readonly api: SlackApi
  /** The same for every instance of this bot. */
  readonly seal: Seal
  /** Opens the door; resolves when it listens, with its port. Null: somebody else has that one. */
  readonly open: (desk: Desk, listening: Listening) => Promise<number | null>
  /** Also where it was not opened. */
  readonly close: () => Promise<void>
}

const callTimeoutMs = 8_000

const keepAliveMs = 5_000

const eventsPath = '/slack/events'
/** Bytes: what Slack sends is far smaller. */
const bodyLimit = 262_144

const commands = ['/capacity', '/runbook', '/plimsoll']

export function connectSlack(options: SlackOptions): SlackDoor {
  const { log, botToken } = options
  const door = doorOf(options.clock)
  let identity: Identity | null = null
  let isOpen = false
  const receiver = receiverOf(options)
  const app = new App({
    receiver,
    convoStore: false,
    logger: boltLogger(log),
    clientOptions: {
      ...(options.apiUrl === null ? {} : { slackApiUrl: options.apiUrl }),
      retryConfig: { retries: 2, minTimeout: 200, maxTimeout: 1_000 },
      rejectRateLimitedCalls: true,
      timeout: callTimeoutMs,
    },
    authorize: async () => {
      if (identity === null) throw new Error('Slack has not said who this bot is')
      return identity
    },
  })
  const api = slackApi((method, args) => app.client.apiCall(method, { token: botToken, ...args }))
  app.error(async (error) => log.error({ err: error }, 'a Slack request failed'))
  const open: SlackDoor['open'] = async (desk, { port, host, ...answering }) => {
    const { team, botUser, bot } = await api.identity()
    identity = { botToken, teamId: team, botUserId: botUser, botId: bot }
    answerAt(app, desk, api, { ...options, ...answering })
    guard(receiver, door, { ...options, ...answering })
    const server = await app.start({ port, host }).catch(nullIfTaken)
    if (server === null) return null
    isOpen = true
    server.keepAliveTimeout = keepAliveMs
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : port
  }
  const close = async () => void (isOpen && (await app.stop()))
  return { api, seal: sealWith(botToken), open, close }
}

function nullIfTaken(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null
  throw error
}

type Identity = {
  readonly botToken: string
  readonly teamId: string
  readonly botUserId: string
  readonly botId: string
}

function receiverOf({ signingSecret, log, ready }: SlackOptions): HTTPReceiver {
  return new HTTPReceiver({
    signingSecret,
    endpoints: [eventsPath],
    bodyLimit,
    logger: boltLogger(log),
    customPropertiesExtractor: ({ headers }) => ({ [signedKey]: signedBy(headers) }),
    customRoutes: [
      { path: '/healthz', method: 'GET', handler: (_request, response) => end(response, 200) },
      {
        path: '/readyz',
        method: 'GET',
        handler: (_request, response) => end(response, ready() ? 200 : 503),
      },
    ],
  })
}

/**
 * What Bolt is not shown: it knows no future, takes a replay, waits 3 s over what it does not know,
 * and a body of `null` ends the process. So what is signed is read here first, and what nobody here
 * sends is quiet.
 */
function guard(receiver: HTTPReceiver, door: Door, options: Answering): void {
  const { requestListener } = receiver
  receiver.requestListener = (request, response) => {
    const path = URL.parse(request.url ?? '', 'http://localhost')?.pathname
    if (request.method !== 'POST' || path !== eventsPath) return requestListener(request, response)
    judged(request, door, options)
      .then((verdict) => {
        if (verdict !== 'let-in') return response.writeHead(verdict, { connection: 'close' }).end()
        options.toPeople(() => new Promise<void>((resolve) => response.once('close', resolve)))
        return requestListener(request, response)
      })
      .catch((error: unknown) => {
        options.log.error({ err: error }, 'a Slack request failed')
        if (!response.headersSent) response.writeHead(500).end()
      })
  }
}

/** Or the status that it gets. A replay and what is none of ours are quiet: nothing is done. */
async function judged(
  request: IncomingMessage,
  door: Door,
  { signingSecret, log }: SlackOptions,
): Promise<'let-in' | number> {
  const refused = (status: number, error: unknown) => {
    log.warn({ status, why: printable(String(error), 300) }, 'a Slack request was refused')
    return status
  }
  const [signature, timestamp] = signedBy(request.headers)
  if (signature !== undefined && door.turnsAway(signature, timestamp))
    return refused(401, 'its signature is none, or not of now')
  try {
    const verified = await http.parseAndVerifyHTTPRequest({ signingSecret, bodyLimit }, request)
    const body: unknown = parsedBody(verified)
    if (body === undefined) return refused(400, 'its body cannot be read')
    if (isChallenge(body)) return 'let-in'
    return isKnown(body) && door.admits(signature, timestamp) ? 'let-in' : 200
  } catch (error) {
    return refused(http.isRawBodyError(error) ? 413 : 401, error)
  }
}

/** Undefined: it is no form and no JSON. */
function parsedBody(verified: Parameters<typeof http.parseHTTPRequestBody>[0]): unknown {
  try {
    return http.parseHTTPRequestBody(verified)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Slack asks so whether an address is ours, when it is set up. */
function isChallenge(body: unknown): boolean {
  return (
    typeof body === 'object' && body !== null && Reflect.get(body, 'type') === 'url_verification'
  )
}

type Answering = SlackOptions & Pick<Listening, 'toPeople' | 'idOf'>

/** Record, then ack: what was said to somebody alone follows the ack of a click, and is the ack of a command. */
function answerAt(app: App, desk: Desk, api: SlackApi, options: Answering): void {
  app.command(/^\//, async ({ body, ack, context }) => {
    const read = readCommand(body)
    const run = requestOf(context, options)
    const said =
      read === null ? late : await inTime(() => desk.command({ ...read, run }), spoken, options)
    await (said === null ? ack() : ack({ response_type: 'ephemeral', text: told(said) }))
  })
  app.action(/^/, async ({ body, ack }) => {
    const call = readAction(body)
    const said = call === null ? null : await inTime(() => desk.action(call), spoken, options)
    await ack()
    if (call !== null && said !== null) await api.tell(call.channel, call.user, told(said))
  })
  app.view(/^/, async ({ body, ack }) => {
    const call = readView(body)
    if (call === null) return ack()
    const said = await inTime(() => desk.view(call), refused, options)
    if (said === null) return ack()
    if (said.kind === 'wrong-fields')
      return ack({ response_action: 'errors', errors: { ...said.problems } })
    return ack({ response_action: 'update', view: refusalView(said.sentence) })
  })
}

/** Where Bolt carries from the receiver to a listener what a request was signed with, and when. */
const signedKey = 'signed'
const signedSchema = z.tuple([z.string(), z.coerce.number()])

function requestOf(context: object, { idOf }: Answering): string {
  const [signature, seconds] = signedSchema.parse(Reflect.get(context, signedKey))
  return idOf(seconds * 1000, signature)
}

const signedBy = (headers: IncomingHttpHeaders) =>
  [headers['x-slack-signature'], headers['x-slack-request-timestamp']] as const

function isKnown(body: unknown): boolean {
  const command = readCommand(body)
  if (command !== null) return commands.includes(command.command)
  if (readView(body) !== null) return true
  const action = readAction(body)
  return action !== null && buttonActions.some((one) => one === action.action)
}

const spoken = (sentence: string): string | null => sentence
const refused = (sentence: string): ViewAnswer => ({ kind: 'refused', sentence })

function end(response: ServerResponse, status: number): void {
  response
    .writeHead(status, { 'content-type': 'text/plain' })
    .end(status === 200 ? 'ok' : 'not yet')
}

/** Bolt logs through ours, and never a body: its debug lines hold whole messages with their tokens. */
function boltLogger(log: PinoLogger): BoltLogger {
  const say =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (...messages: readonly unknown[]) =>
      log[level](messages.map(String).join(' '))
  return {
    debug: () => undefined,
    info: say('debug'),
    warn: say('warn'),
    error: say('error'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  }
}
