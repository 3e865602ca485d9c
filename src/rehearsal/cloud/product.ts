/** One API of the local cloud, behind the same root as the others. */
import type { GoogleError } from './google-error.ts'
import type { Mishap, WriteMishap } from './mishaps.ts'

export type ApiRequest = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
}

export type Answer = { readonly kind: 'answer'; readonly status: number; readonly body: unknown }

export type Moment = {
  readonly now: number
  /** Reads show the world as it was then. */
  readonly seenAt: number
  /** An accepted change comes to nothing. */
  readonly fails: boolean
}

export type ProductName = 'sql' | 'run' | 'monitoring' | 'iam'

export type Product = {
  readonly name: ProductName
  readonly owns: (path: string) => boolean
  /** The method that changes nothing. */
  readonly looksBy: 'GET' | 'POST'
  readonly answer: (request: ApiRequest, moment: Moment) => Answer | GoogleError
  /** Answered in place of the request, which then changes nothing; null: not this mishap. */
  readonly refusal: (mishap: Mishap, retryAfterSeconds: number) => GoogleError | null
  /** What a special input in this request meets. special-inputs.ts */
  readonly special: (request: ApiRequest, now: number) => WriteMishap | null
  /** How many changes took effect. */
  readonly writes: () => number
}

export const ok = (body: unknown): Answer => ({ kind: 'answer', status: 200, body })
