/**
 * Shared buffers, 5 MiB per session and the work memory of the busy ones fit 90 % of memory.
 * facts/cloudsql.md, 1.
 */
import { ceil } from '../arithmetic.ts'
import { type AtUsers, type InstanceAt, unreadablePath } from '../at-users.ts'
import { maxConnections, sharedBuffersMib, tierOf, workMemMib } from '../cloud-sql.ts'
import { requestsPerSecondOnDatabase, sessions } from '../derive.ts'
import { quantityLaw } from '../law.ts'
import { shown, total } from '../terms.ts'

const page = 'facts/cloudsql.md, 1'
const mibPerSession = 5
const workMemsPerSession = 2
const safeShare = 0.9

export const dbMemory = quantityLaw({
  id: 'db-memory',
  unit: 'MiB',
  depends: 'configuration',
  capacity: true,
  workload: true,
  subjects: (at) => (at.replicas.length === 0 ? at.databases : [...at.databases, ...at.replicas]),
  demand: demandMib,
  limit: (_at, { it }) => {
    const tier = tierOf(it)
    return tier === null ? null : safeShare * tier.memoryMib
  },
  missing: unreadablePath,
  terms: (at, instance, sourceOf) => {
    const { it, path } = instance
    const buffersMib = sharedBuffersMib(it)
    const open = openSessions(at, instance)
    const busy = open === null ? null : Math.min(open, busySessions(at, instance))
    const workMib = workMemMib(it)
    const memoryMib = tierOf(it)?.memoryMib ?? null
    const sum = `${shown(buffersMib)} + 5 x ${shown(open)} + 2 x ${shown(workMib)} x ${shown(busy)}`
    const term = (name: string, value: number | null, formula: string, source: string) => ({
      term: name,
      value: value ?? 'unknown',
      formula,
      source,
    })
    const fromTier = `${sourceOf(`${path}.tier`)}; ${page}`
    const fromFlags = `${sourceOf(`${path}.flags`)}; ${page}`
    const fromWorkload = sourceOf('workload.databaseSeconds')
    return [
      term('shared buffers', buffersMib, 'MiB: a third of memory, or the flag', fromTier),
      term('sessions', open, 'at most max_connections', sourceOf(`${path}.adminSessions`)),
      term('busy sessions', busy, 'requests per second x databaseSeconds', fromWorkload),
      term('work_mem', workMib, 'MiB: 4, or the flag', fromFlags),
      total('demand', demandMib(at, instance), sum),
      term('memory', memoryMib, 'MiB of the tier', sourceOf(`${path}.tier`)),
      total(
        'limit',
        memoryMib === null ? null : safeShare * memoryMib,
        `0.9 x ${shown(memoryMib)}`,
      ),
    ]
  },
})

function demandMib(at: AtUsers, instance: InstanceAt): number | null {
  const buffersMib = sharedBuffersMib(instance.it)
  const open = openSessions(at, instance)
  if (buffersMib === null || open === null) return null
  const idleMib = buffersMib + mibPerSession * open
  if (instance.primary !== undefined) return idleMib
  const workMib = workMemMib(instance.it)
  if (workMib === null) return null
  return idleMib + workMemsPerSession * workMib * Math.min(open, busySessions(at, instance))
}

/** No more than PostgreSQL lets in; on a replica only people's. */
function openSessions(at: AtUsers, instance: InstanceAt): number | null {
  const most = maxConnections(instance.it, instance.primary)
  if (most === null) return null
  return Math.min(
    most,
    instance.primary === undefined ? sessions(at, instance) : instance.it.adminSessions,
  )
}

function busySessions(at: AtUsers, { name, primary }: InstanceAt): number {
  if (primary !== undefined) return 0
  return ceil(requestsPerSecondOnDatabase(at, name) * at.system.workload.databaseSeconds)
}
