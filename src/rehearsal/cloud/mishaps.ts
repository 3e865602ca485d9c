/** What can go wrong between a bot and a cloud, and how Cloud SQL says the part of it that is an answer. */
import {
  busy,
  type GoogleError,
  notAuthorized,
  rateLimited,
  staleVersion,
  unavailable,
} from './google-error.ts'

export type ReadMishap = {
  readonly on: 'read'
  readonly how: 'unavailable' | 'rate-limited' | 'forbidden' | 'silence'
}

export type WriteMishap = {
  readonly on: 'write'
  readonly how:
    | 'busy'
    | 'stale'
    | 'rate-limited'
    | 'unavailable'
    | 'forbidden'
    /** The request is cut off before it took effect. */
    | 'request-lost'
    /** It took effect, and the connection ends without an answer. */
    | 'reply-lost'
    /** It took effect, and 503 comes back. */
    | 'reply-unavailable'
    /** It took effect, and no answer comes for as long as the caller waits. */
    | 'silence'
    /** It is accepted, and its operation ends in an error. */
    | 'operation-fails'
}

export type Mishap = ReadMishap | WriteMishap

export const operationFailure = {
  code: 'INTERNAL_ERROR',
  message: 'An internal error occurred while the instance was updated.',
} as const

/** Answered in place of the request, which then changes nothing. */
export function refusalOf(mishap: Mishap, retryAfterSeconds: number): GoogleError | null {
  switch (mishap.how) {
    case 'busy':
      return busy()
    case 'stale':
      return staleVersion()
    case 'rate-limited':
      return rateLimited(retryAfterSeconds)
    case 'unavailable':
      return unavailable()
    case 'forbidden':
      return notAuthorized()
    case 'request-lost':
    case 'reply-lost':
    case 'reply-unavailable':
    case 'silence':
    case 'operation-fails':
      return null
  }
}
