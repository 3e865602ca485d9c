/** "Remaining connection slots are reserved": the database turns people away. facts/cloudsql.md, 1 and 7. */
import { z } from 'zod'
import { defineRunbook, onlyIf, unless, wait } from '../src/define/define-runbook.ts'
import { checkConnections } from '../src/steps/check-connections.ts'
import { confirm } from '../src/steps/confirm.ts'
import { databaseName, poolerName, serviceName } from '../src/steps/inputs.ts'
import { routeThroughPooler } from '../src/steps/route-through-pooler.ts'
import { scaleService } from '../src/steps/scale-service.ts'
import { terminateSessions } from '../src/steps/terminate-sessions.ts'

export default defineRunbook({
  name: 'connection-exhaustion',
  title: 'The database has no connections left',
  why: 'Look first who holds them. Sessions that sit idle in a transaction go first, then fewer instances: some users wait, so that the others are served. The pooler is the cure, and only then may the instances come back.',
  parameters: z.strictObject({
    database: databaseName.default('tuki-db-prod'),
    backend: serviceName.default('backend'),
    pooler: poolerName.default('pgbouncer'),
    idleSeconds: z
      .int()
      .min(30)
      .default(300)
      .describe('end only sessions that are idle in a transaction for so long'),
    cap: z
      .int()
      .min(1)
      .default(25)
      .describe('instances at most while the database breathes: two revisions must fit beside'),
    instances: z.int().min(1).default(200).describe('instances at most once the pooler is there'),
  }),
  cannotUndo:
    'What an ended session had not committed is lost: it held a slot and did nothing with it.',
  tests: [
    {
      claim: 'it ends with more users carried than it began with',
      parameters: {},
      expects: { verdict: 'review', stopsAt: null, supportedUsersAtLeast: 2904 },
    },
    {
      claim:
        'with 4,000 users there some are turned away, the others are served, and all come back',
      given: { nowUsers: 4000 },
      parameters: {},
      expects: { verdict: 'review', stopsAt: null, supportedUsersAtLeast: 3300 },
    },
    {
      claim:
        'a higher cap leaves no room for two revisions side by side, and the pooler would be blocked',
      given: { nowUsers: 4000 },
      parameters: { cap: 33 },
      expects: { verdict: 'block', stopsAt: 'route-through-pooler' },
    },
  ],
  steps: ({ database, backend, pooler, idleSeconds, cap, instances }) => [
    checkConnections({ database }),
    {
      step: confirm({
        what: `who holds them is known: SELECT usename, application_name, state, count(*), max(now() - state_change) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC on ${database}`,
      }),
      why: 'A leak in one release wants a roll-back (runbook roll-back), not a cap.',
    },
    terminateSessions({ database, idleInTransactionSeconds: idleSeconds }),
    onlyIf({ law: 'db-connections', subject: `databases.${database}`, is: 'not-ok' }, [
      {
        step: scaleService({ service: backend, maxInstances: cap }),
        why: 'Relief: what cannot be served waits in front of the service and not in the database.',
      },
      wait({
        until: { fact: `databases.${database}.sessions`, is: 'below', to: 350 },
        calmMinutes: 5,
        atMostMinutes: 30,
        why: 'Instances stop when their requests are done, not before.',
      }),
      unless({ fact: `services.${backend}.database.through`, is: 'equal', to: pooler }, [
        routeThroughPooler({ service: backend, pooler }),
      ]),
      {
        step: scaleService({ service: backend, maxInstances: instances }),
        why: 'Behind the pooler more instances open no more sessions.',
      },
    ]),
    checkConnections({ database }),
  ],
})
