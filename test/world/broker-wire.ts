/**
 * A server that speaks enough of Redis's wire (RESP2) to be Celery's broker, with workers that
 * answer remote control as Celery 5.6 does: relatively, and at once.
 */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { z } from 'zod'

export type LocalWorker = {
  readonly name: string
  pool: number
  /** It heard, and says nothing. */
  isSilent?: boolean
  autoscaler?: object
  /** It can shrink no further now: all its processes are busy. */
  isBusy?: boolean
  tasks?: readonly { readonly time_start: number | null }[]
  queues?: readonly string[]
}

export type BrokerOptions = {
  readonly workers?: readonly LocalWorker[]
  readonly password?: string
  readonly lists?: Readonly<Record<string, number>>
  readonly unacked?: readonly number[]
  /** What becomes of a command instead of its answer. */
  readonly mishap?: (command: readonly string[]) => 'silence' | 'cut' | string | null
}

export type LocalBroker = {
  readonly url: string
  readonly commands: readonly (readonly string[])[]
  /** What workers were told besides questions, in order. */
  readonly told: readonly { readonly method: string; readonly n: number; readonly to: unknown }[]
  readonly open: () => number
  /** Says it to all who listen, as a worker would on `/0.celeryev/<key>`; how many heard it. */
  readonly say: (key: string, text: string) => number
  /** Ends every connection, and takes new ones. */
  readonly cut: () => void
  readonly stop: () => Promise<void>
}

const letterSchema = z.object({ body: z.string() })
const bodySchema = z.object({
  method: z.string(),
  arguments: z.object({ n: z.int().optional() }),
  destination: z.array(z.string()).nullable(),
  ticket: z.string(),
  reply_to: z.object({ routing_key: z.string() }),
})

type Value = string | number | null | readonly Value[]

export async function startBroker(options: BrokerOptions = {}): Promise<LocalBroker> {
  const { workers = [], lists = {}, unacked = [], password, mishap = () => null } = options
  const commands: string[][] = []
  const told: { method: string; n: number; to: unknown }[] = []
  const replies = new Map<string, string[]>()
  const bindings = new Set<string>()
  const sockets = new Set<Socket>()
  const listeners = new Map<Socket, string>()

  function publish(text: string): number {
    const { body } = letterSchema.parse(JSON.parse(text))
    const letter = bodySchema.parse(JSON.parse(Buffer.from(body, 'base64').toString('utf8')))
    const { method, destination, ticket, reply_to } = letter
    const n = letter.arguments.n ?? 0
    if (method.startsWith('pool_')) told.push({ method, n, to: destination })
    for (const worker of workers) {
      if (destination !== null && !destination.includes(worker.name)) continue
      if (worker.isSilent === true) continue
      const answer = { [worker.name]: answerOf(worker, method, n) }
      const list = [...bindings].find((one) => one.startsWith(reply_to.routing_key))
      if (list === undefined) continue
      const key = `${reply_to.routing_key}.reply.celery.pidbox`
      replies.set(key, [...(replies.get(key) ?? []), replyText(answer, ticket)])
    }
    return workers.length
  }

  function reply(command: readonly string[]): Value | Error {
    const [name = '', key = '', ...rest] = command
    switch (name.toLowerCase()) {
      case 'auth':
        return key === password ? 'OK' : new Error('WRONGPASS invalid username-password pair')
      case 'select':
        return Number(key) < 16 ? 'OK' : new Error('ERR DB index is out of range')
      case 'client':
        return 'OK'
      case 'sadd':
        bindings.add(rest[0] ?? '')
        return 1
      case 'srem':
        return bindings.delete(rest[0] ?? '') ? 1 : 0
      case 'smembers':
        return key === '_kombu.binding.celery' ? ['celery\x06\x16\x06\x16celery'] : [...bindings]
      case 'publish':
        return key === '/0.celery.pidbox' ? publish(rest[0] ?? '') : 0
      case 'rpop':
        return replies.get(key)?.shift() ?? null
      case 'expire':
        return 1
      case 'llen':
        return lists[key] ?? 0
      case 'hlen':
        return unacked.length
      case 'zrange':
        return unacked.length === 0 ? [] : ['tag', String(Math.min(...unacked))]
      default:
        return new Error(`ERR unknown command '${name}'`)
    }
  }

  /** Who listens is answered in another shape, and may only ask whether the server is there. */
  function answer(socket: Socket, command: readonly string[]): Value | Error {
    const [name = '', key = ''] = command
    switch (name.toLowerCase()) {
      case 'psubscribe':
        listeners.set(socket, key)
        return ['psubscribe', key, 1]
      case 'ping':
        return listeners.has(socket) ? ['pong', ''] : 'PONG'
      default:
        return listeners.has(socket) ? new Error(`ERR Can't execute '${name}'`) : reply(command)
    }
  }

  function say(key: string, text: string): number {
    const channel = `/0.celeryev/${key}`
    const hearing = [...listeners].filter(([, pattern]) => channel.startsWith(pattern.slice(0, -1)))
    for (const [socket, pattern] of hearing)
      socket.write(encoded(['pmessage', pattern, channel, text]))
    return hearing.length
  }

  function cut(): void {
    for (const socket of sockets) socket.destroy()
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      listeners.delete(socket)
    })
    socket.on('error', () => socket.destroy())
    let isIn = password === undefined
    let waiting = ''
    socket.setEncoding('latin1').on('data', (text: string) => {
      waiting += text
      for (;;) {
        const parsed = firstCommand(waiting)
        if (parsed === null) return
        waiting = parsed.rest
        const command = parsed.words.map((word) => Buffer.from(word, 'latin1').toString('utf8'))
        commands.push(command)
        const fate = mishap(command)
        if (fate === 'silence') continue
        if (fate === 'cut') return void socket.destroy()
        const isAuth = command[0]?.toLowerCase() === 'auth'
        const refused = isIn || isAuth ? null : new Error('NOAUTH Authentication required.')
        const value = fate === null ? (refused ?? answer(socket, command)) : new Error(fate)
        if (isAuth && value === 'OK') isIn = true
        socket.write(encoded(value))
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const login = password === undefined ? '' : `:${password}@`
  return {
    url: `redis://${login}127.0.0.1:${address.port}/0`,
    commands,
    told,
    open: () => sockets.size,
    ...{ say, cut },
    stop: async () => {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}

function answerOf(worker: LocalWorker, method: string, n: number): unknown {
  switch (method) {
    case 'stats':
      return {
        pool: { 'max-concurrency': 4, processes: Array.from({ length: worker.pool }, (_, i) => i) },
        prefetch_count: worker.pool * 4,
        ...(worker.autoscaler === undefined ? {} : { autoscaler: worker.autoscaler }),
      }
    case 'active':
      return worker.tasks ?? []
    case 'active_queues':
      return (worker.queues ?? ['celery']).map((name) => ({ name }))
    case 'pool_grow':
      worker.pool += n
      return { ok: 'pool will grow' }
    case 'pool_shrink':
      if (worker.isBusy === true) return { error: 'ValueError("All processes busy!")' }
      worker.pool -= n
      return { ok: 'pool will shrink' }
    default:
      return { error: `KeyError('${method}')` }
  }
}

const replyText = (answer: object, ticket: string): string => message(answer, { ticket, clock: 7 })

/** As kombu writes it: an answer, an event, or a bundle of events. */
export function message(body: unknown, headers: object): string {
  return JSON.stringify({
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers,
    properties: { body_encoding: 'base64', delivery_tag: 'x' },
  })
}

/** `*2\r\n$4\r\nLLEN\r\n$6\r\ncelery\r\n`; null: there is more to come. */
function firstCommand(text: string): { readonly words: string[]; readonly rest: string } | null {
  const head = /^\*(\d+)\r\n/.exec(text)
  if (head === null) return null
  let rest = text.slice(head[0].length)
  const words: string[] = []
  for (let left = Number(head[1]); left > 0; left -= 1) {
    const size = /^\$(\d+)\r\n/.exec(rest)
    if (size === null) return null
    const from = size[0].length
    const to = from + Number(size[1])
    if (rest.length < to + 2) return null
    words.push(rest.slice(from, to))
    rest = rest.slice(to + 2)
  }
  return { words, rest }
}

function encoded(value: Value | Error): string | Buffer {
  if (value instanceof Error) return `-${value.message}\r\n`
  if (value === null) return '$-1\r\n'
  if (typeof value === 'number') return `:${value}\r\n`
  if (typeof value === 'string') return `$${Buffer.byteLength(value)}\r\n${value}\r\n`
  return `*${value.length}\r\n${value.map(encoded).join('')}`
}
