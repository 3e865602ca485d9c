/** The tier is one that the edition has. facts/cloudsql.md, 2. */
import { ruleLaw } from '../law.ts'
import { fieldTerm } from '../terms.ts'
import { tierProblem } from '../tier.ts'

export const tierValid = ruleLaw({
  id: 'tier-valid',
  depends: 'configuration',
  subjects: (at) => (at.replicas.length === 0 ? at.databases : [...at.databases, ...at.replicas]),
  judge: (_at, { it, database }) =>
    tierProblem(it.tier, database.edition) === null ? 'ok' : 'broken',
  terms: (_at, { it, path, database, databaseName }, sourceOf) => [
    fieldTerm('tier', it.tier, { path: `${path}.tier`, sourceOf }),
    fieldTerm('edition', database.edition, { path: `databases.${databaseName}.edition`, sourceOf }),
  ],
})
