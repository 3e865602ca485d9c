/**
 * Celery's remote control in kombu's words: a broadcast on a channel of Redis, answered into a list
 * of our own. facts/workload.md, 4.
 */
import { z } from 'zod'
import { readMessage } from './celery-message.ts'

/** Kombu's separator, in the names of priority lists and in bindings. */
export const separator = '\x06\x16'

/** Where workers look for who waits for replies. */
export const replyBindings = '_kombu.binding.reply.celery.pidbox'
export const bindingOf = (caller: string): string =>
  `${caller}${separator}${separator}${replyListOf(caller)}`
export const replyListOf = (caller: string): string => `${caller}.reply.celery.pidbox`

export type Command = {
  readonly method: string
  readonly arguments: Readonly<Record<string, number>>
  /** Null: every worker. */
  readonly destination: readonly string[] | null
}

export type Letter = Command & {
  readonly caller: string
  readonly ticket: string
  /** Names this delivery. */
  readonly tag: string
  readonly expiresAt: number
}

/** Workers of another database of the same Redis hear nothing. */
export const channelOf = (database: number): string => `/${database}.celery.pidbox`

export function envelope(letter: Letter): string {
  const body = {
    method: letter.method,
    arguments: letter.arguments,
    destination: letter.destination,
    pattern: null,
    matcher: null,
    ticket: letter.ticket,
    reply_to: { exchange: 'reply.celery.pidbox', routing_key: letter.caller },
  }
  return JSON.stringify({
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: { clock: 1, expires: letter.expiresAt / 1_000 },
    properties: {
      delivery_mode: 1,
      delivery_info: { exchange: 'celery.pidbox', routing_key: '' },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: letter.tag,
    },
  })
}

const replyHeaders = z.object({ ticket: z.string() })
const replyBody = z.record(z.string(), z.unknown())

export type Reply = { readonly ticket: string; readonly worker: string; readonly answer: unknown }

/** Null: it is no reply as kombu writes it. */
export function readReply(text: string): Reply | null {
  const message = readMessage(text)
  const headers = replyHeaders.safeParse(message?.headers)
  const body = replyBody.safeParse(message?.body)
  const [entry] = body.success ? Object.entries(body.data) : []
  if (!headers.success || entry === undefined) return null
  return { ticket: headers.data.ticket, worker: entry[0], answer: entry[1] }
}

export const statsAnswer = z.object({
  pool: z.object({
    'max-concurrency': z.int().optional(),
    /** Of prefork alone: the process of each child. */
    processes: z.array(z.int()).optional(),
  }),
  prefetch_count: z.int(),
  autoscaler: z.unknown().optional(),
})

export const activeAnswer = z.array(z.object({ time_start: z.number().nullish() }))

export const queuesAnswer = z.array(z.object({ name: z.string() }))

/** What a change is answered: `pool will grow`, or why not. */
export const changeAnswer = z.union([z.object({ ok: z.string() }), z.object({ error: z.string() })])
