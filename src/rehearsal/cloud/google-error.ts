/** Refusals in the shape in which the Cloud SQL Admin API gives them. facts/cloudsql.md, 4. */

export type GoogleError = {
  readonly kind: 'error'
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

type Detail = { readonly reason: string; readonly domain?: string; readonly [key: string]: unknown }

function googleError(status: number, message: string, detail: Detail): GoogleError {
  const errors = [{ message, domain: 'global', ...detail }]
  return { kind: 'error', status, body: { error: { code: status, message, errors } } }
}

/** A value that is well formed and not accepted. */
export const invalidRequest = (why: string): GoogleError =>
  googleError(400, `Invalid request: ${why}.`, { reason: 'invalid' })

export type Violation = { readonly field: string; readonly description: string }

/**
 * A body or query that does not fit the message: Google's JSON transcoding answers, before the
 * service.
 */
export function malformed(violations: readonly Violation[]): GoogleError {
  const message = violations.map((violation) => violation.description).join('\n')
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations },
  ]
  const status = 'INVALID_ARGUMENT'
  const errors = [{ message, reason: 'invalid' }]
  return {
    kind: 'error',
    status: 400,
    body: { error: { code: 400, message, errors, status, details } },
  }
}

export const notAuthorized = (): GoogleError =>
  googleError(403, 'The client is not authorized to make this request.', {
    reason: 'notAuthorized',
  })

export const noInstance = (): GoogleError =>
  googleError(404, 'The Cloud SQL instance does not exist.', { reason: 'instanceDoesNotExist' })

export const noOperation = (): GoogleError =>
  googleError(404, 'The Cloud SQL operation does not exist.', { reason: 'operationDoesNotExist' })

export const noMethod = (method: string, path: string): GoogleError =>
  googleError(404, `The local cloud has no ${method} ${path}.`, { reason: 'notFound' })

export const notHere = (what: string): GoogleError =>
  googleError(501, `The local cloud does not have ${what}.`, { reason: 'notImplemented' })

export const busy = (): GoogleError =>
  googleError(409, 'Operation failed because another operation was already in progress.', {
    reason: 'operationInProgress',
  })

/** Google's own words; the name of a deleted instance is taken for a week. */
export const nameTaken = (): GoogleError =>
  googleError(
    409,
    'The Cloud SQL instance already exists. When you delete an instance, you cannot reuse the name of the deleted ' +
      'instance until one week from the deletion date.',
    { reason: 'instanceAlreadyExists' },
  )

export const staleVersion = (): GoogleError =>
  googleError(412, 'Condition does not match.', {
    reason: 'staleData',
    locationType: 'header',
    location: 'If-Match',
  })

export const rateLimited = (waitSeconds: number): GoogleError => ({
  ...googleError(429, 'Quota exceeded for quota metric of the Cloud SQL Admin API.', {
    domain: 'usageLimits',
    reason: 'rateLimitExceeded',
  }),
  headers: { 'retry-after': String(waitSeconds) },
})

export const unavailable = (): GoogleError =>
  googleError(503, 'The service is currently unavailable.', { reason: 'backendError' })
