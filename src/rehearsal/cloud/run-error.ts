/** Refusals in the shape in which the newer Google APIs give them: a canonical status beside the number. */
import type { GoogleError } from './google-error.ts'
import type { Mishap } from './mishaps.ts'

function rpcError(code: number, status: string, message: string): GoogleError {
  return { kind: 'error', status: code, body: { error: { code, message, status } } }
}

export const invalidArgument = (message: string): GoogleError =>
  rpcError(400, 'INVALID_ARGUMENT', message)

export const noResource = (name: string): GoogleError =>
  rpcError(404, 'NOT_FOUND', `Resource '${name}' was not found.`)

export const noPermission = (): GoogleError =>
  rpcError(403, 'PERMISSION_DENIED', 'Permission denied on the resource (or it may not exist).')

export const unimplemented = (what: string): GoogleError =>
  rpcError(501, 'UNIMPLEMENTED', `The local cloud does not have ${what}.`)

export const staleEtag = (name: string): GoogleError =>
  rpcError(409, 'ABORTED', `Conflict for resource '${name}': another version was specified.`)

export const revisionTaken = (revision: string): GoogleError =>
  rpcError(
    409,
    'ALREADY_EXISTS',
    `Revision named '${revision}' with different configuration already exists.`,
  )

export const nameInUse = (name: string): GoogleError =>
  rpcError(409, 'ALREADY_EXISTS', `Resource '${name}' already exists.`)

export const failedPrecondition = (message: string): GoogleError =>
  rpcError(400, 'FAILED_PRECONDITION', message)

export function runRefusal(mishap: Mishap, retryAfterSeconds: number): GoogleError | null {
  switch (mishap.how) {
    // It knows no change that waits for another: what is under way is a conflict too.
    case 'busy':
    case 'stale':
      return staleEtag('it')
    case 'rate-limited':
      return {
        ...rpcError(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for quota metric of Cloud Run.'),
        headers: { 'retry-after': String(retryAfterSeconds) },
      }
    case 'unavailable':
      return rpcError(503, 'UNAVAILABLE', 'The service is currently unavailable.')
    case 'forbidden':
      return noPermission()
    default:
      return null
  }
}
