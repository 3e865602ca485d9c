/** One request to the local cloud: read, kept, met by what goes wrong, and answered by whose it is. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type GoogleError, malformed, unavailable } from './google-error.ts'
import type { Mishap } from './mishaps.ts'
import type { Answer, ApiRequest, Product } from './product.ts'
import type { Troubled } from './trouble.ts'

export type ArrivedRequest = {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly body: unknown
  /** Whether it carried credentials: nothing that talks to a local cloud may. */
  readonly authorized: boolean
}

type Responder = {
  readonly products: readonly Product[]
  readonly clock: { readonly now: () => number }
  readonly trouble: Troubled
  readonly requests: ArrivedRequest[]
  /** Writes that reached it, refused ones too. */
  readonly sent: { count: number }
  readonly changes: ArrivedRequest[]
  readonly retryAfterSeconds: number
  readonly beforeReply: (request: ArrivedRequest) => Promise<'reply' | 'drop'>
  readonly onWrite: (mishap: Mishap | null) => void
}

/** Lost: the connection ends. Silent: nothing comes for as long as the caller waits. */
type Outcome = Answer | GoogleError | { readonly kind: 'lost' } | { readonly kind: 'silent' }

const bodyLimit = 1_000_000
const requestLimit = 1_000

export function responder(cloud: Responder) {
  const { clock, requests } = cloud
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request
    response.setHeader('date', new Date(clock.now()).toUTCString())
    const { pathname: path, searchParams: query } = new URL(url, 'http://localhost')
    const body = await bodyOf(request)
    const authorized = headers.authorization !== undefined
    const arrived = { at: clock.now(), method, path, body: body.json, authorized }
    requests.push(arrived)
    if (requests.length > requestLimit) requests.shift()
    const asked = { method, path, query, body: body.json }
    const outcome = await outcomeOf(cloud, asked, { arrived, refusal: body.refusal ?? null })
    if (outcome.kind === 'silent') return
    if (outcome.kind === 'lost') response.destroy()
    else write(response, outcome)
  }
}

async function outcomeOf(
  cloud: Responder,
  request: ApiRequest,
  { arrived, refusal }: { readonly arrived: ArrivedRequest; readonly refusal: GoogleError | null },
): Promise<Outcome> {
  const { trouble, clock } = cloud
  const product = cloud.products.find((one) => one.owns(request.path))
  if (product === undefined) throw new Error(`nobody owns ${request.path}`)
  const isLook = request.method === product.looksBy
  if (!isLook) cloud.sent.count += 1
  if (refusal !== null) return refusal
  if (isLook) {
    const mishap = trouble.met('read', product)
    return metAnswer(mishap, refusedBy(cloud, product, mishap) ?? answerOf(cloud, product, request))
  }
  // What was provoked comes before what a special input asks for.
  const mishap = trouble.met('write', product) ?? product.special(request, clock.now())
  const reply = refusedBy(cloud, product, mishap) ?? answerOf(cloud, product, request, mishap)
  if (reply.kind === 'answer') cloud.changes.push(arrived)
  const outcome = metAnswer(mishap, reply)
  cloud.onWrite(mishap)
  if (outcome.kind !== 'answer') return outcome
  return (await cloud.beforeReply(arrived)) === 'drop' ? { kind: 'lost' } : outcome
}

/** Before anything took effect; null: it goes on. */
function refusedBy(
  { retryAfterSeconds }: Responder,
  product: Product,
  mishap: Mishap | null,
): GoogleError | { readonly kind: 'lost' } | null {
  if (mishap?.how === 'request-lost') return { kind: 'lost' }
  return mishap === null ? null : product.refusal(mishap, retryAfterSeconds)
}

function answerOf(
  { clock, trouble }: Responder,
  product: Product,
  request: ApiRequest,
  mishap: Mishap | null = null,
): Answer | GoogleError {
  const now = clock.now()
  const seenAt = now - trouble.reads().lagMs
  return product.answer(request, { now, seenAt, fails: mishap?.how === 'operation-fails' })
}

/** What comes of the answer on its way back. */
function metAnswer(mishap: Mishap | null, answer: Outcome): Outcome {
  if (mishap?.how === 'silence') return { kind: 'silent' }
  if (mishap?.how === 'reply-lost') return { kind: 'lost' }
  return mishap?.how === 'reply-unavailable' ? unavailable() : answer
}

function write(response: ServerResponse, reply: Answer | GoogleError): void {
  const headers = reply.kind === 'error' ? reply.headers : undefined
  response.writeHead(reply.status, {
    'content-type': 'application/json; charset=UTF-8',
    ...headers,
  })
  response.end(JSON.stringify(reply.body))
}

async function bodyOf(
  request: IncomingMessage,
): Promise<{ readonly json: unknown; readonly refusal?: GoogleError }> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > bodyLimit) return { json: undefined, refusal: unreadable('Request is too large.') }
    chunks.push(bytes)
  }
  if (size === 0) return { json: undefined }
  const text = Buffer.concat(chunks).toString('utf8')
  try {
    return { json: JSON.parse(text) }
  } catch (error) {
    return { json: text, refusal: unreadable(`Invalid JSON payload received. ${String(error)}`) }
  }
}

const unreadable = (description: string): GoogleError => malformed([{ field: 'body', description }])
