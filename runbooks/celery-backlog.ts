/** More tasks wait than the workers run. facts/workload.md, 4. */
import { z } from 'zod'
import { defineRunbook, onlyIf } from '../src/define/define-runbook.ts'
import { bumpCeleryConcurrency } from '../src/steps/bump-celery-concurrency.ts'
import { checkConnections } from '../src/steps/check-connections.ts'
import { confirm } from '../src/steps/confirm.ts'
import { databaseName, poolerName, serviceName } from '../src/steps/inputs.ts'
import { routeThroughPooler } from '../src/steps/route-through-pooler.ts'
import { scaleService } from '../src/steps/scale-service.ts'

const instances = z.int().min(0).max(1000)

export default defineRunbook({
  name: 'celery-backlog',
  title: 'Work off a backlog of Celery tasks',
  why: 'Nothing scales the workers on their queue, so the first help is more of those that may already be there: it takes effect at once and is taken back when the queue is empty. Each of them holds sessions, so how many may come is forecast. More tasks at a time only where a pooler stands between them and the database.',
  parameters: z.strictObject({
    database: databaseName.default('tuki-db-prod'),
    service: serviceName.default('celery-worker'),
    pooler: poolerName.default('pgbouncer'),
    workers: instances.default(10).describe('instances until the backlog is gone'),
    workersAfter: instances.default(2).describe('instances that are always there, as before'),
    concurrency: z.int().min(1).max(64).default(6).describe('tasks at a time of one worker'),
  }),
  tests: [
    {
      claim: 'it helps at once, without a restart and without a block',
      parameters: {},
      expects: { stopsAt: null, outageSecondsAtMost: 0, supportedUsersAtLeast: 2904 },
    },
    {
      claim: 'all twenty workers at once would take the sessions of 300 users',
      parameters: { workers: 20 },
      expects: { verdict: 'block', stopsAt: 'scale-service' },
    },
    {
      claim: 'behind the pooler all twenty may come, with more tasks each',
      given: {
        after: [
          routeThroughPooler({ service: 'backend', pooler: 'pgbouncer' }),
          routeThroughPooler({ service: 'celery-worker', pooler: 'pgbouncer' }),
        ],
      },
      parameters: { workers: 20, concurrency: 8 },
      expects: { stopsAt: null, supportedUsersAtLeast: 3300 },
    },
  ],
  steps: ({ database, service, pooler, workers, workersAfter, concurrency }) => [
    checkConnections({ database }),
    {
      step: confirm({
        what: 'the tasks that wait are wanted: nobody enqueues them in a loop, and none of them is poison',
      }),
      why: 'More workers on a loop only fail faster. Count all four priorities and unacked, not LLEN celery alone.',
    },
    scaleService({ service, minInstances: workers }),
    onlyIf(
      [
        { fact: `services.${service}.database.through`, is: 'equal', to: pooler },
        { fact: `services.${service}.celery.concurrency`, is: 'below', to: concurrency },
      ],
      [bumpCeleryConcurrency({ service, concurrency, prefetchMultiplier: 1 })],
    ),
    confirm({ what: 'the oldest task is younger than a minute' }),
    {
      step: scaleService({ service, minInstances: workersAfter }),
      why: 'Workers without requests are paid for as long as they stand there.',
    },
  ],
})
