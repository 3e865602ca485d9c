/** The way to 10,000 buyers, in an order in which no step is blocked. capacity.md, 4 and 5; facts/page.md. */
import { z } from 'zod'
import { defineRunbook, onlyIf } from '../src/define/define-runbook.ts'
import { bumpCeleryConcurrency } from '../src/steps/bump-celery-concurrency.ts'
import { checkConnections } from '../src/steps/check-connections.ts'
import { confirm } from '../src/steps/confirm.ts'
import { createBackup } from '../src/steps/create-backup.ts'
import { alertName, databaseName, poolerName, serviceName, tierName } from '../src/steps/inputs.ts'
import { patchCloudSqlTier } from '../src/steps/patch-cloud-sql-tier.ts'
import { retargetAlert } from '../src/steps/retarget-alert.ts'
import connectThroughPooler from './connect-through-pooler.ts'
import loadTest from './load-test.ts'
import matchThreads from './match-threads.ts'

const count = z.int().min(1).max(1000)

export default defineRunbook({
  name: 'scale-to-10k',
  title: 'Carry 10,000 simultaneous buyers',
  why: 'Connections give out first, so the pooler comes first: before it, every other change that is proposed adds sessions to a database that has none to give. Then Cloud Run admits only what gunicorn works on, the database gets a tier by need, and Celery its processes.',
  cannotUndo:
    'A load test that was stopped leaves nothing to bring back; another is a start of its own.',
  parameters: z.strictObject({
    database: databaseName.default('tuki-db-prod'),
    backend: serviceName.default('backend'),
    worker: serviceName.default('celery-worker'),
    pooler: poolerName.default('pgbouncer'),
    alert: alertName.default('db-connections'),
    workers: count.default(9).describe('gunicorn processes of one instance'),
    threads: count.default(4).describe('threads of each of them'),
    instances: count.default(60).describe('instances at most afterwards'),
    tier: tierName.default('db-custom-8-30720'),
    celeryConcurrency: z.int().min(1).max(64).default(8).describe('tasks at a time of one worker'),
    workersOnTheDay: count
      .default(19)
      .describe('worker instances to be there on the day: nothing scales them on their queue'),
  }),
  tests: [
    {
      claim: 'it brings the site from 2,904 to at least 10,000 users without a blocked step',
      parameters: {},
      expects: {
        verdict: 'review',
        stopsAt: null,
        supportedUsersAtLeast: 10_000,
        outageSecondsAtMost: 75,
        monthlyUsdAtMost: 3300,
      },
    },
    {
      claim: 'with four tasks at a time, as today, Celery gives out before 10,000',
      parameters: { celeryConcurrency: 4 },
      expects: { verdict: 'block', stopsAt: 'start-load-test' },
    },
  ],
  steps: (it) => [
    checkConnections({ database: it.database }),
    ...connectThroughPooler.steps({
      database: it.database,
      backend: it.backend,
      worker: it.worker,
      pooler: it.pooler,
    }),
    ...matchThreads.steps({
      backend: it.backend,
      workers: it.workers,
      threads: it.threads,
      instances: it.instances,
    }),
    onlyIf({ law: 'db-cpu', subject: `databases.${it.database}`, is: 'not-ok' }, [
      createBackup({ database: it.database }),
      {
        step: patchCloudSqlTier({ database: it.database, tier: it.tier }),
        why: 'By now its CPU is what binds, not its connections.',
      },
    ]),
    {
      step: bumpCeleryConcurrency({
        service: it.worker,
        concurrency: it.celeryConcurrency,
        prefetchMultiplier: 1,
      }),
      why: 'Behind the pooler more processes open no more sessions.',
    },
    {
      step: retargetAlert({ alert: it.alert }),
      why: 'An alert above what the database can take never fires.',
    },
    ...loadTest.steps({ database: it.database, first: 2000, second: 5000, third: 8000 }),
    {
      step: confirm({
        what: `a date is set for scale-service service=${it.worker} minInstances=${it.workersOnTheDay} before the event, and for the runbook scale-down-after-event after it`,
      }),
      why: 'The users that it carries suppose that the workers are there in time.',
    },
  ],
})
