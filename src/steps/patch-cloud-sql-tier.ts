/** Resizes a Cloud SQL instance: the database restarts. facts/cloudsql.md, 2 to 5; writes.md. */
import { z } from 'zod'
import { withAvailability, withTier } from '../capacity/changes.ts'
import { maxConnections } from '../capacity/cloud-sql.ts'
import { restartsBetween } from '../capacity/phases.ts'
import type { System } from '../capacity/system.ts'
import { defineStep } from '../define/define-step.ts'
import type { Hold } from '../define/step.ts'
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
  effect: (system, { database, tier, availability, pausePooler }) => {
    const { tier: from = '', availability: was = '' } = system.databases[database] ?? {}
    const isMoved = availability !== undefined && availability !== was
    return {
      code: 'resize',
      values: {
        ...{ database, from, to: tier },
        ...(isMoved ? { was, availability } : {}),
        ...(pausePooler === true ? { held: 'clients' } : {}),
      },
    }
  },
  predict: (system, { database, tier, availability, pausePooler }) => {
    const resized = withTier(system, { database, tier })
    if ('code' in resized) return resized
    const after =
      availability === undefined ? resized : withAvailability(resized, { database, availability })
    if ('code' in after) return after
    return { phases: restartsBetween(system, after, { database, pausePooler }), after }
  },
  unable: (system, { database, pausePooler }) =>
    pausePooler === true && poolerOf(system, database) === null
      ? { kind: 'unable', code: 'no-pooler', database }
      : null,
  hold: (system, { database, pausePooler }) =>
    pausePooler === true ? heldPooler(system, database) : null,
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

/** The one pooler in front of a database; null: there is none. */
function poolerOf(system: System, database: string): string | null {
  const found = Object.entries(system.poolers).find(([, pooler]) => pooler.database === database)
  return found?.[0] ?? null
}

/** PAUSE before the restart, RESUME after it whatever happens. facts/cloudsql.md, 3; writes.md. */
function heldPooler(system: System, database: string): Hold | null {
  const pooler = poolerOf(system, database)
  if (pooler === null) return null
  return {
    target: `databases.${database}`,
    holds: `poolers.${pooler}`,
    secondsMax: 60,
    take: (clearance, { write }) =>
      configured(write.pgBouncer).pause(clearance, { pooler, database }),
    release: (clearance, { write }) =>
      configured(write.pgBouncer).resume(clearance, { pooler, database }),
  }
}
