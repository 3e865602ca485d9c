/** One snapshot of the world: every source asked in parallel, each fact with its source and time. */
import type { SystemDocument } from '../capacity/system.ts'
import { Fault } from './fault.ts'
import type {
  Clock,
  CloudSqlInstance,
  CloudSqlOperation,
  CloudSqlReader,
  Fact,
  PostgresReader,
  WorldReader,
} from './world.ts'

const adminApi = 'Cloud SQL Admin API'
const postgres = 'PostgreSQL'

/** Never throws a Fault: a source that does not answer costs its own facts only, and they say why. */
export async function observe(
  document: SystemDocument,
  read: WorldReader,
  clock: Clock,
): Promise<readonly Fact[]> {
  const parts = Object.entries(document.databases).flatMap(([name, database]) => [
    ...instances(name, Object.keys(database.replicas)).map(({ path, instance }) =>
      'unconfigured' in read.cloudSql ? [] : instanceFacts(path, instance, read.cloudSql, clock),
    ),
    'unconfigured' in read.postgres ? [] : sessionFacts(name, read.postgres, clock),
  ])
  return (await Promise.all(parts)).flat()
}

function instances(name: string, replicas: readonly string[]) {
  const path = `databases.${name}`
  return [
    { path, instance: name },
    ...replicas.map((replica) => ({ path: `${path}.replicas.${replica}`, instance: replica })),
  ]
}

/** The facts of one instance that are set by somebody: they change only when somebody changes them. */
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

function observed(
  path: string,
  values: Readonly<Record<string, unknown>>,
  source: string,
  observedAt: number,
): readonly Fact[] {
  return Object.entries(values).map(([field, value]) => ({
    kind: 'observed',
    name: `${path}.${field}`,
    value,
    source,
    observedAt,
  }))
}

async function sessionFacts(
  name: string,
  database: PostgresReader,
  clock: Clock,
): Promise<readonly Fact[]> {
  const path = `databases.${name}`
  return factsOr([`${path}.maxConnections`, `${path}.sessions`], postgres, async () => {
    const observedAt = clock.now()
    const [maxConnections, sessions] = await Promise.all([
      database.maxConnections(name),
      database.sessions(name),
    ])
    return observed(path, { maxConnections, sessions }, postgres, observedAt)
  })
}

/** A Fault makes the facts unavailable; anything else is our bug and goes on. */
async function factsOr(
  names: readonly string[],
  source: string,
  ask: () => Promise<readonly Fact[]>,
): Promise<readonly Fact[]> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return names.map((name) => ({ kind: 'unavailable', name, source, why: error.message }))
  }
}
