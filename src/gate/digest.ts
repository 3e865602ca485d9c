/** SHA-256 of canonical JSON: equal values have equal digests, whatever the order of their keys. */
import { createHash } from 'node:crypto'
import { configure } from 'safe-stable-stringify'

const canonical = configure({ deterministic: true, strict: true })

export function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(canonical(value) ?? 'undefined')
    .digest('hex')
}
