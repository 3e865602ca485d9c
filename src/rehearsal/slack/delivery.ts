/** A request to the app: signed, three seconds, and Slack's words when it fails. facts/slack.md, 1, 4 and 6. */
import { createHmac } from 'node:crypto'
import { request } from 'node:http'

export type Ack =
  | { readonly kind: 'acked'; readonly isJson: boolean; readonly body: string }
  | { readonly kind: 'failed'; readonly error: DeliveryError }

/** What the person reads: `/capacity failed with the error "operation_timeout"`. */
export type DeliveryError =
  | 'operation_timeout'
  | 'http_client_error'
  | 'http_service_error'
  | 'dispatch_failed'

/** Slack gives an app this long to answer, body included. */
const ackWithinMs = 3000

/** Bolt takes no other content type, not even with a charset. facts/slack.md, 6. */
const formType = 'application/x-www-form-urlencoded'

export async function deliver(options: {
  readonly url: string | null
  readonly body: URLSearchParams
  readonly signingSecret: string
  readonly now: number
}): Promise<Ack> {
  if (options.url === null) return { kind: 'failed', error: 'dispatch_failed' }
  const body = options.body.toString()
  const timestamp = String(Math.floor(options.now / 1000))
  const headers = {
    'content-type': formType,
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'Slackbot 1.0 (rehearsal)',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signatureOf(options.signingSecret, timestamp, body),
  }
  const signal = AbortSignal.timeout(ackWithinMs)
  try {
    const answer = await post({ url: options.url, headers, body, signal })
    if (answer.status >= 500) return { kind: 'failed', error: 'http_service_error' }
    if (answer.status >= 300) return { kind: 'failed', error: 'http_client_error' }
    return {
      kind: 'acked',
      isJson: answer.contentType.startsWith('application/json'),
      body: answer.body,
    }
  } catch {
    // Nothing else throws here: the socket failed, or the signal ended it.
    return { kind: 'failed', error: signal.aborted ? 'operation_timeout' : 'dispatch_failed' }
  }
}

/** `v0=` and the HMAC-SHA256 of `v0:{timestamp}:{raw body}`. facts/slack.md, 4. */
function signatureOf(signingSecret: string, timestamp: string, body: string): string {
  const signed = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`)
  return `v0=${signed.digest('hex')}`
}

type Answer = {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** One connection a request: a socket kept alive would hold the bot's server open when it stops. */
function post(options: {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}): Promise<Answer> {
  const { url, headers, signal } = options
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers, signal, agent: false }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          contentType: incoming.headers['content-type'] ?? '',
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })
}
