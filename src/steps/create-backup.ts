/** Backs up a database. It occupies the instance's one operation, and changes nothing else. */
import { z } from 'zod'
import { defineStep } from '../define/define-step.ts'
import { noHandsYet, settled } from './foreseen.ts'
import { databaseName, missingDatabase } from './inputs.ts'

export const createBackup = defineStep({
  name: 'create-backup',
  title: 'Back up a database',
  risk: 'safe',
  minutes: 10,
  input: z.strictObject({ database: databaseName }),
  examples: [{ database: 'tuki-db-prod' }],
  target: ({ database }) => `databases.${database}`,
  needs: ({ database }) => ['state', 'operation'].map((field) => `databases.${database}.${field}`),
  missing: missingDatabase,
  effect: (_system, { database }) => ({ code: 'back-up', values: { database } }),
  predict: (system) => settled(system),
  acts: 'elsewhere',
  cannot: () => noHandsYet('create-backup'),
})
