/** Both services reach the database through the pooler. facts/cloudsql.md, 7. */
import { z } from 'zod'
import { defineRunbook, unless, wait } from '../src/define/define-runbook.ts'
import { databaseName, poolerName, serviceName } from '../src/steps/inputs.ts'
import { routeThroughPooler } from '../src/steps/route-through-pooler.ts'
import { setPooler } from '../src/steps/set-pooler.ts'

export default defineRunbook({
  name: 'connect-through-pooler',
  title: 'Connect the services through the pooler',
  why: 'Connections give out first. Behind the pooler up to 1,800 sessions of the web service become 80, without a restart, and what is proposed next no longer adds any. The web service goes first: it holds most, and the worker alone would leave fewer users carried than today.',
  parameters: z.strictObject({
    database: databaseName.default('tuki-db-prod'),
    backend: serviceName.default('backend'),
    worker: serviceName.default('celery-worker'),
    pooler: poolerName.default('pgbouncer'),
    poolSize: z
      .int()
      .min(1)
      .max(1000)
      .default(40)
      .describe('server connections for each database and user'),
  }),
  tests: [
    {
      claim: 'it takes the connections away as the limit, without a restart',
      parameters: {},
      expects: {
        verdict: 'review',
        stopsAt: null,
        outageSecondsAtMost: 0,
        supportedUsersAtLeast: 3300,
      },
    },
  ],
  steps: ({ database, backend, worker, pooler, poolSize }) => [
    {
      step: setPooler({
        pooler,
        mode: 'transaction',
        defaultPoolSize: poolSize,
        serverLoginRetrySeconds: 1,
      }),
      why: 'Only transaction mode gives a connection back in time; a retry of 15 s would lengthen every later restart.',
    },
    unless({ fact: `services.${backend}.database.through`, is: 'equal', to: pooler }, [
      {
        step: routeThroughPooler({ service: backend, pooler }),
        why: 'Django needs DISABLE_SERVER_SIDE_CURSORS there; migrations keep the direct way.',
      },
    ]),
    unless({ fact: `services.${worker}.database.through`, is: 'equal', to: pooler }, [
      routeThroughPooler({ service: worker, pooler }),
    ]),
    wait({
      until: { fact: `databases.${database}.sessions`, is: 'below', to: 300 },
      calmMinutes: 10,
      atMostMinutes: 60,
      why: 'Instances of the old revisions keep their connections until they stop.',
    }),
  ],
})
