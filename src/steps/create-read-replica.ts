/** Creates a read replica: zonal, with its primary's disk size and no flags. contract.md, 3. */
import { z } from 'zod'
import { withReplica } from '../capacity/changes.ts'
import { defineStep } from '../define/define-step.ts'
import { Fault } from '../world/fault.ts'
import { instanceOperation, intentLabel } from './cloud-sql-patch.ts'
import { databaseName, tierName } from './inputs.ts'
import { missingFrom, settled } from './predicting.ts'
import { configured, orAbsent } from './sources.ts'

export const createReadReplica = defineStep({
  name: 'create-read-replica',
  title: 'Create a read replica',
  risk: 'safe',
  guard: 'name',
  minutes: 20,
  input: z.strictObject({
    database: databaseName,
    // An instance's name: lower-case letters, digits and hyphens.
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,97}$/)
      .describe('the name of the new instance: lower-case letters, digits and hyphens'),
    tier: tierName,
  }),
  examples: [{ database: 'tuki-db-prod', name: 'tuki-db-read-replica', tier: 'db-custom-4-15360' }],
  target: ({ database }) => `databases.${database}`,
  needs: ({ database }) =>
    ['tier', 'edition', 'diskGb', 'version', 'flags', 'replicaNames', 'state', 'operation'].map(
      (field) => `databases.${database}.${field}`,
    ),
  missing: (system, input) => missingFrom(withReplica(system, input)),
  effect: (_system, { database, name, tier }) => ({
    code: 'create-replica',
    values: { database, name, tier },
  }),
  predict: (system, input) => settled(withReplica(system, input)),
  unable: () => null,
  probe: async (intent, { database, name, tier }, read) => {
    const reader = configured(read.cloudSql)
    const replica = await orAbsent(reader.instance(name))
    if (replica === null) return { kind: 'absent' }
    const isMine = replica.userLabels[intentLabel] === intent.id
    const isAsWished = replica.primary === database && replica.tier === tier
    const operations = (await orAbsent(reader.operations(name))) ?? []
    const running = operations.find(({ status }) => status !== 'done')
    if (isMine && running !== undefined) return { kind: 'running', operation: running.name }
    if (replica.state === 'RUNNABLE' && (isMine || isAsWished))
      return { kind: 'done', by: isMine ? 'me' : 'as-wished' }
    const whose = isMine ? 'the replica' : 'an instance of that name, not made by this,'
    return { kind: 'unknown', why: `${whose} is ${replica.state}`, operation: null }
  },
  perform: async (clearance, intent, { database, name, tier }, { read, write }) => {
    const primary = await configured(read.cloudSql).instance(database)
    const { region, version, edition, diskGb } = primary
    if (version === null) throw new Fault('invalid', 'no', `${database} is not PostgreSQL`)
    const operation = await configured(write.cloudSql).createReplica(clearance, {
      ...{ name, primary: database, tier, region, version, edition, diskGb },
      userLabels: { [intentLabel]: intent.id },
    })
    return { kind: 'operation', operation: operation.name }
  },
  poll: instanceOperation,
  expects: (after, { database, name, tier }) => {
    const path = `databases.${database}`
    const names = Object.keys(after.databases[database]?.replicas ?? {}).sort()
    return [
      { fact: `${path}.replicaNames`, predicted: names },
      { fact: `${path}.replicas.${name}.tier`, predicted: tier },
      { fact: `${path}.replicas.${name}.state`, predicted: 'RUNNABLE' },
    ]
  },
  undo: (_before, { database, name }) => ({
    kind: 'step',
    step: 'delete-read-replica',
    input: { database, name },
  }),
})
