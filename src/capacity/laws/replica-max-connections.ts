/**
 * A replica takes at least as many connections as its primary, or its replay pauses.
 * facts/cloudsql.md, 6.
 */
import { type AtUsers, type InstanceAt, unreadablePath } from '../at-users.ts'
import { maxConnections } from '../cloud-sql.ts'
import { ruleLaw } from '../law.ts'
import { maxConnectionsTerm } from '../terms.ts'

export const replicaMaxConnections = ruleLaw({
  id: 'replica-max-connections',
  depends: 'configuration',
  subjects: (at) => at.replicas,
  judge: (_at, { it, primary }) => {
    const own = maxConnections(it, primary)
    const least = primary === undefined ? own : maxConnections(primary)
    if (own === null || least === null) return null
    return own >= least ? 'ok' : 'broken'
  },
  missing: unreadablePath,
  terms: (at, replica, sourceOf) => [
    { ...maxConnectionsTerm(replica, sourceOf), term: 'max_connections of the replica' },
    ...primaryOf(at, replica).map((primary) => ({
      ...maxConnectionsTerm(primary, sourceOf),
      term: 'max_connections of its primary',
    })),
  ],
})

function primaryOf(at: AtUsers, { databaseName }: InstanceAt): readonly InstanceAt[] {
  return at.databases.filter(({ name }) => name === databaseName)
}
