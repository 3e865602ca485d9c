/** The page's four immediate steps with their minutes, corrected. facts/page.md, 3. */
import { z } from 'zod'
import { defineRunbook } from '../src/define/define-runbook.ts'
import { bumpCeleryConcurrency } from '../src/steps/bump-celery-concurrency.ts'
import { alertName, databaseName, poolerName, serviceName, tierName } from '../src/steps/inputs.ts'
import { patchCloudSqlTier } from '../src/steps/patch-cloud-sql-tier.ts'
import { retargetAlert } from '../src/steps/retarget-alert.ts'
import connectThroughPooler from './connect-through-pooler.ts'
import loadTest from './load-test.ts'
import matchThreads from './match-threads.ts'

export default defineRunbook({
  name: 'immediate-action-plan',
  title: 'The immediate action plan, corrected',
  why: 'As it circulates its first step is blocked and its four steps together carry fewer users than today. With a pooler before them, a smaller maximum of instances and a load test that climbs, the same four are safe. The page has 5, 15, 10 and 30 minutes for them: how long they take here is in the rehearsal, waits and climbing included.',
  cannotUndo:
    'A load test that was stopped leaves nothing to bring back; another is a start of its own.',
  parameters: z.strictObject({
    database: databaseName.default('tuki-db-prod'),
    backend: serviceName.default('backend'),
    worker: serviceName.default('celery-worker'),
    pooler: poolerName.default('pgbouncer'),
    alert: alertName.default('db-connections'),
    tier: tierName.default('db-custom-8-30720'),
  }),
  tests: [
    {
      claim: 'the four steps, corrected, are never blocked and carry more than twice as many',
      parameters: {},
      expects: { verdict: 'review', stopsAt: null, supportedUsersAtLeast: 7920 },
    },
  ],
  steps: ({ database, backend, worker, pooler, alert, tier }) => [
    // Not on the page: each of its steps adds sessions, and the database is 1,500 short.
    ...connectThroughPooler.steps({ database, backend, worker, pooler }),
    {
      step: bumpCeleryConcurrency({ service: worker, concurrency: 6, prefetchMultiplier: 1 }),
      why: 'Step 1 of the page, 5 minutes and a deploy where it is baked into the image.',
    },
    {
      step: patchCloudSqlTier({ database, tier, availability: 'regional' }),
      why: 'Step 2 of the page: 15 minutes there, about 5 here, of which up to 61 s without a database. For its CPU: it brings 200 connections.',
    },
    {
      step: retargetAlert({ alert }),
      why: 'Not among the four: the page sets it to 648 of 390, and a new tier leaves it where it was.',
    },
    // Step 3 of the page, 10 minutes there. Its --timeout 300 bounds nothing for gthread; Cloud Run does.
    ...matchThreads.steps({ backend }),
    // Step 4 of the page: 30 minutes there, at 10,000 users at once and against the production checkout.
    ...loadTest.steps({ database, first: 1000, second: 3000, third: 5000 }),
  ],
})
