/** Deletes a read replica. Its name cannot be used again for about a week. facts/cloudsql.md, 4. */
import { z } from 'zod'
import { withoutReplica } from '../capacity/changes.ts'
import { defineStep } from '../define/define-step.ts'
import { Fault } from '../world/fault.ts'
import { instanceOperation } from './cloud-sql-patch.ts'
import { databaseName } from './inputs.ts'
import { missingFrom, settled } from './predicting.ts'
import { configured, orAbsent } from './sources.ts'

export const deleteReadReplica = defineStep({
  name: 'delete-read-replica',
  title: 'Delete a read replica',
  risk: 'irreversible',
  // A name that was deleted means no other instance for a week: a second deletion finds nothing.
  guard: 'name',
  minutes: 5,
  input: z.strictObject({
    database: databaseName.describe('the primary'),
    name: z.string().min(1).describe('a replica of it'),
  }),
  examples: [{ database: 'tuki-db-prod', name: 'tuki-db-read-replica' }],
  target: ({ database }) => `databases.${database}`,
  needs: ({ database, name }) =>
    ['state', 'operation', 'replicaNames', `replicas.${name}.state`].map(
      (field) => `databases.${database}.${field}`,
    ),
  missing: (system, input) => missingFrom(withoutReplica(system, input)),
  effect: (_system, { database, name }) => ({
    code: 'delete-replica',
    values: { database, name },
  }),
  predict: (system, input) => settled(withoutReplica(system, input)),
  unable: () => null,
  probe: async (intent, { name }, read) => {
    const reader = configured(read.cloudSql)
    const replica = await orAbsent(reader.instance(name))
    // It was seen immediately before the intent; nothing of ours can mark what is gone.
    if (replica === null) return { kind: 'done', by: 'as-wished' }
    const operations = (await orAbsent(reader.operations(name))) ?? []
    const running = operations.find(({ status }) => status !== 'done')
    if (running?.type === 'DELETE') return { kind: 'running', operation: running.name }
    if (running !== undefined) {
      const why = `operation ${running.name} is under way on ${name}, before ${intent.id} is`
      return { kind: 'unknown', why, operation: running.name }
    }
    return replica.state === 'PENDING_DELETE'
      ? { kind: 'unknown', why: `${name} is PENDING_DELETE`, operation: null }
      : { kind: 'absent' }
  },
  perform: async (clearance, _intent, { database, name }, { read, write }) => {
    const { primary } = await configured(read.cloudSql).instance(name)
    if (primary !== database)
      throw new Fault('invalid', 'no', `${name} is no replica of ${database}: it is not deleted`)
    const replica = { name, primary: database }
    const operation = await configured(write.cloudSql).deleteReplica(clearance, replica)
    return { kind: 'operation', operation: operation.name }
  },
  poll: instanceOperation,
  expects: (after, { database }) => {
    const names = Object.keys(after.databases[database]?.replicas ?? {}).sort()
    return [{ fact: `databases.${database}.replicaNames`, predicted: names }]
  },
  undo: () => ({ kind: 'cannot', because: 'its name is taken for a week' }),
})
