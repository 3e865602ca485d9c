/** Redis lets every client in. facts/workload.md, 5. */
import type { AtUsers, Named } from '../at-users.ts'
import { instances, redisClientsPerInstance, redisOf } from '../derive.ts'
import { quantityLaw } from '../law.ts'
import type { Service } from '../system.ts'
import { sumOf, total } from '../terms.ts'

export const redisClients = quantityLaw({
  id: 'redis-clients',
  unit: 'connections',
  depends: 'configuration',
  capacity: true,
  subjects: (at) => at.redis,
  demand: (at, { name }) => {
    let open = 0
    for (const { it } of at.services) if (redisOf(at, it) === name) open += clientsOf(at, it)
    return open
  },
  limit: (_at, { it }) => it.maxClients,
  terms: (at, redis, sourceOf) => {
    const users = at.services.filter(({ it }) => redisOf(at, it) === redis.name)
    const terms = users.map((service) => clientsTerm(at, service, sourceOf(service.path)))
    const open = users.reduce((sum, { it }) => sum + clientsOf(at, it), 0)
    return [
      ...terms,
      total('demand', open, sumOf(terms.map(({ value }) => value))),
      {
        term: 'limit',
        value: redis.it.maxClients,
        formula: 'maxClients',
        source: sourceOf(`${redis.path}.maxClients`),
      },
    ]
  },
})

function clientsOf(at: AtUsers, service: Service): number {
  return instances(at, service) * service.revisionsServing * redisClientsPerInstance(service)
}

function clientsTerm(at: AtUsers, { name, it }: Named<Service>, source: string) {
  const revisions = it.revisionsServing === 1 ? '' : ` x ${it.revisionsServing} revisions`
  const each = redisClientsPerInstance(it)
  const formula = `${instances(at, it)} instances${revisions} x ${each} connections`
  return { term: name, value: clientsOf(at, it), formula, source }
}
