/**
 * Only in transaction mode a server connection is free again after each transaction.
 * facts/cloudsql.md, 7.
 */
import { isInUse } from '../derive.ts'
import { ruleLaw } from '../law.ts'
import { fieldTerm } from '../terms.ts'

export const poolerMode = ruleLaw({
  id: 'pooler-mode',
  depends: 'configuration',
  subjects: (at) => at.poolers.filter((pooler) => isInUse(at, pooler)),
  judge: (_at, { it }) => (it.mode === 'transaction' ? 'ok' : 'broken'),
  terms: (_at, { it, path }, sourceOf) => [
    fieldTerm('mode', it.mode, { path: `${path}.mode`, sourceOf }),
  ],
})
