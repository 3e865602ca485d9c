/** The way back after a sale: what saves most and risks least first, the alerts last. facts/cloudsql.md, 11. */
import { z } from 'zod'
import { defineRunbook, onlyIf } from '../src/define/define-runbook.ts'
import { confirm } from '../src/steps/confirm.ts'
import { createBackup } from '../src/steps/create-backup.ts'
import { alertName, databaseName, serviceName, tierName } from '../src/steps/inputs.ts'
import { patchCloudSqlTier } from '../src/steps/patch-cloud-sql-tier.ts'
import { retargetAlert } from '../src/steps/retarget-alert.ts'
import { scaleService } from '../src/steps/scale-service.ts'
import scaleTo10k from './scale-to-10k.ts'

const instances = z.int().min(1).max(1000)

export default defineRunbook({
  name: 'scale-down-after-event',
  title: 'Scale down after the event',
  why: 'Workers that stand there idle cost most and go without anybody noticing. The tier goes last, since it restarts the database, and only when the document says that so many users are no longer to come. Pooler, threads and prefetch stay: they cost nothing.',
  parameters: z.strictObject({
    database: databaseName.default('tuki-db-prod'),
    backend: serviceName.default('backend'),
    worker: serviceName.default('celery-worker'),
    alert: alertName.default('db-connections'),
    backendInstances: instances.default(3).describe('web instances that are always there'),
    workerInstances: instances.default(2).describe('workers that are always there'),
    tier: tierName.default('db-custom-2-7680').describe('the tier of quiet weeks'),
    users: z
      .int()
      .min(1)
      .default(3000)
      .describe('the tier goes down only where fewer users than these are to be carried'),
  }),
  tests: [
    {
      claim: 'while 10,000 are still to be carried the tier stays',
      given: { after: scaleTo10k.steps({}) },
      parameters: {},
      expects: { stopsAt: null, outageSecondsAtMost: 0, supportedUsersAtLeast: 10_000 },
    },
    {
      claim: 'when few are to come the tier goes down too, and the alert with it',
      given: { after: scaleTo10k.steps({}), users: 2500 },
      parameters: {},
      expects: {
        verdict: 'review',
        stopsAt: null,
        supportedUsersAtLeast: 3300,
        monthlyUsdAtMost: 2700,
      },
    },
  ],
  steps: (it) => [
    confirm({
      what: 'the event is over: nobody waits in the queue, and workload.users in the System document says how many are to be carried from now on',
    }),
    scaleService({ service: it.worker, minInstances: it.workerInstances }),
    scaleService({ service: it.backend, minInstances: it.backendInstances }),
    onlyIf({ fact: 'workload.users', is: 'below', to: it.users }, [
      createBackup({ database: it.database }),
      {
        step: patchCloudSqlTier({ database: it.database, tier: it.tier }),
        why: 'At a quiet hour: it restarts.',
      },
    ]),
    {
      step: retargetAlert({ alert: it.alert }),
      why: 'A smaller tier takes fewer connections: the old threshold would never be reached.',
    },
  ],
})
