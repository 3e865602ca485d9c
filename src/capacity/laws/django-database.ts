/**
 * A pool and persistent connections exclude each other: Django refuses to start. facts/workload.md,
 * 3.
 */
import { ruleLaw } from '../law.ts'
import { fieldTerm } from '../terms.ts'

export const djangoDatabase = ruleLaw({
  id: 'django-database',
  depends: 'configuration',
  subjects: (at) => at.webs,
  judge: (_at, { it: { django } }) =>
    django.pool !== undefined && django.connMaxAgeSeconds !== 0 ? 'broken' : 'ok',
  terms: (_at, { it: { django }, path }, sourceOf) => [
    fieldTerm('connMaxAgeSeconds', django.connMaxAgeSeconds ?? 'unlimited', {
      path: `${path}.django.connMaxAgeSeconds`,
      sourceOf,
    }),
    fieldTerm('pool', django.pool === undefined ? 'none' : `at most ${django.pool.maxSize}`, {
      path: `${path}.django.pool`,
      sourceOf,
    }),
  ],
})
