/** A release is bad: the traffic goes back to the last good revision. */
import { z } from 'zod'
import { defineRunbook, wait } from '../src/define/define-runbook.ts'
import { checkConnections } from '../src/steps/check-connections.ts'
import { confirm } from '../src/steps/confirm.ts'
import { databaseName, serviceName } from '../src/steps/inputs.ts'
import { setTraffic } from '../src/steps/set-traffic.ts'

export default defineRunbook({
  name: 'roll-back',
  title: 'Send the traffic back to the last good revision',
  why: 'Both revisions stand side by side for a while, and both hold connections: with a database that is nearly full the way back is what breaks it, so it is forecast like any other change.',
  cannotUndo:
    'The bad revision takes the traffic again when somebody sends it there by name, which is among the facts of the run.',
  parameters: z.strictObject({
    service: serviceName.default('backend'),
    database: databaseName.default('tuki-db-prod'),
    revision: z
      .string()
      .min(1)
      .default('backend-00117')
      .describe('the last revision that was good, as Cloud Run calls it'),
  }),
  tests: [
    {
      claim: 'the users of now are served while both revisions stand',
      parameters: {},
      expects: { verdict: 'clear', stopsAt: null, supportedUsersAtLeast: 2904 },
    },
  ],
  steps: ({ service, database, revision }) => [
    {
      step: confirm({
        what: `no migration since ${revision} took away what it reads: it runs against today's tables`,
      }),
      why: 'A roll-back of the code is none of the data.',
    },
    checkConnections({ database }),
    setTraffic({ service, revision }),
    wait({
      until: { fact: `databases.${database}.sessions`, is: 'below', to: 300 },
      calmMinutes: 5,
      atMostMinutes: 30,
      why: 'The instances of the bad revision keep their connections until they stop.',
    }),
    confirm({ what: 'errors and p95 are back to what they were before the release' }),
  ],
})
