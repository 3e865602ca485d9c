/** A message as kombu puts it into Redis: JSON whose body is JSON once more, mostly in base64. */
import { z } from 'zod'

const envelope = z.object({
  body: z.string(),
  headers: z.unknown(),
  properties: z.object({ body_encoding: z.string().nullish() }),
})

/** Null: kombu did not write it, or in another language than JSON. */
export function readMessage(
  text: string,
): { readonly headers: unknown; readonly body: unknown } | null {
  const outer = envelope.safeParse(json(text))
  if (!outer.success) return null
  const { body, headers, properties } = outer.data
  const isEncoded = properties.body_encoding === 'base64'
  return { headers, body: json(isEncoded ? Buffer.from(body, 'base64').toString('utf8') : body) }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
