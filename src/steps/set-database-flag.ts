/** Sets or unsets one database flag; most of them restart the database. facts/cloudsql.md, 1, 3. */
import { z } from 'zod'
import { withFlag } from '../capacity/changes.ts'
import { maxConnections } from '../capacity/cloud-sql.ts'
import { restartsBetween } from '../capacity/phases.ts'
import { defineStep } from '../define/define-step.ts'
import { Fault } from '../world/fault.ts'
import { instanceOperation, intentLabel, patchProgress, versionOf } from './cloud-sql-patch.ts'
import { databaseName } from './inputs.ts'
import { missingFrom, settled } from './predicting.ts'
import { configured } from './sources.ts'

export const setDatabaseFlag = defineStep({
  name: 'set-database-flag',
  title: 'Set a database flag',
  risk: 'disruptive',
  guard: 'version',
  minutes: 5,
  input: z.strictObject({
    database: databaseName,
    name: z
      .string()
      .refine(isFlagName, "a flag's name, for example max_connections")
      .describe('the flag, for example max_connections'),
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
    ['flags', 'tier', 'state', 'activationPolicy', 'settingsVersion', 'operation'].map(
      (field) => `databases.${database}.${field}`,
    ),
  missing: (system, input) => missingFrom(withFlag(system, input)),
  effect: (system, { database, name, value }) => {
    const { [name]: from = 'its default', ...others } = system.databases[database]?.flags ?? {}
    // The whole list is sent, so the approver sees the whole list.
    const kept = Object.entries(others).map(([flag, held]) => `${flag}=${held}`)
    const values = { database, name, from, kept: kept.join(', ') }
    return value === null
      ? { code: 'unset-flag', values }
      : { code: 'set-flag', values: { ...values, to: value } }
  },
  predict: (system, input) => {
    const after = withFlag(system, input)
    return 'code' in after ? after : settled(after, restartsBetween(system, after, input))
  },
  unable: () => null,
  probe: (intent, { database, name, value }, read) =>
    patchProgress(intent, read, {
      database,
      isAsWished: ({ flags }) => (flags[name] ?? null) === value,
    }),
  perform: async (clearance, intent, { database, name, value }, { read, write }) => {
    const instance = await configured(read.cloudSql).instance(database)
    const settingsVersion = versionOf(intent)
    // The list of another version would put back what somebody changed in between, unseen.
    if (instance.settingsVersion !== settingsVersion)
      throw new Fault(
        'version-moved',
        'no',
        `the flags of ${database} were read at version ${instance.settingsVersion}, not ${settingsVersion}`,
      )
    const { [name]: _before, ...others } = instance.flags
    const operation = await configured(write.cloudSql).patch(clearance, {
      instance: database,
      settingsVersion,
      flags: value === null ? others : { ...others, [name]: value },
      userLabels: { ...instance.userLabels, [intentLabel]: intent.id },
    })
    return { kind: 'operation', operation: operation.name }
  },
  poll: instanceOperation,
  expects: (after, { database, name }) => {
    const path = `databases.${database}`
    const instance = after.databases[database]
    const slots = instance === undefined ? null : maxConnections(instance)
    return [
      { fact: `${path}.flags`, predicted: { ...instance?.flags } },
      { fact: `${path}.state`, predicted: 'RUNNABLE' },
      { fact: `${path}.pendingRestart`, predicted: [] },
      ...(name === 'max_connections' ? [{ fact: `${path}.maxConnections`, predicted: slots }] : []),
    ]
  },
  undo: (before, { database, name }) => ({
    kind: 'step',
    step: 'set-database-flag',
    input: { database, name, value: before.databases[database]?.flags[name] ?? null },
  }),
})

/** What every object has is no flag of one: `constructor` would be set already. */
function isFlagName(name: string): boolean {
  return /^[A-Za-z][\w.]{0,62}$/.test(name) && !(name in {})
}
