/**
 * gunicorn's workers fit the memory of an instance: over it the instance is killed.
 * facts/workload.md, 1.
 */
import { quantityLaw } from '../law.ts'
import { fieldTerm, total } from '../terms.ts'

export const webMemory = quantityLaw({
  id: 'web-memory',
  unit: 'MiB',
  depends: 'configuration',
  subjects: (at) => at.webs,
  demand: (_at, { it }) => it.gunicorn.workers * it.gunicorn.memoryMibPerWorker,
  limit: (_at, { it }) => it.memoryGib * 1024,
  terms: (_at, { it: { gunicorn, memoryGib }, path }, sourceOf) => [
    fieldTerm('workers', gunicorn.workers, { path: `${path}.gunicorn.workers`, sourceOf }),
    total(
      'demand',
      gunicorn.workers * gunicorn.memoryMibPerWorker,
      `${gunicorn.workers} workers x ${gunicorn.memoryMibPerWorker} MiB`,
    ),
    fieldTerm('memoryGib', memoryGib, { path: `${path}.memoryGib`, sourceOf }),
    total('limit', memoryGib * 1024, `${memoryGib} GiB x 1024`),
  ],
})
