/**
 * Every session that may be open at once fits the slots that PostgreSQL leaves. facts/cloudsql.md,
 * 1.
 */
import { unreadablePath } from '../at-users.ts'
import { usable } from '../cloud-sql.ts'
import { sessions } from '../derive.ts'
import { quantityLaw } from '../law.ts'
import { sessionTerms, sumOf, total, usableTerms } from '../terms.ts'

export const dbConnections = quantityLaw({
  id: 'db-connections',
  unit: 'connections',
  depends: 'configuration',
  capacity: true,
  subjects: (at) => at.databases,
  demand: (at, database) => sessions(at, database),
  limit: (_at, { it }) => usable(it),
  missing: unreadablePath,
  terms: (at, database, sourceOf) => {
    const open = sessionTerms(at, database, sourceOf)
    return [
      ...open,
      total('demand', sessions(at, database), sumOf(open.map(({ value }) => value))),
      ...usableTerms(database, sourceOf),
    ]
  },
})
