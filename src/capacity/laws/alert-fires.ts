/**
 * The alert fires before clients are refused, and not much earlier: near 0.8 of what is usable.
 * facts/cloudsql.md, 11, 36.
 */
import { isPositive } from '../arithmetic.ts'
import { type AtUsers, type InstanceAt, type Named, unreadablePath } from '../at-users.ts'
import { alertShare, usable } from '../cloud-sql.ts'
import { ruleLaw } from '../law.ts'
import type { Alert } from '../system.ts'
import { fieldTerm, usableTerms } from '../terms.ts'

const tolerance = 0.1

export const alertFires = ruleLaw({
  id: 'alert-fires',
  depends: 'configuration',
  advice: true,
  subjects: (at) => at.alerts.map((alert) => ({ ...alert, database: databaseOf(at, alert) })),
  judge: (_at, { it, database }) => {
    const limit = database === undefined ? null : usable(database.it)
    if (limit === null) return null
    if (!isPositive(limit - it.threshold)) return 'broken'
    const best = alertShare * limit
    return isPositive(Math.abs(it.threshold - best) - tolerance * best) ? 'tight' : 'ok'
  },
  missing: ({ path, database }) => (database === undefined ? path : unreadablePath(database)),
  numbers: {
    unit: 'connections',
    demand: (_at, { it }) => it.threshold,
    limit: (_at, { database }) => (database === undefined ? null : usable(database.it)),
  },
  terms: (_at, { it, path, database }, sourceOf) => [
    {
      ...fieldTerm('threshold', it.threshold, { path: `${path}.threshold`, sourceOf }),
      term: 'demand',
    },
    ...(database === undefined ? [] : usableTerms(database, sourceOf)),
  ],
})

function databaseOf(at: AtUsers, { it }: Named<Alert>): InstanceAt | undefined {
  return at.databases.find(({ name }) => name === it.database)
}
