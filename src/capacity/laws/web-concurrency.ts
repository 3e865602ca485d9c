/**
 * An instance admits no more requests than it has threads: the rest queues inside, and the
 * autoscaler sees it idle. facts/workload.md, 2.
 */
import { threadsPerInstance, threadsPerWorker } from '../derive.ts'
import { ruleLaw } from '../law.ts'
import { fieldTerm, total } from '../terms.ts'

export const webConcurrency = ruleLaw({
  id: 'web-concurrency',
  depends: 'configuration',
  subjects: (at) => at.webs,
  judge: (_at, { it }) => (it.concurrency <= threadsPerInstance(it) ? 'ok' : 'broken'),
  numbers: {
    unit: 'requests per instance',
    demand: (_at, { it }) => it.concurrency,
    limit: (_at, { it }) => threadsPerInstance(it),
  },
  terms: (_at, { it, path }, sourceOf) => [
    fieldTerm('demand', it.concurrency, { path: `${path}.concurrency`, sourceOf }),
    total(
      'limit',
      threadsPerInstance(it),
      `${it.gunicorn.workers} workers x ${threadsPerWorker(it)} threads`,
    ),
  ],
})
