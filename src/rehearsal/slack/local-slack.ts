/** A Slack workspace on localhost: the Web API that the bot calls, and people who type and click. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createConversations, type Happening, type Message } from './conversations.ts'
import { deliver } from './delivery.ts'
import { createHands, type Hands } from './hands.ts'
import { createMethods, type Method } from './methods.ts'
import { createModals, type Modals } from './modals.ts'
import { type Reply, refuse } from './reply.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import { createResponseUrls, type ResponseUrls } from './response-urls.ts'
import { bodyOf, readCall } from './wire.ts'

export type LocalSlackOptions = {
  readonly botToken: string
  readonly signingSecret: string
  /** 0 or absent: a free one. */
  readonly port?: number
  /** The bot's `/slack/events`; null while no bot is up. Asked at each delivery. */
  readonly deliverTo: () => string | null
  /** Milliseconds since the epoch; absent: the machine's. */
  readonly clock?: { readonly now: () => number }
}

export type LocalSlack = Hands & {
  /** Who has which modal before their eyes. */
  readonly modals: Pick<Modals, 'of' | 'subscribe'>
  /** `http://127.0.0.1:PORT`; the Web API is under `/api/`. */
  readonly url: string
  /** What this member sees, oldest first: everybody's messages and own ephemerals. */
  messages: (channelId: string, userId: string) => readonly Message[]
  subscribe: (listener: (happening: Happening) => void) => () => void
  /** The newest requests in both directions, without tokens. */
  readonly log: RequestLog
  stop: () => Promise<void>
}

export async function startLocalSlack(options: LocalSlackOptions): Promise<LocalSlack> {
  const clock = options.clock ?? { now: Date.now }
  const conversations = createConversations(clock)
  const responseUrls = createResponseUrls(conversations, clock)
  const modals = createModals(clock)
  const log = createRequestLog(clock)
  // Known once the server listens, and no request comes before that.
  let url = ''
  const methods = createMethods(conversations, modals, () => `${url}/`)
  const { botToken, signingSecret } = options
  const server = createServer((request, response) => {
    answer({ request, response, methods, botToken, responseUrls, log }).catch((error: unknown) => {
      // Our own bug, shown to the bot as Slack shows its own.
      sendJson(response, 500, refuse('internal_error', [String(error)]))
    })
  })
  url = `http://127.0.0.1:${await listen(server, options.port ?? 0)}`

  const hands = createHands({
    conversations,
    responseUrls,
    modals,
    clock,
    addressOf: (id) => `${url}/response/${id}`,
    send: async (body) => {
      const now = clock.now()
      const ack = await deliver({ url: options.deliverTo(), body, signingSecret, now })
      log.add({ kind: 'delivery', body: Object.fromEntries(body), ack })
      return ack
    },
  })
  return {
    ...hands,
    modals,
    url,
    log,
    messages: conversations.visibleTo,
    subscribe: conversations.subscribe,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly methods: ReadonlyMap<string, Method>
  readonly botToken: string
  readonly responseUrls: ResponseUrls
  readonly log: RequestLog
}

async function answer(exchange: Exchange): Promise<void> {
  const { request, response, responseUrls, log } = exchange
  const [, root, name, ...rest] = (request.url ?? '/').split('?', 1).join('').split('/')
  if (request.method !== 'POST' || name === undefined || rest.length > 0) {
    sendJson(response, 404, refuse('unknown_method'))
  } else if (root === 'api') {
    sendJson(response, 200, await answerCall(exchange, name))
  } else if (root === 'response') {
    const body = (await bodyOf(request)) ?? ''
    const answered = responseUrls.answer(name, body)
    log.add({ kind: 'response-url', body, answered })
    if (answered.kind === 'taken') response.end('ok')
    else sendJson(response, answered.status, refuse(answered.error))
  } else {
    sendJson(response, 404, refuse('unknown_method'))
  }
}

async function answerCall(exchange: Exchange, name: string): Promise<Reply> {
  const call = await readCall(exchange.request)
  const method = exchange.methods.get(name)
  if (method === undefined) return refuse('unknown_method')
  if (call.kind === 'unreadable') return refuse(call.error)
  if (call.token === null) return refuse('not_authed')
  if (call.token !== exchange.botToken) return refuse('invalid_auth')
  const reply = method(call.arguments)
  exchange.log.add({ kind: 'call', method: name, arguments: call.arguments, reply })
  return reply
}

/** The port that it got. */
async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given to us')
  return address.port
}

function sendJson(response: ServerResponse, status: number, body: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}
