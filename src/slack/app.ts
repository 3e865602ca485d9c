/**
 * The bot on Slack's HTTP door: the one importer of Bolt. What arrives is judged in door.ts and
 * answered by the desk.
 */
import type { ServerResponse } from 'node:http'
import { App, type Logger as BoltLogger, HTTPReceiver, LogLevel } from '@slack/bolt'
import type { Logger as PinoLogger } from 'pino'
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

export type SlackDoor = {
  readonly api: SlackApi
  /** The same for every instance of this bot. */
  readonly seal: Seal
  /** Opens the door; resolves when it listens. */
  readonly open: (desk: Desk, listen: { port: number; host: string }) => Promise<{ port: number }>
  readonly close: () => Promise<void>
}

/** Slack shows a person an error after 3 s; recording gets 2. DESIGN.md, 3. */
const answerWithinMs = 2_000
const callTimeoutMs = 8_000

const keepAliveMs = 5_000

const commands = ['/capacity', '/runbook', '/plimsoll']

const broken =
  'Something broke on my side, so take it as a no: nothing was sent. It is in my log; try again in a moment.'
const late =
  'I could not record this within 2 s, so take it as a no. If it was recorded after all, its message appears in the channel: look there before you try again.'

export function connectSlack(options: SlackOptions): SlackDoor {
  const { log, botToken } = options
  const door = doorOf(options.clock)
  let identity: Identity | null = null
  const app = new App({
    receiver: guarded(receiverOf(options), door),
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
  app.use(async (args) => {
    const { plimsollSignature, plimsollTimestamp } = args.context
    const admitted = door.admits(plimsollSignature, plimsollTimestamp)
    if (admitted && isKnown(args.body)) return args.next()
    // A replay, or a payload that nobody here sent: quiet, nothing is done, and Slack does not wait for 3 s.
    if ('ack' in args && args.ack !== undefined) await args.ack()
  })
  const open: SlackDoor['open'] = async (desk, { port, host }) => {
    const { team, botUser, bot } = await api.identity()
    identity = { botToken, teamId: team, botUserId: botUser, botId: bot }
    answerAt(app, desk, api, options)
    const server = await app.start({ port, host })
    server.keepAliveTimeout = keepAliveMs
    const address = server.address()
    return { port: typeof address === 'object' && address !== null ? address.port : port }
  }
  return { api, seal: sealWith(botToken), open, close: async () => void (await app.stop()) }
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
    endpoints: ['/slack/events'],
    bodyLimit: 262_144,
    logger: boltLogger(log),
    customPropertiesExtractor: ({ headers }) => ({
      plimsollSignature: headers['x-slack-signature'],
      plimsollTimestamp: headers['x-slack-request-timestamp'],
    }),
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

/** Bolt looks at the past alone. What has no signature at all is its own: it answers 401, or Slack's check of the line. */
function guarded(receiver: HTTPReceiver, door: Door): HTTPReceiver {
  const { requestListener } = receiver
  receiver.requestListener = (request, response) => {
    const { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp } =
      request.headers
    if (signature !== undefined && door.turnsAway(signature, timestamp))
      response.writeHead(401, { connection: 'close' }).end()
    else requestListener(request, response)
  }
  return receiver
}

/** Record, then ack: what was said to somebody alone follows the ack of a click, and is the ack of a command. */
function answerAt(app: App, desk: Desk, api: SlackApi, options: SlackOptions): void {
  app.command(/^\//, async ({ body, ack }) => {
    const call = readCommand(body)
    const said = call === null ? late : await inTime(desk.command(call), spoken, options)
    await (said === null ? ack() : ack({ response_type: 'ephemeral', text: told(said) }))
  })
  app.action(/^/, async ({ body, ack }) => {
    const call = readAction(body)
    const said = call === null ? null : await inTime(desk.action(call), spoken, options)
    await ack()
    if (call !== null && said !== null) await api.tell(call.channel, call.user, told(said))
  })
  app.view(/^/, async ({ body, ack }) => {
    const call = readView(body)
    if (call === null) return ack()
    const said = await inTime(desk.view(call), refused, options)
    if (said === null) return ack()
    if (said.kind === 'wrong-fields')
      return ack({ response_action: 'errors', errors: { ...said.problems } })
    return ack({ response_action: 'update', view: refusalView(said.sentence) })
  })
}

function isKnown(body: unknown): boolean {
  const command = readCommand(body)
  if (command !== null) return commands.includes(command.command)
  if (readView(body) !== null) return true
  const action = readAction(body)
  return action !== null && buttonActions.some((one) => one === action.action)
}

const spoken = (sentence: string): string | null => sentence
const refused = (sentence: string): ViewAnswer => ({ kind: 'refused', sentence })

/** Record, then ack: what takes longer is answered with an error, never with a silent yes. */
function inTime<Said>(
  work: Promise<Said>,
  as: (sentence: string) => Said,
  { log, timers }: SlackOptions,
): Promise<Said> {
  const failed = (error: unknown) => {
    log.error({ err: error }, 'a request failed')
    return as(broken)
  }
  return new Promise((resolve) => {
    const timer = timers.after(answerWithinMs, () => resolve(as(late)))
    work.catch(failed).then((said) => {
      timer.cancel()
      resolve(said)
    })
  })
}

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
