/** Resizes a Cloud SQL instance: the database restarts. facts/cloudsql.md, 2 to 5; writes.md. */
import { z } from 'zod'
import { withAvailability, withTier } from '../capacity/changes.ts'
import { maxConnections } from '../capacity/cloud-sql.ts'
import { restartsBetween } from '../capacity/phases.ts'
import { defineStep } from '../define/define-step.ts'
import { instanceOperation, intentLabel, patchProgress, versionOf } from './cloud-sql-patch.ts'
import { databaseName, missingDatabase, tierName } from './inputs.ts'
import { configured } from './sources.ts'

const facts = [
  'tier',
  'edition',
  'availability',
  'flags',
  'state',
  'activationPolicy',
  'settingsVersion',
  'operation',
]

export const patchCloudSqlTier = defineStep({
  name: 'patch-cloud-sql-tier',
  title: 'Resize a Cloud SQL instance',
  risk: 'disruptive',
  guard: 'version',
  minutes: 5,
  input: z.strictObject({
    database: databaseName,
    tier: tierName,
    availability: z
      .enum(['regional', 'zonal'])
      .optional()
      .describe('regional: with a standby in another zone'),
    pausePooler: z
      .boolean()
      .optional()
      .describe('hold the clients in the pooler while the database restarts'),
  }),
  examples: [{ database: 'tuki-db-prod', tier: 'db-custom-8-30720' }],
  target: ({ database }) => `databases.${database}`,
  needs: ({ database }) => facts.map((field) => `databases.${database}.${field}`),
  missing: missingDatabase,
  effect: (system, { database, tier }) => ({
    code: 'resize',
    values: { database, from: system.databases[database]?.tier ?? '', to: tier },
  }),
  predict: (system, { database, tier, availability, pausePooler }) => {
    const resized = withTier(system, { database, tier })
    if ('code' in resized) return resized
    const after =
      availability === undefined ? resized : withAvailability(resized, { database, availability })
    if ('code' in after) return after
    return { phases: restartsBetween(system, after, { database, pausePooler }), after }
  },
  unable: (_system, { pausePooler }) =>
    pausePooler === true ? { kind: 'unable', code: 'cannot-pause-yet' } : null,
  probe: (intent, { database, tier, availability }, read) =>
    patchProgress(intent, read, {
      database,
      isAsWished: (instance) =>
        instance.tier === tier && instance.availability === (availability ?? instance.availability),
    }),
  perform: async (clearance, intent, { database, tier, availability }, { read, write }) => {
    const { userLabels } = await configured(read.cloudSql).instance(database)
    const operation = await configured(write.cloudSql).patch(clearance, {
      instance: database,
      settingsVersion: versionOf(intent),
      tier,
      ...(availability === undefined ? {} : { availability }),
      userLabels: { ...userLabels, [intentLabel]: intent.id },
    })
    return { kind: 'operation', operation: operation.name }
  },
  poll: instanceOperation,
  expects: (after, { database, tier, availability }) => {
    const instance = after.databases[database]
    const slots = instance === undefined ? null : maxConnections(instance)
    return [
      { fact: `databases.${database}.tier`, predicted: tier },
      ...(availability === undefined
        ? []
        : [{ fact: `databases.${database}.availability`, predicted: availability }]),
      { fact: `databases.${database}.state`, predicted: 'RUNNABLE' },
      { fact: `databases.${database}.maxConnections`, predicted: slots },
    ]
  },
  undo: (before, { database, availability }) => {
    const was = before.databases[database]
    const others = availability === undefined ? {} : { availability: was?.availability ?? '' }
    const input = { database, tier: was?.tier ?? '', ...others }
    return { kind: 'step', step: 'patch-cloud-sql-tier', input }
  },
})
