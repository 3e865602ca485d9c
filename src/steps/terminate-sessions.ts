/** Ends sessions that sit idle in a transaction; what they had not committed is lost. */
import { z } from 'zod'
import { defineStep } from '../define/define-step.ts'
import { noHandsYet, settled } from './foreseen.ts'
import { databaseName, missingDatabase } from './inputs.ts'

export const terminateSessions = defineStep({
  name: 'terminate-sessions',
  title: 'End sessions that are idle in a transaction',
  risk: 'disruptive',
  minutes: 1,
  input: z.strictObject({
    database: databaseName,
    idleInTransactionSeconds: z.int().min(0).describe('only those that are idle for so long'),
    user: z.string().min(1).optional().describe('only those of this database user'),
    application: z.string().min(1).optional().describe('only those of this application_name'),
  }),
  examples: [{ database: 'tuki-db-prod', idleInTransactionSeconds: 300 }],
  target: ({ database }) => `databases.${database}`,
  needs: ({ database }) => [`databases.${database}.sessions`],
  missing: missingDatabase,
  effect: (_system, { database, idleInTransactionSeconds, user, application }) => ({
    code: 'terminate-sessions',
    values: {
      database,
      idleSeconds: idleInTransactionSeconds,
      whose: [user, application].filter((one) => one !== undefined).join(', '),
    },
  }),
  predict: (system) => settled(system),
  acts: 'elsewhere',
  cannot: () => noHandsYet('terminate-sessions'),
})
