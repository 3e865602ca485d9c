/** The catalogue: every step that there is, one line each. */
import { type Catalogue, catalogueOf } from '../define/catalogue.ts'
import { applyDashboards } from './apply-dashboards.ts'
import { bumpCeleryConcurrency } from './bump-celery-concurrency.ts'
import { checkConnections } from './check-connections.ts'
import { confirm } from './confirm.ts'
import { createAlert } from './create-alert.ts'
import { createBackup } from './create-backup.ts'
import { createReadReplica } from './create-read-replica.ts'
import { deleteReadReplica } from './delete-read-replica.ts'
import { patchCloudSqlTier } from './patch-cloud-sql-tier.ts'
import { retargetAlert } from './retarget-alert.ts'
import { routeThroughPooler } from './route-through-pooler.ts'
import { scaleService } from './scale-service.ts'
import { setDatabaseFlag } from './set-database-flag.ts'
import { setDjangoConnections } from './set-django-connections.ts'
import { setGunicorn } from './set-gunicorn.ts'
import { setPooler } from './set-pooler.ts'
import { setTraffic } from './set-traffic.ts'
import { startLoadTest } from './start-load-test.ts'
import { stopLoadTest } from './stop-load-test.ts'
import { terminateSessions } from './terminate-sessions.ts'

export const catalogue: Catalogue = catalogueOf([
  checkConnections,
  patchCloudSqlTier,
  setDatabaseFlag,
  createBackup,
  createReadReplica,
  deleteReadReplica,
  terminateSessions,
  routeThroughPooler,
  setPooler,
  setGunicorn,
  setDjangoConnections,
  scaleService,
  setTraffic,
  bumpCeleryConcurrency,
  createAlert,
  retargetAlert,
  applyDashboards,
  startLoadTest,
  stopLoadTest,
  confirm,
])
