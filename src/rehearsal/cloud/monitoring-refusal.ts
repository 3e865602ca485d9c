/** Refusals as Cloud Monitoring shapes them: a code, a sentence and a status, no reasons. */
import type { GoogleError } from './google-error.ts'

const statuses = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
} as const

export function refusal(code: keyof typeof statuses, message: string): GoogleError {
  return { kind: 'error', status: code, body: { error: { code, message, status: statuses[code] } } }
}

/** Two reasons for one number. */
export function conflict(status: 'ABORTED' | 'ALREADY_EXISTS', message: string): GoogleError {
  return { kind: 'error', status: 409, body: { error: { code: 409, message, status } } }
}
