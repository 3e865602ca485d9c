/** Serves the page on localhost: the document, a stream of what happens, and what a person does. */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Message } from '../slack/conversations.ts'
import type { LocalSlack } from '../slack/local-slack.ts'
import { channelById, memberById } from '../slack/people.ts'
import { bodyOf } from '../slack/wire.ts'
import { documentHtml } from './document.ts'
import { type DrawnMessage, drawMessage, drawTyped, type TypedCommand } from './draw-message.ts'
import { drawModal } from './draw-modal.ts'
import { capacityReading, type Gauge, gaugeOf } from './gauge.ts'
import type { Stage } from './stage.ts'
import { lastingTrouble, nextTrouble } from './troubles.ts'

export type PageOptions = {
  readonly slack: LocalSlack
  readonly stage: Stage
  readonly clock: { readonly now: () => number }
}

export type Page = {
  readonly server: Server
  /** Types a command as a member, shown in the channel as typed. */
  type: (userId: string, channelId: string, text: string) => Promise<unknown>
  stop: () => Promise<void>
}

const deed = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('type'),
    as: z.string(),
    channel: z.string(),
    text: z.string().min(1).max(3000),
  }),
  z.strictObject({
    kind: z.literal('click'),
    as: z.string(),
    channel: z.string(),
    ts: z.string(),
    block: z.string(),
    action: z.string(),
  }),
  z.strictObject({
    kind: z.literal('submit'),
    as: z.string(),
    view: z.string(),
    values: z.record(z.string(), z.string().max(3000)),
  }),
  z.strictObject({ kind: z.literal('dismiss'), as: z.string(), view: z.string() }),
  z.strictObject({ kind: z.literal('plug') }),
  z.strictObject({ kind: z.literal('arm'), next: nextTrouble }),
  z.strictObject({ kind: z.literal('switch'), what: lastingTrouble, to: z.enum(['on', 'off']) }),
])
type Deed = z.infer<typeof deed>

type Watcher = {
  readonly userId: string
  readonly channelId: string
  readonly tell: (event: string, data: unknown) => void
}

export function createPage(options: PageOptions): Page {
  const { slack, stage, clock } = options
  const watchers = new Set<Watcher>()
  const typed: TypedCommand[] = []
  let gauge: Gauge | null = null

  const tellStage = (watcher: Watcher): void =>
    watcher.tell('stage', { ...stage.view(), now: clock.now() })
  const tellOf = (message: Message, event: string, data: unknown): void => {
    for (const watcher of watchers) if (sees(watcher, message)) watcher.tell(event, data)
  }
  const unsubscribe = [
    slack.subscribe(({ kind, message }) => {
      if (kind === 'deleted') tellOf(message, 'gone', { ts: message.ts })
      else tellOf(message, 'message', drawMessage(message))
      const reading = readingOf(message)
      if (reading === null) return
      gauge = gaugeOf(reading, clock.now())
      for (const watcher of watchers) watcher.tell('gauge', gauge)
    }),
    stage.subscribe(() => watchers.forEach(tellStage)),
    slack.modals.subscribe((userId) => {
      for (const watcher of watchers) if (watcher.userId === userId) tellModal(slack, watcher)
    }),
  ]
  const type = (userId: string, channelId: string, text: string): Promise<unknown> => {
    if (!text.startsWith('/')) return Promise.resolve(slack.say(userId, channelId, text))
    const command = { ts: (clock.now() / 1000).toFixed(6), userId, channelId, text }
    typed.push(command)
    for (const watcher of watchers) {
      if (watcher.channelId === channelId) watcher.tell('message', drawTyped(command))
    }
    return slack.command(userId, channelId, text)
  }
  const watch = (watcher: Watcher): void => {
    const { userId, channelId } = watcher
    const said = slack.messages(channelId, userId).map(drawMessage)
    const commands = typed.filter((each) => each.channelId === channelId).map(drawTyped)
    watcher.tell('snapshot', inOrder([...said, ...commands]))
    if (gauge !== null) watcher.tell('gauge', gauge)
    tellStage(watcher)
    tellModal(slack, watcher)
    watchers.add(watcher)
  }
  const routes: Routes = {
    watch,
    leave: (watcher) => watchers.delete(watcher),
    perform: (given) => perform({ slack, stage, type }, given),
  }
  const server = createServer((request, response) => {
    answer(routes, request, response).catch((error: unknown) => {
      send(response, 500, 'text/plain', String(error))
    })
  })
  const stop = (): Promise<void> => {
    for (const stopHearing of unsubscribe) stopHearing()
    return closed(server)
  }
  return { server, type, stop }
}

async function closed(server: Server): Promise<void> {
  const closing = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closing
}

/** A modal is its person's, whatever channel that person looks at. */
function tellModal(slack: LocalSlack, watcher: Watcher): void {
  watcher.tell('modal', drawModal(slack.modals.of(watcher.userId)))
}

function sees(watcher: Watcher, message: Message): boolean {
  if (watcher.channelId !== message.channelId) return false
  return message.onlyFor === null || message.onlyFor === watcher.userId
}

function perform(
  hands: Pick<PageOptions, 'slack' | 'stage'> & Pick<Page, 'type'>,
  given: Deed,
): Promise<unknown> {
  switch (given.kind) {
    case 'type':
      return hands.type(given.as, given.channel, given.text)
    case 'click':
      return hands.slack.click(given.as, given.channel, given.ts, given.block, given.action)
    case 'submit':
      return hands.slack.submit(given.as, given.view, given.values)
    case 'dismiss':
      return Promise.resolve(hands.slack.dismiss(given.as, given.view))
    case 'plug':
      hands.stage.pullPlug()
      return acked
    case 'arm':
      hands.stage.arm(given.next)
      return acked
    case 'switch':
      hands.stage.switch(given.what, given.to === 'on')
      return acked
  }
}

const acked = Promise.resolve({ kind: 'acked' })

type Routes = {
  readonly watch: (watcher: Watcher) => void
  readonly leave: (watcher: Watcher) => void
  readonly perform: (given: Deed) => Promise<unknown>
}

const css = 'text/css; charset=utf-8'
const script = 'text/javascript; charset=utf-8'
const files: ReadonlyMap<string, string> = new Map([
  ['/page.css', css],
  ['/ship.css', css],
  ['/channel.css', css],
  ['/messages.css', css],
  ['/troubles.css', css],
  ['/narrow.css', css],
  ['/page.js', script],
  ['/composer.js', script],
  ['/modal.js', script],
  ['/troubles.js', script],
  ['/mark.svg', 'image/svg+xml'],
])

async function answer(routes: Routes, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const type = files.get(url.pathname)
  // A page elsewhere must not act here, also not by a name that it lets point to this machine.
  if (!isLocalHost(request.headers.host)) {
    send(response, 403, 'text/plain', 'This page is for localhost only.')
  } else if (request.method === 'POST' && url.pathname === '/do') {
    await takeDeed(routes, request, response)
  } else if (request.method !== 'GET') {
    send(response, 405, 'text/plain', 'GET, please.')
  } else if (url.pathname === '/') {
    send(response, 200, 'text/html; charset=utf-8', await documentHtml())
  } else if (url.pathname === '/stream') {
    openStream(routes, url.searchParams, request, response)
  } else if (type !== undefined) {
    const file = await readFile(new URL(`.${url.pathname}`, import.meta.url), 'utf8')
    send(response, 200, type, file)
  } else {
    send(response, 404, 'text/plain', 'Nothing here.')
  }
}

async function takeDeed(routes: Routes, request: IncomingMessage, response: ServerResponse) {
  const { host, origin = `http://${host}` } = request.headers
  if (request.headers['content-type'] !== 'application/json' || origin !== `http://${host}`) {
    send(response, 403, 'text/plain', 'Only this page may do that.')
    return
  }
  const given = deed.safeParse(jsonOf((await bodyOf(request)) ?? ''))
  if (!given.success) {
    send(response, 400, 'text/plain', z.prettifyError(given.error))
    return
  }
  send(response, 200, 'application/json', JSON.stringify(await routes.perform(given.data)))
}

function openStream(
  routes: Routes,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const userId = query.get('as') ?? ''
  const channelId = query.get('channel') ?? ''
  if (memberById(userId) === undefined || channelById(channelId) === undefined) {
    send(response, 404, 'text/plain', 'No such member or channel.')
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const tell = (event: string, data: unknown): void => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  const watcher = { userId, channelId, tell }
  routes.watch(watcher)
  request.on('close', () => routes.leave(watcher))
}

/** Only what this server gives: no style, script or picture from elsewhere, no frame around it. */
const policy = [
  "default-src 'none'",
  ...['script', 'style', 'img', 'connect'].map((kind) => `${kind}-src 'self'`),
  ...['form-action', 'base-uri', 'frame-ancestors'].map((kind) => `${kind} 'none'`),
].join('; ')

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': policy,
  })
  response.end(body)
}

function isLocalHost(host: string | undefined): boolean {
  return host !== undefined && /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host)
}

function readingOf(message: Message) {
  if (message.metadata?.event_type !== 'capacity_status') return null
  const parsed = capacityReading.safeParse(message.metadata.event_payload)
  return parsed.success ? parsed.data : null
}

function inOrder(messages: readonly DrawnMessage[]): readonly DrawnMessage[] {
  return [...messages].sort((one, other) => (one.ts < other.ts ? -1 : 1))
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
