/** Names that nobody can guess and that sort by their time: for runs, approvals, intents and tokens. */
import { randomBytes } from 'node:crypto'

const timeDigits = 9
const randomByteCount = 10

/** Lower case letters and digits only: an intent's id becomes a label in the world. facts/cloudsql.md, 4. */
export function newId(now: number): string {
  const time = now.toString(36).padStart(timeDigits, '0')
  const random = BigInt(`0x${randomBytes(randomByteCount).toString('hex')}`).toString(36)
  return `${time}${random}`
}
