/** One API of the local cloud, behind the same root as the others. */
import type { GoogleError } from './google-error.ts'
import type { Mishap } from './mishaps.ts'

export type ApiRequest = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
}

export type Answer = { readonly kind: 'answer'; readonly status: number; readonly body: unknown }

export type Product = {
  readonly owns: (path: string) => boolean
  /** `fails`: an accepted change comes to nothing. */
  readonly answer: (request: ApiRequest, now: number, fails: boolean) => Answer | GoogleError
  /** Answered in place of the request, which then changes nothing; null: not this mishap. */
  readonly refusal: (mishap: Mishap, retryAfterSeconds: number) => GoogleError | null
  /** How many changes took effect. */
  readonly writes: () => number
}

export const ok = (body: unknown): Answer => ({ kind: 'answer', status: 200, body })
