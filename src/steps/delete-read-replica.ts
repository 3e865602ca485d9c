/** Deletes a read replica. Its name cannot be used again for about a week. facts/cloudsql.md, 4. */
import { z } from 'zod'
import { withoutReplica } from '../capacity/changes.ts'
import { defineStep } from '../define/define-step.ts'
import { missingFrom, noHandsYet, settled } from './foreseen.ts'
import { databaseName } from './inputs.ts'

export const deleteReadReplica = defineStep({
  name: 'delete-read-replica',
  title: 'Delete a read replica',
  risk: 'irreversible',
  minutes: 5,
  input: z.strictObject({
    database: databaseName.describe('the primary'),
    name: z.string().min(1).describe('a replica of it'),
  }),
  examples: [{ database: 'tuki-db-prod', name: 'tuki-db-read-replica' }],
  target: ({ database }) => `databases.${database}`,
  needs: ({ database }) => ['state', 'operation'].map((field) => `databases.${database}.${field}`),
  missing: (system, input) => missingFrom(withoutReplica(system, input)),
  effect: (_system, { database, name }) => ({
    code: 'delete-replica',
    values: { database, name },
  }),
  predict: (system, input) => settled(withoutReplica(system, input)),
  cannot: () => noHandsYet('delete-read-replica'),
})
