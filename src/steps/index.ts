/** The catalogue: every step that there is, one line each. */
import { type Catalogue, catalogueOf } from '../define/catalogue.ts'
import { bumpCeleryConcurrency } from './bump-celery-concurrency.ts'
import { checkConnections } from './check-connections.ts'
import { patchCloudSqlTier } from './patch-cloud-sql-tier.ts'

export const catalogue: Catalogue = catalogueOf([
  checkConnections,
  patchCloudSqlTier,
  bumpCeleryConcurrency,
])
