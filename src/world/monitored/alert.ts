/**
 * Which policy is an alert of the System: the one that bears its label, or the only one that
 * watches the same metric of the same database. Pure.
 */
import type { Alert } from '../../capacity/system.ts'
import type { AlertPolicy, Threshold } from '../ports/monitoring.ts'
import { backendsMetric } from './metrics.ts'

/** The label that says which alert of the System a policy is. */
export const alertLabel = 'plimsoll-alert'

export type FoundAlert =
  | { readonly kind: 'found'; readonly policy: AlertPolicy; readonly threshold: Threshold }
  | { readonly kind: 'none' }
  /** Several would fit, or the one that fits has no one number to be read. */
  | { readonly kind: 'unclear'; readonly why: string }

export function alertIn(
  policies: readonly AlertPolicy[],
  sought: { readonly alert: string; readonly project: string } & Pick<Alert, 'database'>,
): FoundAlert {
  const { alert, project, database } = sought
  const labelled = policies.filter(({ userLabels }) => userLabels[alertLabel] === labelOf(alert))
  const watching = policies.filter((policy) => watched(policy, project, database).length > 0)
  const fitting = labelled.length > 0 ? labelled : watching
  const [policy, other] = fitting
  if (policy === undefined) return { kind: 'none' }
  if (other !== undefined) {
    const names = fitting.map(({ displayName }) => displayName).join(', ')
    return unclear(`${fitting.length} policies could be it (${names}); label one ${alertLabel}`)
  }
  const [threshold, second] = watched(policy, project, database)
  if (threshold === undefined)
    return unclear(`${policy.displayName} does not compare the sessions of ${database}`)
  if (second !== undefined)
    return unclear(`${policy.displayName} compares the sessions of ${database} more than once`)
  return { kind: 'found', policy, threshold }
}

/** Google's rule for a label's value: lower case, digits, _ and -, 63 at most. */
export function labelOf(alert: string): string {
  return alert
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '_')
    .slice(0, 63)
}

function unclear(why: string): FoundAlert {
  return { kind: 'unclear', why }
}

function watched({ thresholds }: AlertPolicy, project: string, database: string) {
  return thresholds.filter(
    ({ filter }) =>
      compares(filter, 'metric.type', backendsMetric) &&
      compares(filter, 'resource.labels?.database_id', `${project}:${database}`),
  )
}

/** `key = "value"`, with or without spaces around the sign. */
function compares(filter: string, key: string, value: string): boolean {
  const literal = value.replaceAll(/[.\\/-]/g, '\\$&')
  return new RegExp(`(^|[^\\w.])${key}\\s*=\\s*"${literal}"`).test(filter)
}
