/** The parent and its children fit the memory of an instance. facts/workload.md, 4. */
import { quantityLaw } from '../law.ts'
import { fieldTerm, total } from '../terms.ts'

export const celeryMemory = quantityLaw({
  id: 'celery-memory',
  unit: 'MiB',
  depends: 'configuration',
  subjects: (at) => at.workers,
  demand: (_at, { it: { celery } }) => (celery.concurrency + 1) * celery.memoryMibPerProcess,
  limit: (_at, { it }) => it.memoryGib * 1024,
  terms: (_at, { it: { celery, memoryGib }, path }, sourceOf) => [
    fieldTerm('concurrency', celery.concurrency, { path: `${path}.celery.concurrency`, sourceOf }),
    total(
      'demand',
      (celery.concurrency + 1) * celery.memoryMibPerProcess,
      `(${celery.concurrency} children + 1 parent) x ${celery.memoryMibPerProcess} MiB`,
    ),
    fieldTerm('memoryGib', memoryGib, { path: `${path}.memoryGib`, sourceOf }),
    total('limit', memoryGib * 1024, `${memoryGib} GiB x 1024`),
  ],
})
