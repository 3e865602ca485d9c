/** Text that goes through somebody else's hands and comes back: whoever changed it is found out. */
import { createHmac, timingSafeEqual } from 'node:crypto'

export type Seal = {
  readonly close: (text: string) => string
  /** Null: it is not what was closed. */
  readonly open: (sealed: string) => string | null
}

/** `secret`: what every instance of this bot has and nobody else. */
export function sealWith(secret: string): Seal {
  const mark = (text: string) =>
    createHmac('sha256', secret).update(`plimsoll form ${text}`).digest('base64url')
  return {
    close: (text) => `${mark(text)}.${text}`,
    open: (sealed) => {
      const cut = sealed.indexOf('.')
      const text = sealed.slice(cut + 1)
      const [given, right] = [
        Buffer.from(sealed.slice(0, Math.max(cut, 0))),
        Buffer.from(mark(text)),
      ]
      return given.length === right.length && timingSafeEqual(given, right) ? text : null
    },
  }
}
