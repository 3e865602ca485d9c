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
  return Object.entries(databases).flatMap(([name, { replicas }]) => {
    const path = `databases.${name}`
    const declared = Object.keys(replicas)
    return [
      primaryFacts(path, { name, declared, cloudSql, clock }),
      backupFacts(path, name, cloudSql, clock),
      ...declared.map((replica) =>
        instanceFacts(`${path}.replicas.${replica}`, replica, cloudSql, clock),
      ),
    ]
  })
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
  return factsOr(factNames(path), adminApi, async () => {
    const observedAt = clock.now()
    return observed(path, valuesOf(...(await seen(name, cloudSql))), adminApi, observedAt)
  })
}

type Primary = {
  readonly name: string
  readonly declared: readonly string[]
  readonly cloudSql: CloudSqlReader
  readonly clock: Clock
}

/** With the replicas that nobody declared: it is what is there that counts. */
async function primaryFacts(path: string, primary: Primary): Promise<readonly Fact[]> {
  const { name, declared, cloudSql, clock } = primary
  const replicaNames = `${path}.replicaNames`
  return factsOr([...factNames(path), replicaNames], adminApi, async () => {
    const observedAt = clock.now()
    const [instance, operations] = await seen(name, cloudSql)
    const values = { ...valuesOf(instance, operations), replicaNames: instance.replicas }
    const found = instance.replicas.filter((replica) => !declared.includes(replica))
    const others = await Promise.all(
      found.map((one) => instanceFacts(`${path}.replicas.${one}`, one, cloudSql, clock)),
    )
    return [...observed(path, values, adminApi, observedAt), ...others.flat()]
  })
}

/** How the newest backup ended, or that it has not; null: there is none. */
async function backupFacts(
  path: string,
  name: string,
  cloudSql: CloudSqlReader,
  clock: Clock,
): Promise<readonly Fact[]> {
  return factsOr([`${path}.backup`], adminApi, async () => {
    const observedAt = clock.now()
    const [newest] = await cloudSql.backups(name)
    return observed(path, { backup: newest?.status ?? null }, adminApi, observedAt)
  })
}

function factNames(path: string): readonly string[] {
  return instanceFields.map((field) => `${path}.${field}`)
}

function seen(name: string, cloudSql: CloudSqlReader) {
  return Promise.all([cloudSql.instance(name), cloudSql.operations(name)])
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
