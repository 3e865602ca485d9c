/** Names that nobody can guess and that sort by their time: for runs, approvals, intents and tokens. */
import { createHash, randomBytes } from 'node:crypto'

const timeDigits = 9
const byteCount = 10

/** Lower case letters and digits only: an intent's id becomes a label in the world. facts/cloudsql.md, 4. */
export function newId(now: number): string {
  return named(now, randomBytes(byteCount))
}

/** The same name whenever the same thing comes again. `secret`: what nobody else can know. */
export function idOf(at: number, secret: string): string {
  return named(at, createHash('sha256').update(secret).digest().subarray(0, byteCount))
}

function named(at: number, bytes: Buffer): string {
  const time = at.toString(36).padStart(timeDigits, '0')
  return `${time}${BigInt(`0x${bytes.toString('hex')}`).toString(36)}`
}
