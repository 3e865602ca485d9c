/** The ten steps of `npm run kill-points`, without the wait: every guard, a hold, and a step for a person. */
import { z } from 'zod'
import { defineRunbook } from '../../../../src/define/define-runbook.ts'
import { bumpCeleryConcurrency } from '../../../../src/steps/bump-celery-concurrency.ts'
import { checkConnections } from '../../../../src/steps/check-connections.ts'
import { confirm } from '../../../../src/steps/confirm.ts'
import { createBackup } from '../../../../src/steps/create-backup.ts'
import { createReadReplica } from '../../../../src/steps/create-read-replica.ts'
import { patchCloudSqlTier } from '../../../../src/steps/patch-cloud-sql-tier.ts'
import { scaleService } from '../../../../src/steps/scale-service.ts'
import { setDatabaseFlag } from '../../../../src/steps/set-database-flag.ts'
import { setPooler } from '../../../../src/steps/set-pooler.ts'
import { terminateSessions } from '../../../../src/steps/terminate-sessions.ts'

const database = 'tuki-db-prod'

export default defineRunbook({
  name: 'every-guard',
  title: 'Ten steps under every guard',
  why: 'Whoever dies at any of its points must leave a world that the next one can finish.',
  cannotUndo: 'What was not committed in a session that was ended is gone.',
  parameters: z.strictObject({}),
  tests: [{ claim: 'it comes to its end', parameters: {}, expects: { stopsAt: null } }],
  steps: () => [
    checkConnections({ database }),
    patchCloudSqlTier({ database, tier: 'db-custom-8-30720', pausePooler: true }),
    createBackup({ database }),
    createReadReplica({ database, name: 'tuki-db-copy', tier: 'db-custom-4-15360' }),
    setDatabaseFlag({ database, name: 'work_mem', value: '16384' }),
    setPooler({ pooler: 'pgbouncer', defaultPoolSize: 40 }),
    scaleService({ service: 'backend', minInstances: 4 }),
    terminateSessions({ database, idleInTransactionSeconds: 300 }),
    bumpCeleryConcurrency({ service: 'celery-worker', concurrency: 6, live: true }),
    confirm({ what: 'the site answers' }),
  ],
})
