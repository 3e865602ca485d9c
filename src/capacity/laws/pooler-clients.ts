/** The pooler lets every client in. facts/cloudsql.md, 7. */

import type { AtUsers, Named } from '../at-users.ts'
import { clients, goesThrough, isInUse } from '../derive.ts'
import { quantityLaw } from '../law.ts'
import type { Pooler } from '../system.ts'
import { clientsTerm, sumOf, total } from '../terms.ts'

export const poolerClients = quantityLaw({
  id: 'pooler-clients',
  unit: 'connections',
  depends: 'configuration',
  capacity: true,
  subjects: (at) => at.poolers.filter((pooler) => isInUse(at, pooler)),
  demand: clientsOf,
  limit: (_at, { it }) => it.processes * it.maxClientConn,
  terms: (at, pooler, sourceOf) => {
    const { name, path, it } = pooler
    const open = at.services
      .filter((service) => goesThrough(service.it, name))
      .map((service) => clientsTerm(at, service, sourceOf))
    return [
      ...open,
      total('demand', clientsOf(at, pooler), sumOf(open.map(({ value }) => value))),
      {
        term: 'limit',
        value: it.processes * it.maxClientConn,
        formula: `${it.processes} processes x ${it.maxClientConn} clients`,
        source: sourceOf(`${path}.maxClientConn`),
      },
    ]
  },
})

function clientsOf(at: AtUsers, { name }: Named<Pooler>): number {
  let open = 0
  for (const { it } of at.services) if (goesThrough(it, name)) open += clients(at, it)
  return open
}
