/** The facts of every Cloud SQL instance, replicas too: they change only when somebody changes them. */
import type { SystemDocument } from '../../capacity/system.ts'
import type { CloudSqlInstance, CloudSqlOperation, CloudSqlReader } from '../ports/cloud-sql.ts'
import type { Clock, Fact } from '../world.ts'
import { factsOr, observed } from './facts.ts'

const adminApi = 'Cloud SQL Admin API'

export function cloudSqlFacts(
  { databases }: SystemDocument,
  cloudSql: CloudSqlReader,
  clock: Clock,
): readonly Promise<readonly Fact[]>[] {
  return Object.entries(databases)
    .flatMap(([name, database]) => instances(name, Object.keys(database.replicas)))
    .map(({ path, instance }) => instanceFacts(path, instance, cloudSql, clock))
}

function instances(name: string, replicas: readonly string[]) {
  const path = `databases.${name}`
  return [
    { path, instance: name },
    ...replicas.map((replica) => ({ path: `${path}.replicas.${replica}`, instance: replica })),
  ]
}

const instanceFields = [
  'tier',
  'edition',
  'availability',
  'diskGb',
  'version',
  'flags',
  'state',
  'activationPolicy',
  'settingsVersion',
  'operation',
] as const

async function instanceFacts(
  path: string,
  name: string,
  cloudSql: CloudSqlReader,
  clock: Clock,
): Promise<readonly Fact[]> {
  const names = instanceFields.map((field) => `${path}.${field}`)
  return factsOr(names, adminApi, async () => {
    const observedAt = clock.now()
    const [instance, operations] = await Promise.all([
      cloudSql.instance(name),
      cloudSql.operations(name),
    ])
    return observed(path, valuesOf(instance, operations), adminApi, observedAt)
  })
}

function valuesOf(
  instance: CloudSqlInstance,
  operations: readonly CloudSqlOperation[],
): Record<(typeof instanceFields)[number], unknown> {
  return {
    tier: instance.tier,
    edition: instance.edition,
    availability: instance.availability,
    diskGb: instance.diskGb,
    version: instance.version,
    flags: instance.flags,
    state: instance.state,
    activationPolicy: instance.activationPolicy,
    settingsVersion: instance.settingsVersion,
    operation: operations.find(({ status }) => status !== 'done')?.name ?? null,
  }
}
