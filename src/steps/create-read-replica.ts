/** Creates a read replica: zonal, with its primary's disk size and no flags. contract.md, 3. */
import { z } from 'zod'
import { withReplica } from '../capacity/changes.ts'
import { defineStep } from '../define/define-step.ts'
import { missingFrom, noHandsYet, settled } from './foreseen.ts'
import { databaseName, tierName } from './inputs.ts'

export const createReadReplica = defineStep({
  name: 'create-read-replica',
  title: 'Create a read replica',
  risk: 'safe',
  minutes: 20,
  input: z.strictObject({
    database: databaseName,
    // An instance's name: lower-case letters, digits and hyphens.
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,97}$/)
      .describe('the name of the new instance'),
    tier: tierName,
  }),
  examples: [{ database: 'tuki-db-prod', name: 'tuki-db-read-replica', tier: 'db-custom-4-15360' }],
  target: ({ database }) => `databases.${database}`,
  needs: ({ database }) =>
    ['tier', 'edition', 'diskGb', 'flags', 'state', 'operation'].map(
      (field) => `databases.${database}.${field}`,
    ),
  missing: (system, input) => missingFrom(withReplica(system, input)),
  effect: (_system, { database, name, tier }) => ({
    code: 'create-replica',
    values: { database, name, tier },
  }),
  predict: (system, input) => settled(withReplica(system, input)),
  cannot: () => noHandsYet('create-read-replica'),
})
