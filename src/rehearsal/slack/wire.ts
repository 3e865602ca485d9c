/** Reads a call of the Web API: a form with nested JSON strings, or a JSON body. facts/slack.md, 6. */
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'

export type Call =
  | {
      readonly kind: 'call'
      readonly token: string | null
      readonly arguments: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'unreadable'; readonly error: string }

const jsonObject = z.record(z.string(), z.unknown())

/** Far above every message; a caller that sends more is broken. */
const maxBodyBytes = 1_000_000

export async function readCall(request: IncomingMessage): Promise<Call> {
  const body = await bodyOf(request)
  if (body === null) return { kind: 'unreadable', error: 'request_too_large' }
  const given = argumentsOf(request.headers['content-type'] ?? '', body)
  if (typeof given === 'string') return { kind: 'unreadable', error: given }
  const { token, ...rest } = given
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
  const inBody = typeof token === 'string' ? token : undefined
  return { kind: 'call', token: bearer ?? inBody ?? null, arguments: rest }
}

/** The whole body as text, or null when it is too large. */
export async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    sizeBytes += bytes.byteLength
    if (sizeBytes <= maxBodyBytes) chunks.push(bytes)
  }
  return sizeBytes > maxBodyBytes ? null : Buffer.concat(chunks).toString('utf8')
}

/** The arguments, or Slack's code for a body that it cannot read. */
function argumentsOf(contentType: string, body: string): Record<string, unknown> | string {
  const [type] = contentType.split(';', 1)
  switch (type) {
    case 'application/x-www-form-urlencoded':
      return Object.fromEntries(new URLSearchParams(body))
    case 'application/json': {
      const parsed = jsonObject.safeParse(jsonOf(body))
      return parsed.success ? parsed.data : 'json_not_object'
    }
    default:
      return body === '' ? {} : 'invalid_post_type'
  }
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
