/**
 * The pooler's server connections are enough for the requests that use the database at one moment.
 * capacity.md, 3.
 */
import type { AtUsers, Named } from '../at-users.ts'
import { goesThrough, isInUse, poolerServers, requestsPerSecondThrough } from '../derive.ts'
import { quantityLaw } from '../law.ts'
import type { Pooler } from '../system.ts'
import { requestsTerms, serversTerm, shown, total, workloadTerm } from '../terms.ts'

export const poolerBusy = quantityLaw({
  id: 'pooler-busy',
  unit: 'connections',
  depends: 'load',
  capacity: true,
  workload: true,
  subjects: (at) => at.poolers.filter((pooler) => isInUse(at, pooler)),
  demand: busyServers,
  limit: poolerServers,
  terms: (at, pooler, sourceOf) => {
    const requests = requestsPerSecondThrough(at, pooler.name)
    const { databaseSeconds } = at.system.workload
    return [
      ...requestsTerms(at, (web) => goesThrough(web, pooler.name), sourceOf),
      workloadTerm(at, 'databaseSeconds', sourceOf),
      total('demand', busyServers(at, pooler), `${shown(requests)} x ${databaseSeconds} s`),
      { ...serversTerm(at, pooler, sourceOf), term: 'limit' },
    ]
  },
})

function busyServers(at: AtUsers, { name }: Named<Pooler>): number {
  return requestsPerSecondThrough(at, name) * at.system.workload.databaseSeconds
}
