/** Exactly one beat: two enqueue every task twice, none enqueues nothing. facts/workload.md, 4. */
import { ruleLaw } from '../law.ts'
import { fieldTerm } from '../terms.ts'

export const beatSingleton = ruleLaw({
  id: 'beat-singleton',
  depends: 'configuration',
  subjects: (at) => at.beats,
  judge: (_at, { it }) =>
    it.minInstances === 1 && it.maxInstances * it.revisionsServing === 1 ? 'ok' : 'broken',
  terms: (_at, { it, path }, sourceOf) => [
    fieldTerm('minInstances', it.minInstances, { path: `${path}.minInstances`, sourceOf }),
    fieldTerm('maxInstances', it.maxInstances, { path: `${path}.maxInstances`, sourceOf }),
    fieldTerm('revisionsServing', it.revisionsServing, {
      path: `${path}.revisionsServing`,
      sourceOf,
    }),
  ],
})
