/** A broker that evicts loses tasks without a word. facts/workload.md, 5. */
import { ruleLaw } from '../law.ts'
import { fieldTerm } from '../terms.ts'

export const redisEviction = ruleLaw({
  id: 'redis-eviction',
  depends: 'configuration',
  subjects: (at) => at.redis.filter(({ it }) => it.broker),
  judge: (_at, { it }) => (it.evictionPolicy === 'noeviction' ? 'ok' : 'broken'),
  terms: (_at, { it, path }, sourceOf) => [
    fieldTerm('evictionPolicy', it.evictionPolicy, { path: `${path}.evictionPolicy`, sourceOf }),
  ],
})
