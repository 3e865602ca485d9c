/** Sets or unsets one database flag; most of them restart the database. facts/cloudsql.md, 1, 3. */
import { z } from 'zod'
import { withFlag } from '../capacity/changes.ts'
import { restartsBetween } from '../capacity/phases.ts'
import { defineStep } from '../define/define-step.ts'
import { missingFrom, noHandsYet, settled } from './foreseen.ts'
import { databaseName } from './inputs.ts'

export const setDatabaseFlag = defineStep({
  name: 'set-database-flag',
  title: 'Set a database flag',
  risk: 'disruptive',
  minutes: 5,
  input: z.strictObject({
    database: databaseName,
    name: z.string().min(1).describe('the flag, for example max_connections'),
    value: z
      .string()
      .min(1)
      .nullable()
      .describe("the value in the Admin API's units; null: back to the default"),
  }),
  examples: [
    { database: 'tuki-db-prod', name: 'max_connections', value: '500' },
    { database: 'tuki-db-prod', name: 'max_connections', value: null },
  ],
  target: ({ database }) => `databases.${database}`,
  needs: ({ database }) =>
    ['flags', 'tier', 'state', 'settingsVersion', 'operation'].map(
      (field) => `databases.${database}.${field}`,
    ),
  missing: (system, input) => missingFrom(withFlag(system, input)),
  effect: (system, { database, name, value }) => {
    const from = system.databases[database]?.flags[name] ?? 'its default'
    return value === null
      ? { code: 'unset-flag', values: { database, name, from } }
      : { code: 'set-flag', values: { database, name, from, to: value } }
  },
  predict: (system, input) => {
    const after = withFlag(system, input)
    return 'code' in after ? after : settled(after, restartsBetween(system, after, input))
  },
  cannot: () => noHandsYet('set-database-flag'),
})
