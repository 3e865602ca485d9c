/** PostgreSQL still mends this major version. capacity.md, 3. */
import { endOfLifeOf } from '../cloud-sql.ts'
import { ruleLaw } from '../law.ts'
import { fieldTerm } from '../terms.ts'

export const versionSupported = ruleLaw({
  id: 'version-supported',
  depends: 'configuration',
  subjects: (at) => at.databases,
  judge: (at, { database }) => {
    const endOfLife = endOfLifeOf(database)
    if (endOfLife === null) return null
    return at.today < endOfLife ? 'ok' : 'broken'
  },
  missing: ({ database }) => `end of life of PostgreSQL ${database.version}`,
  terms: (at, { database, path }, sourceOf) => [
    fieldTerm('version', database.version, { path: `${path}.version`, sourceOf }),
    {
      term: 'end of life',
      value: endOfLifeOf(database) ?? 'unknown',
      formula: `not after ${at.today}, the day of the assessment`,
      source: 'capacity.md, 3',
    },
  ],
})
