/**
 * Where tasks are long, a worker does not keep some waiting that another could run.
 * facts/workload.md, 4.
 */
import { ruleLaw } from '../law.ts'
import { fieldTerm, workloadTerm } from '../terms.ts'

const longTaskSeconds = 1

export const celeryPrefetch = ruleLaw({
  id: 'celery-prefetch',
  depends: 'configuration',
  advice: true,
  workload: true,
  subjects: (at) => at.workers,
  judge: (at, { it }) =>
    at.system.workload.taskSeconds < longTaskSeconds || it.celery.prefetchMultiplier === 1
      ? 'ok'
      : 'tight',
  terms: (at, { it, path }, sourceOf) => [
    fieldTerm('prefetchMultiplier', it.celery.prefetchMultiplier, {
      path: `${path}.celery.prefetchMultiplier`,
      sourceOf,
    }),
    workloadTerm(at, 'taskSeconds', sourceOf),
  ],
})
