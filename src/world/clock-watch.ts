/**
 * How far this machine's clock is from those of Google and Slack, by the Date header of every answer that the process
 * gets anyway. DESIGN.md, 3.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { z } from 'zod'
import type { ClockReader, ClockSkew } from './ports/clocks.ts'
import type { Clock } from './world.ts'

export type ClockWatch = ClockReader & { readonly stop: () => void }

/** Beyond this a verdict is a review. DESIGN.md, 3. */
export const skewSecondsAtMost = 5

/** Whose host it is; null: neither's. */
export type WhoseHost = (host: string) => ClockSkew['of'] | null

/** Node's own client, which Google's libraries use, and `fetch`, which Slack's does. */
const channels = {
  asked: ['http.client.request.start', 'undici:request:create'],
  answered: ['http.client.response.finish', 'undici:request:headers'],
} as const

export function watchClocks(whose: WhoseHost, clock: Clock): ClockWatch {
  const askedAt = new WeakMap<object, number>()
  const newest = new Map<ClockSkew['of'], ClockSkew>()
  const asked = (message: unknown): void => {
    const seen = exchange.safeParse(message)
    if (seen.success) askedAt.set(seen.data.request, clock.now())
  }
  const answered = (message: unknown): void => {
    const seen = answer.safeParse(message)
    if (!seen.success) return
    const { request, response } = seen.data
    const [host, date] = [hostOf(request), dateOf(response.headers)]
    const of = host === null ? null : whose(host)
    const from = askedAt.get(request)
    if (host === null || of === null || date === null || from === undefined) return
    const at = clock.now()
    newest.set(of, { of, host, skewSeconds: skewOf({ from, to: at, date }) / 1000, at })
  }
  for (const channel of channels.asked) subscribe(channel, asked)
  for (const channel of channels.answered) subscribe(channel, answered)
  return {
    skews: () => [...newest.values()],
    stop: () => {
      for (const channel of channels.asked) unsubscribe(channel, asked)
      for (const channel of channels.answered) unsubscribe(channel, answered)
    },
  }
}

/** Loopback stands for whoever is played there. */
export function hostsOfGoogleAndSlack(local: {
  readonly google: string | null
  readonly slack: string | null
}): WhoseHost {
  const placeOf = (url: string | null) => (url === null ? null : new URL(url).host)
  const [google, slack] = [placeOf(local.google), placeOf(local.slack)]
  return (host) => {
    if (host === google || host.endsWith('.googleapis.com')) return 'google'
    return host === slack || host === 'slack.com' || host.endsWith('.slack.com') ? 'slack' : null
  }
}

/** The header was written between the question and the answer, and cuts off what is below a second. */
export function skewOf({ from, to, date }: { from: number; to: number; date: number }): number {
  if (from > date + 999) return from - (date + 999)
  return to < date ? to - date : 0
}

const object = z.custom<object>((value) => typeof value === 'object' && value !== null)
const exchange = z.object({ request: object })
const answer = z.object({ request: object, response: z.object({ headers: z.unknown() }) })
const nodeRequest = z.object({ getHeader: z.custom<(name: string) => unknown>(isFunction) })
const fetchRequest = z.object({ origin: z.string() })
const pairs = z.array(z.instanceof(Uint8Array))
const named = z.object({ date: z.string() })

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function hostOf(request: object): string | null {
  const byFetch = fetchRequest.safeParse(request)
  if (byFetch.success) return new URL(byFetch.data.origin).host
  if (!nodeRequest.safeParse(request).success || !('getHeader' in request)) return null
  const { getHeader } = request
  const host: unknown = typeof getHeader === 'function' ? getHeader.call(request, 'host') : null
  return typeof host === 'string' ? host : null
}

/** By name, or names and values in turn. Null where there is none that can be read. */
function dateOf(headers: unknown): number | null {
  const text = textOf(headers)
  const at = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(at) ? null : at
}

function textOf(headers: unknown): string | null {
  const byName = named.safeParse(headers)
  if (byName.success) return byName.data.date
  const inTurn = pairs.safeParse(headers)
  if (!inTurn.success) return null
  const words = inTurn.data.map((bytes) => Buffer.from(bytes).toString('latin1'))
  const index = words.findIndex((word, place) => place % 2 === 0 && word.toLowerCase() === 'date')
  return words[index + 1] !== undefined && index >= 0 ? (words[index + 1] ?? null) : null
}
